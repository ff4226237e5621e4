// Keys and the process: a server that starts sealed, and kills in the middle of a rotation and of a move.
// CUSTOS_KEY_KILLS sets how often each is killed (8 if not set).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import { custos } from './lib/cli.mjs';
import { CUSTOMER, installation, SECRETS } from './lib/keys.mjs';
import { findTexts } from './lib/plaintext.mjs';
import { words } from './lib/words.mjs';

const KILLS = Number(process.env.CUSTOS_KEY_KILLS ?? 8);

/** Asks a server without a session: { status, text, headers }. */
function ask(server, ca, where, { method = 'GET', body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(`${server.url}${where}`, { method, headers, ca, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more) => {
        text += more;
      });
      response.on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Starts a server that will be sealed: it says where it listens in its log. */
async function startSealed(data) {
  const child = spawn(
    process.env.CUSTOS_BINARY,
    ['serve', '--data', data, '--listen', '127.0.0.1:0', '--announce', 'json'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
  );
  const server = { child, url: '', out: '', log: '', kill: () => child.kill('SIGKILL') };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    server.out += text;
  });
  await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended (${code}): ${server.log}`)));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      server.log += text;
      const [, url] = /url="(https:[^"]+)"/.exec(server.log) ?? [];
      if (url && !server.url) resolve((server.url = url));
    });
  });
  return server;
}

const eventually = async (look) => {
  for (const until = Date.now() + 20_000; ; ) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};

test('a sealed server answers nothing until enough shares came, from the page or the command line', { timeout: 120_000 }, async (context) => {
  const at = await installation();
  await at.server.kill();
  const stranger = await installation();
  await stranger.server.kill();
  const { data } = at.server;
  const split = async (there) => {
    const told = await there.keys(['move', '--to', 'shares', '--threshold', '3', '--shares', '5', '--json']);
    assert.equal(told.code, 0, told.err);
    return JSON.parse(told.out).shares;
  };
  const shares = await split(at);
  const foreign = await split(stranger);
  const former = await at.file();
  let server = await startSealed(data);
  const unseal = (share, more = []) =>
    custos(['keys', 'unseal', '--server', server.url, '--data', data, ...more], { input: `${share}\n` });
  try {
    await context.test('before, there is nothing behind any address', async () => {
      const health = await ask(server, at.certificate, '/healthz');
      assert.deepEqual([health.status, health.text], [200, 'sealed\n']);
      assert.equal((await ask(server, at.certificate, '/readyz')).status, 503);
      const asked = [
        ['GET', '/api/v1/customers'],
        ['GET', `/api/v1/customers/${at.customers[0]}`],
        ['GET', '/api/v1/status'],
        ['POST', '/api/v1/session'],
        ['POST', '/api/v1/setup'],
        ['GET', '/api/v1/audit/entries'],
        ['DELETE', `/api/v1/customers/${at.customers[0]}`],
      ];
      for (const [method, where] of asked) {
        const told = await ask(server, at.certificate, where, { method });
        assert.equal(told.status, 503, `${method} ${where}`);
        assert.equal(JSON.parse(told.text).code, 'sealed');
      }
      for (const where of ['/', '/customers', '/index.html', '/assets/index.js']) {
        const told = await ask(server, at.certificate, where, { headers: { 'accept-language': 'en' } });
        assert.ok(told.text.includes(words('en')('unseal-title')), where);
        assert.match(told.headers['content-security-policy'], /default-src 'none'/);
        for (const secret of SECRETS) assert.ok(!told.text.includes(secret));
      }
      assert.equal(server.out, '', 'it has not said that it serves');
    });
    await context.test('by the command line: wrong, foreign, once, twice', async () => {
      for (const [share, outcome] of [
        ['custos-share-nonsense', 'refused'],
        ['', 'refused'],
        [foreign[0], 'refused'],
        [shares[0].replace(/.$/, (last) => (last === '0' ? '1' : '0')), 'refused'],
      ]) {
        const told = await unseal(share, ['--lang', 'zh']);
        assert.equal(told.code, 1, told.err);
        assert.ok(told.out.includes(words('zh-CN')(`unseal-${outcome}`)), told.out);
        assert.ok(told.out.includes(words('zh-CN')('unseal-count', { given: 0, needed: 3 })), told.out);
      }
      const taken = await unseal(shares[0], ['--json']);
      assert.deepEqual(JSON.parse(taken.out), { outcome: 'taken', given: 1, needed: 3 });
      const known = await unseal(shares[0], ['--json']);
      assert.deepEqual(JSON.parse(known.out), { outcome: 'known', given: 1, needed: 3 });
    });
    await context.test('by the page, with two of three there is still nothing', async () => {
      const form = `share=${encodeURIComponent(shares[3])}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' };
      const told = await ask(server, at.certificate, '/unseal', { method: 'POST', body: form, headers });
      assert.ok(told.text.includes(words('en')('unseal-taken')), told.text);
      assert.ok(!told.text.includes(shares[3]));
      assert.equal((await ask(server, at.certificate, '/api/v1/customers')).status, 503);
      assert.equal(server.out, '');
    });
    await context.test('shares that look right and are of a former key are discarded, all of them', async () => {
      // The key file in place is the one of other shares with the same set: only the keyring can tell.
      server.kill();
      await once(server.child, 'exit');
      const altered = JSON.parse(former);
      await at.put(JSON.stringify({ ...altered, keyring: altered.keyring.replace(/.$/, (d) => (d === '0' ? '1' : '0')) }));
      server = await startSealed(data);
      for (const share of shares.slice(0, 2)) assert.equal((await unseal(share)).code, 0);
      const wrong = await unseal(shares[2], ['--json']);
      assert.equal(wrong.code, 1);
      assert.deepEqual(JSON.parse(wrong.out), { outcome: 'wrong', given: 0, needed: 3 });
      server.kill();
      await once(server.child, 'exit');
      await at.put(former);
      server = await startSealed(data);
    });
    await context.test('with the third it opens, and people work', async () => {
      for (const share of [shares[4], shares[1]]) assert.equal((await unseal(share)).code, 0);
      const opened = await unseal(shares[2], ['--lang', 'en']);
      assert.equal(opened.code, 0, opened.err);
      assert.ok(opened.out.includes(words('en')('unseal-opened')));
      await eventually(() => assert.notEqual(server.out, ''));
      at.sales.move(JSON.parse(server.out).url.replace(/\/$/, ''));
      const read = await at.sales.call('GET', `/customers/${at.customers[0]}`);
      assert.equal(read.body.fields.name, CUSTOMER.name);
      for (const share of shares) assert.ok(!server.log.includes(share), 'no share is logged');
      assert.deepEqual(findTexts(data, shares), [], 'nor written anywhere');
    });
  } finally {
    server.kill();
    await at.close();
    await stranger.close();
  }
});

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** A moment after it began and well before it is done, on a machine that is now faster and now slower; another one each time. */
const moment = (round, whole) => sleep(((round + 0.5) / KILLS) * 0.7 * whole);

/** The moment in which a file was replaced, or the program has ended. */
async function replaced(file, child) {
  const { ino } = statSync(file);
  while (child.exitCode === null && statSync(file).ino === ino) await sleep(1);
}

test(`a rotation killed ${KILLS} times goes on and loses nothing`, { timeout: 400_000 }, async () => {
  const at = await installation({ count: 120 });
  await at.server.kill();
  try {
    const before = Date.now();
    assert.equal((await at.keys(['rotate', '--suite', 'sm'])).code, 0);
    const whole = Date.now() - before;
    let broken = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const child = spawn(
        process.env.CUSTOS_BINARY,
        ['keys', '--data', at.server.data, 'rotate', '--suite', round % 2 ? 'sm' : 'aes'],
        { stdio: 'ignore' },
      );
      const ended = once(child, 'exit');
      await moment(round, whole);
      child.kill('SIGKILL');
      const [, signal] = await ended;
      if (signal === 'SIGKILL') broken += 1;
      const status = await at.keys(['status', '--json']);
      assert.equal(status.code, 0, `after the kill it opens: ${status.err}`);
    }
    assert.ok(broken >= KILLS / 2, `only ${broken} of ${KILLS} were killed in the middle`);
    const last = await at.keys(['rotate', '--json']);
    assert.equal(last.code, 0, last.err);
    const told = JSON.parse(last.out);
    assert.ok(told.rotation.finished_at);
    assert.deepEqual(told.versions.filter(({ state }) => state !== 'retired').map(({ state }) => state), ['current']);
    await at.server.start();
    at.sales.move(at.server.url);
    const { body } = await eventually(async () => {
      const list = await at.sales.call('GET', '/customers?limit=200');
      assert.equal(list.body.total, 120, list.text);
      return list;
    });
    for (const { id } of body.items) assert.equal((await at.sales.call('GET', `/customers/${id}`)).status, 200);
    console.log(`${broken} of ${KILLS} rotations were killed in the middle; a whole one takes ${whole} ms`);
  } finally {
    await at.close();
  }
});

test(`a move killed ${KILLS} times leaves one home that opens`, { timeout: 400_000 }, async () => {
  const at = await installation({ environment: { CUSTOS_PASSPHRASE: 'four ordinary words' } });
  await at.server.kill();
  const passphrase = path.join(at.server.data, 'passphrase');
  await writeFile(passphrase, 'four ordinary words\n', { mode: 0o600 });
  const home = (round) => (round % 2 ? ['file'] : ['passphrase', '--new-passphrase-file', passphrase]);
  try {
    const before = Date.now();
    assert.equal((await at.keys(['move', '--to', ...home(0)])).code, 0);
    const whole = Date.now() - before;
    let [broken, moved] = [0, 0];
    for (let round = 0; round < KILLS; round += 1) {
      const was = JSON.parse(await at.file()).made_at;
      const child = spawn(process.env.CUSTOS_BINARY, ['keys', '--data', at.server.data, 'move', '--to', ...home(round + 1)], {
        stdio: 'ignore',
        env: { ...process.env, CUSTOS_PASSPHRASE: 'four ordinary words' },
      });
      const ended = once(child, 'exit');
      // Every other time just when the new home is in place, and nothing is wrapped under the new keys yet.
      await (round % 2 ? replaced(path.join(at.server.data, 'keys', 'root.key'), child) : moment(round, whole));
      child.kill('SIGKILL');
      if ((await ended)[1] === 'SIGKILL') broken += 1;
      if (JSON.parse(await at.file()).made_at !== was) moved += 1;
      const status = await at.keys(['status', '--json']);
      assert.equal(status.code, 0, `after the kill it opens: ${status.err}`);
    }
    assert.ok(broken >= KILLS / 2, `only ${broken} of ${KILLS} were killed in the middle`);
    assert.ok(moved > 0, 'none was killed after the new home was in place');
    // Starting the server, or moving again, completes what was begun.
    await at.opens();
    assert.equal((await at.keys(['move', '--to', 'file'])).code, 0);
    await at.opens();
    console.log(`${broken} of ${KILLS} moves were killed in the middle, ${moved} after the new home was in place`);
  } finally {
    await at.close();
  }
});
