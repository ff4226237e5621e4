// A service that speaks what is documented of Vault's transit engine: encrypt and decrypt with a key that stays with it. It is
// written for these tests after the description of the protocol; it is not Vault, and nothing here was tried against Vault.
import { execFileSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';

const NONCE = 12;
const TAG = 16;

/**
 * Starts it with TLS on a free port. Gives { url, ca, token, seen, behave(how), close(), listen() }. `behave` is one of
 * well, sealed, silent, lie, lie-when-wrapping, endless, redirect, garbage, short; `seen` are the requests it got.
 */
export async function startTransit({ keys = ['custos-root'] } = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'transit-'));
  const [key, ca] = [path.join(folder, 'key.pem'), path.join(folder, 'ca.pem')];
  execFileSync(
    'openssl',
    [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=transit', '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', ca,
    ],
    { stdio: 'ignore' },
  );
  const service = new Transit(folder, readFileSync(key), readFileSync(ca), ca, keys);
  await service.listen();
  return service;
}

class Transit {
  #folder;
  #tls;
  #keys;
  #how = 'well';
  #server;
  #port = 0;

  constructor(folder, key, cert, ca, keys) {
    this.#folder = folder;
    this.#tls = { key, cert };
    this.#keys = new Map(keys.map((name) => [name, randomBytes(32)]));
    this.ca = ca;
    this.token = `hvs.${randomBytes(18).toString('base64url')}`;
    this.seen = [];
  }

  get url() {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** What a server has to be told to use it, with the token in the environment. */
  get environment() {
    return { CUSTOS_TRANSIT_URL: this.url, CUSTOS_TRANSIT_CA_FILE: this.ca, CUSTOS_TRANSIT_TOKEN: this.token };
  }

  behave(how) {
    this.#how = how;
  }

  /** Another key of the same name, as after a restore of the wrong backup. */
  forget(name) {
    this.#keys.set(name, randomBytes(32));
  }

  async listen() {
    this.#server = https.createServer(this.#tls, (request, response) => this.#receive(request, response));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  /** Stops listening; the address stays its own. */
  async down() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async close() {
    if (this.#server.listening) await this.down();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #receive(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    this.seen.push({ method: request.method, path: request.url, headers: request.headers, body: text });
    const say = (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const refuse = (status, ...errors) => say(status, { errors });
    if (this.#how === 'silent') return undefined;
    if (this.#how === 'sealed') return refuse(503, 'Vault is sealed');
    if (this.#how === 'garbage') return say(200, '<html>hello</html>');
    if (this.#how === 'redirect') return say(307, '', { location: `${this.url}/elsewhere` });
    if (this.#how === 'endless') {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      return more();
    }
    if (request.headers['x-vault-token'] !== this.token) return refuse(403, 'permission denied');
    const [, action, name] = /^\/v1\/transit\/(encrypt|decrypt)\/([\w.-]+)$/.exec(request.url) ?? [];
    if (request.method !== 'POST' || action === undefined) return refuse(404);
    const key = this.#keys.get(name);
    if (key === undefined) return refuse(400, 'encryption key not found');
    const asked = JSON.parse(text);
    const bound = Buffer.from(asked.associated_data ?? '', 'base64');
    if (action === 'encrypt') {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound);
      const given = Buffer.from(asked.plaintext, 'base64');
      const sealed = this.#how === 'lie-when-wrapping' ? randomBytes(given.length) : given;
      const out = Buffer.concat([nonce, cipher.update(sealed), cipher.final(), cipher.getAuthTag()]);
      return say(200, { data: { ciphertext: `vault:v1:${out.toString('base64')}`, key_version: 1 } });
    }
    try {
      const bytes = Buffer.from(asked.ciphertext.replace(/^vault:v1:/, ''), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE)).setAAD(bound);
      decipher.setAuthTag(bytes.subarray(-TAG));
      const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
      const told = { lie: randomBytes(32), short: opened.subarray(1) }[this.#how] ?? opened;
      return say(200, { data: { plaintext: told.toString('base64') } });
    } catch {
      return refuse(400, 'invalid ciphertext: unable to decrypt: cipher: message authentication failed');
    }
  }
}
