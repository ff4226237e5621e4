import https from 'node:https';
import { Authenticator } from './totp.mjs';

/**
 * A program's view of the server: its own cookies, no browser. Trusts the certificate in the server's data folder.
 * `key` is an API key to come with, `from` the address of this machine to come from.
 */
export class ApiClient {
  #url;
  #agent;
  #cookie = '';
  #csrf = '';
  #key;

  constructor(url, certificate, { key, from } = {}) {
    this.#url = url;
    this.#key = key;
    this.#agent = new https.Agent({ keepAlive: true, ca: certificate, maxSockets: 16, localAddress: from });
  }

  /** Moves to the address the server has after a restart. */
  move(url) {
    this.#url = url;
    this.#agent.destroy();
    const { ca, localAddress } = this.#agent.options;
    this.#agent = new https.Agent({ keepAlive: true, ca, maxSockets: 16, localAddress });
  }

  /** Gives { status, headers, body }; body is JSON where there is any. Throws when the connection breaks. */
  call(method, path, body, headers = {}) {
    if (body === undefined) return this.send(method, path, undefined, headers);
    return this.send(method, path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  /** As `call`, with a body that is sent as it is. */
  send(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${this.#url}/api/v1${path}`,
        {
          method,
          agent: this.#agent,
          timeout: 20_000,
          headers: {
            ...(this.#key ? { authorization: `Bearer ${this.#key}` } : {}),
            ...(this.#cookie ? { cookie: this.#cookie } : {}),
            ...(this.#csrf ? { 'x-csrf-token': this.#csrf } : {}),
            ...headers,
          },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('aborted', () => reject(new Error('aborted')));
          response.on('end', () => {
            const [cookie] = response.headers['set-cookie'] ?? [];
            if (cookie) this.#cookie = cookie.split(';')[0];
            const text = Buffer.concat(chunks).toString('utf8');
            let parsed = null;
            try {
              parsed = JSON.parse(text);
            } catch {
              // Files and empty answers have no JSON.
            }
            resolve({ status: response.statusCode, headers: response.headers, body: parsed, text });
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Signs in with a password and sets up the second factor. */
  async signInFirst(login, password) {
    await this.#expect(this.call('POST', '/session', { login, password }), 200);
    const { body } = await this.#expect(this.call('POST', '/session/totp/enrolment'), 200);
    const authenticator = new Authenticator(body.secret);
    await this.#expect(this.call('POST', '/session/totp/confirmation', { code: await authenticator.code() }), 200);
    const session = await this.#expect(this.call('GET', '/session'), 200);
    this.#csrf = session.body.csrf_token;
    return authenticator;
  }

  async #expect(answer, status) {
    const given = await answer;
    if (given.status !== status) throw new Error(`${given.status} instead of ${status}: ${given.text}`);
    return given;
  }
}
