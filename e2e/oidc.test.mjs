// Signing in by an OpenID provider, a certified one: an account is made, groups give a role, the provider ends the session,
// changes its keys, and who was disabled does not come back.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import test from 'node:test';
import Provider from 'oidc-provider';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { ask, change, enrol, enterCode, enterPassword, person, setUp, signedIn } from './lib/flows.mjs';
import { eventually } from './lib/lists.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const PERSON = { sub: 'u-1001', preferred_username: 'lin.shu', name: '林舒', groups: ['sales'] };
const CLIENT = 'custos';
const SECRET = 'amber-lattice-203-willow-crane';
/** Shortest time between two fetches of a provider's keys. */
const REFETCH_MS = 60_000;

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

/** The provider's own requests, to a server whose certificate nobody signed. */
function fetchAnyCertificate(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const options = { method, headers: Object.fromEntries(new Headers(headers)), rejectUnauthorized: false };
    const request = https.request(url, options, (answer) => {
      answer.resume().on('end', () => resolve(new Response(null, { status: answer.statusCode })));
    });
    request.on('error', reject).end(body === undefined ? undefined : String(body));
  });
}

/** A provider on a free port of this machine. */
async function startProvider() {
  let handle = (request, response) => response.writeHead(503).end();
  const listener = http.createServer((request, response) => handle(request, response));
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${listener.address().port}`;
  const cookies = { keys: [randomBytes(16).toString('hex')] };
  const configure = (client, kid) => {
    const provider = new Provider(issuer, {
      clients: [client],
      claims: { openid: ['sub', 'sid'], profile: ['preferred_username', 'name', 'groups'] },
      conformIdTokenClaims: false,
      cookies,
      features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
      fetch: fetchAnyCertificate,
      findAccount: (context, accountId) => ({ accountId, claims: () => ({ ...PERSON, sub: accountId }) }),
      jwks: { keys: [signingKey(kid)] },
      pkce: { required: () => true },
      scopes: ['openid', 'profile'],
    });
    handle = provider.callback();
  };
  return { issuer, configure, stop: () => listener.close() };
}

for (const language of LANGUAGES) {
  test(`signing in by OpenID Connect in ${language}`, { timeout: 300_000 }, async (context) => {
    const t = words(language);
    const server = await startServer();
    const provider = await startProvider();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    const name = 'Northgate';
    try {
      const system = await open();
      await setUp(system.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(system.page, t, person('system_admin'));
      await enrol(system.page, t);
      const made = await change(system.page, '/identity-providers', 'POST', {
        kind: 'oidc', name, accounts: 'create', secret: SECRET,
        config: { issuer: provider.issuer, client_id: CLIENT, scopes: ['profile'] },
      });
      const client = {
        client_id: CLIENT, client_secret: SECRET, response_types: ['code'], grant_types: ['authorization_code'],
        redirect_uris: [`${server.url}/sign-in/callback`],
        backchannel_logout_uri: `${server.url}/api/v1/identity-providers/${made.id}/back-channel-logout`,
        backchannel_logout_session_required: true,
      };
      provider.configure(client, 'first');
      let fetchedAt = Date.now();
      const path = `/identity-providers/${made.id}`;

      await context.test('the page of providers tests the connection and enables it', async () => {
        const { page, picture } = system;
        await page.goto(`${server.url}/admin/identity-providers`);
        await page.getByRole('button', { name: t('provider-test'), exact: true }).click();
        await page.getByText(t('provider-test-good')).waitFor();
        fetchedAt = Date.now();
        await page.getByRole('switch', { name: t('provider-enabled-of', { name }) }).click();
        await eventually(async () => {
          const { body } = await ask(page, '/identity-providers');
          assert.equal(body.items[0].enabled, true);
        });
        await picture('identity-providers');
        const state = await page.context().storageState();
        const phone = await open({ state, size: PHONE, theme: 'dark' });
        await phone.page.goto(`${server.url}/admin/identity-providers`);
        await phone.page.getByText(name, { exact: true }).first().waitFor();
        assert.equal(await phone.overflow(), 0);
        await phone.picture('identity-providers');
        await phone.close();
      });

      const security = await open();
      await enterPassword(security.page, t, person('security_admin'));
      await enrol(security.page, t);
      const access = { privileged: false, two_factors: false, mappings: [{ group: 'sales', role: 'sales', data_scope: 'own' }] };
      await change(security.page, `${path}/access`, 'PUT', access, 2);

      const atProvider = async (page) => {
        await page.getByRole('button', { name: t('provider-sign-in', { name }) }).click();
        await page.waitForURL((url) => url.origin === provider.issuer);
        await page.locator('input[name=login]').fill(PERSON.sub);
        await page.locator('input[name=password]').fill('anything');
        await page.locator('button[type=submit]').click();
        await page.locator('button[autofocus][type=submit], form[action*=interaction] button[type=submit]').first().click();
        await page.waitForURL((url) => url.origin === new URL(server.url).origin);
      };
      const someone = await open();
      let authenticator;

      await context.test('the first time an account is made, with the role of its group', async () => {
        await someone.page.goto(`${server.url}/sign-in?return=/customers`);
        await atProvider(someone.page);
        ({ authenticator } = await enrol(someone.page, t));
        await someone.page.waitForURL((url) => url.pathname === '/customers');
        const { body } = await ask(someone.page, '/session');
        assert.deepEqual([body.user.name, body.user.login, body.user.roles], [PERSON.name, PERSON.preferred_username, ['sales']]);
      });

      await context.test('who leaves at the provider is out here with the next request', async () => {
        const tab = await someone.page.context().newPage();
        await tab.goto(`${provider.issuer}/session/end`);
        await tab.locator('button[name=logout]').click();
        await eventually(async () => assert.equal((await ask(someone.page, '/session')).status, 401));
        await tab.close();
      });

      await context.test('a new key of the provider is found', async () => {
        provider.configure(client, 'second');
        const wait = fetchedAt + REFETCH_MS + 1000 - Date.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        await someone.page.goto(`${server.url}/sign-in`);
        await atProvider(someone.page);
        await enterCode(someone.page, t, authenticator);
        await signedIn(someone.page);
      });

      await context.test('a disabled account does not come back', async () => {
        const { body } = await ask(system.page, '/users?limit=200');
        const user = body.items.find(({ login }) => login === PERSON.preferred_username);
        await change(system.page, `/users/${user.id}`, 'PATCH', { status: 'disabled' }, user.version);
        await eventually(async () => assert.equal((await ask(someone.page, '/session')).status, 401));
        const other = await open();
        await other.page.goto(`${server.url}/sign-in`);
        await atProvider(other.page);
        await other.page.getByText(t('error-federation-refused')).waitFor();
      });
    } finally {
      await browser.close();
      await server.stop();
      provider.stop();
    }
  });
}
