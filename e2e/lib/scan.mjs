// WeCom, DingTalk and Feishu on a free port of this machine, as their developers' pages describe them: the page to scan a
// code from, where a button stands for the phone, and what their servers answer to an application.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

export const APP = 'app-7d21';
export const AGENT = '1000002';
export const SECRET = 'app-secret-5c1e';

/** The words on the page's buttons: who scans. */
export const MEMBER = 'scan as a member';
export const CUSTOMER = 'scan as a customer';
export const REFUSE = 'refuse';

const KINDS = {
  wecom: {
    page: '/wwlogin/sso/login',
    wants: { login_type: 'CorpApp', appid: APP, agentid: AGENT },
    answer: (code) => ({ code }),
    refusal: {},
    routes: {
      'GET /cgi-bin/gettoken': ({ query }, idp) =>
        query.corpid === APP && query.corpsecret === SECRET
          ? { errcode: 0, errmsg: 'ok', access_token: idp.token('app'), expires_in: 7200 }
          : { errcode: 40001, errmsg: 'invalid credential' },
      'GET /cgi-bin/auth/getuserinfo': ({ query }, idp) => {
        if (!idp.valid('app', query.access_token)) return { errcode: 40014, errmsg: 'invalid access_token' };
        const who = idp.take(query.code);
        if (!who) return { errcode: 40029, errmsg: 'invalid code' };
        if (who.external) return { errcode: 0, errmsg: 'ok', openid: 'o-1', external_userid: 'wm-1' };
        return { errcode: 0, errmsg: 'ok', userid: who.id };
      },
      'GET /cgi-bin/user/get': ({ query }, idp) => {
        if (!idp.valid('app', query.access_token)) return { errcode: 40014, errmsg: 'invalid access_token' };
        const { person } = idp;
        if (query.userid !== person.id) return { errcode: 60111, errmsg: 'userid not found' };
        return { errcode: 0, errmsg: 'ok', userid: person.id, name: person.name, department: [2, 7], status: 1 };
      },
    },
  },
  dingtalk: {
    page: '/oauth2/auth',
    wants: { response_type: 'code', client_id: APP, scope: 'openid', prompt: 'consent' },
    answer: (code) => ({ authCode: code, code }),
    refusal: { error: 'access_denied' },
    routes: {
      'POST /v1.0/oauth2/accessToken': ({ body }, idp) =>
        body.appKey === APP && body.appSecret === SECRET
          ? { accessToken: idp.token('app'), expireIn: 7200 }
          : refused({ code: 'invalidClientIdOrSecret', message: '无效的clientId或者clientSecret' }),
      'POST /v1.0/oauth2/userAccessToken': ({ body }, idp) => {
        const who = body.clientId === APP && body.clientSecret === SECRET && idp.take(body.code);
        if (!who) return refused({ code: 'invalidParameter.authCode.notFound', message: '不合法的临时授权码' });
        return { accessToken: idp.token('user', who), refreshToken: 'r', expireIn: 7200 };
      },
      'GET /v1.0/contact/users/me': ({ headers }, idp) => {
        const who = idp.valid('user', headers['x-acs-dingtalk-access-token']);
        if (!who) return refused({ code: 'InvalidAuthentication', message: '不合法的access_token' });
        return { nick: '昵称', unionId: `union-${who.id}`, openId: 'o-1' };
      },
      'POST /topapi/user/getbyunionid': ({ query, body }, idp) => {
        if (!idp.valid('app', query.access_token)) return { errcode: 40014, errmsg: '不合法的access_token' };
        const { person } = idp;
        const external = body.unionid === `union-${idp.customer.id}`;
        if (!external && body.unionid !== `union-${person.id}`) return { errcode: 60121, errmsg: '找不到该用户' };
        const result = { contact_type: external ? 1 : 0, userid: external ? idp.customer.id : person.id };
        return { errcode: 0, errmsg: 'ok', result, request_id: 'q' };
      },
      'POST /topapi/v2/user/get': ({ query, body }, idp) => {
        if (!idp.valid('app', query.access_token)) return { errcode: 40014, errmsg: '不合法的access_token' };
        const { person } = idp;
        if (body.userid !== person.id) return { errcode: 33012, errmsg: '无效的USERID' };
        const result = { userid: person.id, unionid: `union-${person.id}`, name: person.name, dept_id_list: [2, 7], active: true };
        return { errcode: 0, errmsg: 'ok', result, request_id: 'q' };
      },
    },
  },
  feishu: {
    page: '/open-apis/authen/v1/authorize',
    wants: { response_type: 'code', client_id: APP, code_challenge_method: 'S256' },
    answer: (code) => ({ code }),
    refusal: { error: 'access_denied' },
    routes: {
      'POST /open-apis/auth/v3/tenant_access_token/internal': ({ body }, idp) =>
        body.app_id === APP && body.app_secret === SECRET
          ? { code: 0, msg: 'ok', tenant_access_token: idp.token('app'), expire: 7200 }
          : { code: 10014, msg: 'app secret invalid' },
      'POST /open-apis/authen/v2/oauth/token': ({ body }, idp) => {
        const who = body.client_id === APP && body.client_secret === SECRET && idp.take(body.code);
        if (!who) return refused({ code: 20003, error: 'invalid_grant', error_description: 'authorization code not found' });
        const proof = createHash('sha256').update(body.code_verifier).digest('base64url');
        if (proof !== who.asked.code_challenge || body.redirect_uri !== who.asked.redirect_uri) {
          return refused({ code: 20049, error: 'invalid_grant', error_description: 'PKCE' });
        }
        return { code: 0, access_token: idp.token('user', who), expires_in: 7200, token_type: 'Bearer', scope: '' };
      },
      'GET /open-apis/authen/v1/user_info': ({ headers }, idp) => {
        const who = idp.valid('user', headers.authorization?.replace('Bearer ', ''));
        if (!who) return refused({ code: 20005, msg: 'invalid access token' });
        return { code: 0, msg: 'success', data: { name: who.name, open_id: who.id, union_id: 'on-1', user_id: who.login, tenant_key: 't-1' } };
      },
      'GET /open-apis/contact/v3/users/*': ({ headers, path }, idp) => {
        if (!idp.valid('app', headers.authorization?.replace('Bearer ', ''))) return refused({ code: 99991663, msg: 'invalid token' });
        const { person } = idp;
        if (path.split('/').pop() !== person.id) return refused({ code: 41050, msg: 'no user authority error' });
        const status = { is_frozen: false, is_resigned: false, is_activated: true, is_exited: false, is_unjoin: false };
        const user = { open_id: person.id, name: person.name, department_ids: ['od-2', 'od-7'], status };
        return { code: 0, msg: 'success', data: { user } };
      },
    },
  },
};

/** An answer with the status of a refusal; WeCom and DingTalk's older interface answer 200 whatever happened. */
const refused = (body) => ({ httpStatus: 400, ...body });

/**
 * `person` is the member who scans: { id, login, name }. Gives { host, config, person(other), close() }; `person` puts another phone
 * before the page.
 */
export async function startScanService(kind, person) {
  const { page, wants, answer, refusal, routes } = KINDS[kind];
  const customer = { id: 'customer-1', login: 'customer-1', name: '客户', external: true };
  const grants = new Map();
  const tokens = new Map();
  let number = 0;
  const idp = {
    person,
    customer,
    token: (use, who = true) => {
      number += 1;
      tokens.set(`${use}-${number}`, { use, who });
      return `${use}-${number}`;
    },
    valid: (use, token) => (tokens.get(token)?.use === use ? tokens.get(token).who : null),
    take: (code) => {
      const who = grants.get(code);
      grants.delete(code);
      return who;
    },
  };
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const query = Object.fromEntries(url.searchParams);
    if (request.method === 'GET' && url.pathname === page) {
      for (const [name, value] of Object.entries(wants)) {
        if (query[name] !== value) return end(response, 400, `${name} is ${query[name]}`);
      }
      return end(response, 200, scanPage(query, (who) => {
        number += 1;
        const code = `code-${number}`;
        grants.set(code, { ...who, asked: query });
        return answer(code);
      }, { person: idp.person, customer, refusal }), 'text/html; charset=utf-8');
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length ? JSON.parse(Buffer.concat(chunks)) : {};
    const named = `${request.method} ${url.pathname}`;
    const route = routes[named] ?? routes[named.replace(/[^/]+$/, '*')];
    if (!route) return end(response, 404, '{}');
    const { httpStatus = 200, ...given } = route({ query, body, headers: request.headers, path: url.pathname }, idp);
    return end(response, httpStatus, JSON.stringify(given), 'application/json; charset=utf-8');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Another site than localhost, where Custos is.
  const host = `127.0.0.1:${server.address().port}`;
  const address = `http://${host}`;
  return {
    host,
    config: {
      client_id: APP,
      ...(kind === 'wecom' ? { agent_id: AGENT } : {}),
      authorize_url: `${address}${page}`,
      api_url: address,
    },
    person: (other) => {
      idp.person = other;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function end(response, status, text, type = 'text/plain') {
  response.writeHead(status, { 'content-type': type });
  response.end(text);
}

function scanPage({ redirect_uri, state }, codeFor, { person, customer, refusal }) {
  const back = (more) => {
    const url = new URL(redirect_uri);
    for (const [name, value] of Object.entries({ ...more, state })) url.searchParams.set(name, value);
    return url.href.replaceAll('&', '&amp;');
  };
  const link = (words, more) => `<p><a href="${back(more)}">${words}</a></p>`;
  return `<!doctype html><title>scan</title>${link(MEMBER, codeFor(person))}${link(CUSTOMER, codeFor(customer))}${link(REFUSE, refusal)}`;
}
