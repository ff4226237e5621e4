// A witness with a certificate: it answers over TLS only, and does not start with a key that others may read.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { custos } from './lib/cli.mjs';
import { startServer } from './lib/server.mjs';

/** The public key of a log that nobody keeps (C2SP signed-note: name, key id, algorithm and key). */
function logKey(name) {
  const { publicKey } = generateKeyPairSync('ed25519');
  const key = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url')]);
  const id = createHash('sha256').update(`${name}\n`).update(key).digest('hex').slice(0, 8);
  return `${name}+${id}+${key.toString('base64')}`;
}

function post(client, url, options = {}) {
  return new Promise((resolve, reject) => {
    const request = client.request(`${url}/add-checkpoint`, { method: 'POST', ...options }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', reject);
    request.end('nonsense');
  });
}

test('a witness with a certificate speaks TLS and nothing else', { timeout: 120_000 }, async () => {
  const server = await startServer({ arguments: ['--demo'] });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'custos-witness-tls-'));
  let witness;
  try {
    const [chain, key] = ['certificate.pem', 'key.pem'].map((name) => path.join(folder, name));
    copyFileSync(path.join(server.data, 'tls', 'certificate.pem'), chain);
    copyFileSync(path.join(server.data, 'tls', 'key.pem'), key);
    const args = ['witness', '--json', '--state', path.join(folder, 'state'), '--name', 'w.example.cn/1', '--log', logKey('example.cn/log'), '--listen', '127.0.0.1:0'];
    const tls = ['--tls-cert', chain, '--tls-key', key];
    const half = await custos([...args, '--tls-cert', chain]);
    assert.equal(half.code, 2, 'a certificate without its key');
    chmodSync(key, 0o644);
    const open = await custos([...args, ...tls]);
    assert.notEqual(open.code, 0, 'a key that others may read');
    chmodSync(key, 0o600);

    witness = spawn(process.env.CUSTOS_BINARY, [...args, ...tls]);
    const { url } = await new Promise((resolve, reject) => {
      let text = '';
      witness.stdout.on('data', (data) => {
        text += data;
        if (text.includes('\n')) resolve(JSON.parse(text));
      });
      witness.stderr.on('data', (data) => {
        text += data;
      });
      witness.once('exit', () => reject(new Error(`the witness ended: ${text}`)));
    });
    assert.match(url, /^https:/);
    const address = url.replace('localhost', '127.0.0.1');
    const answered = await post(https, address, { ca: readFileSync(chain) });
    assert.equal(answered.status, 400, answered.text);
    const plain = await post(http, address.replace('https:', 'http:'));
    assert.ok(plain.text.includes('HTTPS only'), plain.text);
    await assert.rejects(post(https, address), 'nobody else vouches for this certificate');
    const ended = new Promise((resolve) => witness.once('exit', resolve));
    witness.kill('SIGTERM');
    assert.equal(await ended, 0);
  } finally {
    witness?.kill('SIGKILL');
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
