// The harness itself: it must see what it promises to see, or the tests built on it prove less than they say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { openBrowser, openPage } from './browser.mjs';

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'";
const PAGES = {
  '/clean': '<!doctype html><title>clean</title><p>clean',
  '/inline': '<!doctype html><p>inline<script>1</script>',
  '/elsewhere': '<!doctype html><p>elsewhere<script src="https://127.0.0.2:1/x.js"></script>',
  '/throws': '<!doctype html><p>throws<script src="/throws.js"></script>',
  '/broken': '<!doctype html><p>broken<script src="/500.js"></script>',
};

const folder = mkdtempSync(path.join(os.tmpdir(), 'custos-harness-'));
const file = (name) => path.join(folder, name);
let server;
let browser;
let url;

test.before(async () => {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key.pem'), '-out', file('cert.pem')],
    { stdio: 'ignore' },
  );
  server = https.createServer({ key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://localhost:${server.address().port}`;
  browser = await openBrowser(url);
});

test.after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true });
});

function answer(request, response) {
  const page = PAGES[request.url];
  response.setHeader('content-security-policy', POLICY);
  if (page) response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
  else if (request.url === '/throws.js') response.setHeader('content-type', 'text/javascript').end('throw new Error("thrown")');
  else if (request.url === '/500.js') response.writeHead(500).end();
  else response.writeHead(404).end();
}

async function problemsOf(where) {
  const opened = await openPage(browser, url + where);
  await opened.page.waitForLoadState('networkidle');
  const outcome = await opened.close().then(
    () => '',
    (error) => error.message,
  );
  return outcome;
}

test('a clean page has no problems', async () => {
  assert.equal(await problemsOf('/clean'), '');
});

for (const [where, expected] of [
  ['/inline', /policy violation: script-src/],
  ['/elsewhere', /policy violation|another host/],
  ['/throws', /uncaught: Error: thrown/],
  ['/broken', /500 for/],
]) {
  test(`${where} is seen`, async () => {
    assert.match(await problemsOf(where), expected);
  });
}

test('a server with another key is not trusted', async () => {
  execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('other.pem')]);
  execFileSync('openssl', ['req', '-x509', '-key', file('other.pem'), '-days', '1', '-subj', '/CN=localhost', '-out', file('other-cert.pem')], {
    stdio: 'ignore',
  });
  const impostor = https.createServer({ key: readFileSync(file('other.pem')), cert: readFileSync(file('other-cert.pem')) }, answer);
  impostor.listen(0, '127.0.0.1');
  await once(impostor, 'listening');
  try {
    await assert.rejects(openPage(browser, `https://localhost:${impostor.address().port}/clean`), /ERR_CERT/);
  } finally {
    impostor.closeAllConnections();
    impostor.close();
  }
});
