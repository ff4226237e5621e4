// The root key in each of its homes, by the command line and the server's start: it moves to and from every one of them, opens
// with the right secret and with nothing else, and whoever has the data folder alone has nothing.
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { custos } from './lib/cli.mjs';
import { installation, SECRETS } from './lib/keys.mjs';
import { findTexts } from './lib/plaintext.mjs';
import { makeToken } from './lib/softhsm.mjs';
import { startTransit } from './lib/transit.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const PASSPHRASE = 'four ordinary words 四个字';

/** A file only its owner reads. */
async function secret(folder, name, text) {
  const file = path.join(folder, name);
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  return file;
}

/** Runs a command that has to fail, in both languages, and looks that it says `id` with `parameters` and nothing secret. */
async function says(run, id, parameters, secrets = []) {
  for (const language of LANGUAGES) {
    const told = await run(['--lang', language === 'en' ? 'en' : 'zh']);
    assert.equal(told.code, 2, `${id}: ${told.err}${told.out}`);
    const expected = words(language)(id, parameters);
    assert.ok(told.err.includes(expected), `${told.err} instead of ${expected}`);
    for (const text of secrets) assert.ok(!(told.err + told.out).includes(text), `${text} was said`);
  }
}

test('the root key moves through all five homes, and a stolen data folder opens from none', { timeout: 300_000 }, async (context) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'custos-homes-'));
  const token = await makeToken({ label: 'custos' });
  const transit = await startTransit();
  const at = await installation();
  await at.server.kill();
  const pinFile = await secret(folder, 'pin', token.pin);
  const passphraseFile = await secret(folder, 'passphrase', PASSPHRASE);
  const tokenFile = await secret(folder, 'token', transit.token);
  const hsm = { ...token.environment, CUSTOS_PKCS11_PIN_FILE: pinFile };
  const service = { CUSTOS_TRANSIT_URL: transit.url, CUSTOS_TRANSIT_CA_FILE: transit.ca, CUSTOS_TRANSIT_TOKEN_FILE: tokenFile };
  let shares = '';
  // What each home needs to open, and what somebody without it gets.
  const homes = [
    { to: ['file'], environment: {} },
    {
      to: ['passphrase', '--new-passphrase-file', passphraseFile],
      environment: { CUSTOS_PASSPHRASE: PASSPHRASE },
      without: 'passphrase-missing',
      wrong: [{ CUSTOS_PASSPHRASE: 'four ordinary words' }, 'passphrase-wrong'],
    },
    { to: ['shares', '--threshold', '2', '--shares', '3'], environment: {}, without: 'unseal-refused' },
    {
      to: ['pkcs11'],
      environment: hsm,
      without: 'pkcs11-module-unset',
      wrong: [{ ...token.environment, CUSTOS_PKCS11_PIN: '11111111' }, 'pkcs11-pin-wrong', { token: 'custos' }],
    },
    {
      to: ['transit'],
      environment: service,
      without: 'transit-url-unset',
      wrong: [
        { ...service, CUSTOS_TRANSIT_TOKEN: 'hvs.wrong' },
        'transit-refused',
        { url: transit.url, mount: 'transit', key: 'custos-root' },
      ],
    },
  ];
  const needs = (home) => ({ environment: home.environment, input: home.to[0] === 'shares' ? shares : '' });
  const file = path.join(at.server.data, 'keys', 'root.key');
  try {
    let here = homes[0];
    // To each from the one before, and then to each from the file.
    for (const home of [...homes.slice(1), homes[0], homes[3], homes[1], homes[4], homes[2], homes[3], homes[0]]) {
      await context.test(`from ${here.to[0]} to ${home.to[0]}`, async () => {
        const before = await at.file();
        const environment = { ...here.environment, ...home.environment };
        const moved = await at.keys(['move', '--to', ...home.to, '--json'], { ...needs(here), environment });
        assert.equal(moved.code, 0, moved.err);
        if (home.to[0] === 'shares') shares = `${JSON.parse(moved.out).shares.slice(1).join('\n')}\n`;
        here = home;
        const status = await at.keys(['status', '--json'], needs(home));
        assert.equal(status.code, 0, status.err);
        assert.equal(JSON.parse(status.out).home, home.to[0]);
        const looked = await custos(['doctor', '--data', at.server.data, '--lang', 'en'], { environment: home.environment });
        const t = words('en');
        assert.ok(looked.out.includes(t(`keys-home-${home.to[0]}`, { threshold: 2, shares: 3 })), looked.out);
        if (home.to[0] !== 'shares') {
          const keys = { suite: t('keys-suite-aes'), rotation: t('doctor-rotation-none') };
          assert.ok(looked.out.includes(t('doctor-keys', keys)), looked.out);
        }
        const now = await at.file();
        for (const text of [PASSPHRASE, token.pin, transit.token]) assert.ok(!now.includes(text));
        assert.notEqual(now, before);
        // A root key that was left opens nothing that is there now.
        const { home: old } = JSON.parse(before);
        const { home: described } = JSON.parse(now);
        await at.put(JSON.stringify({ ...JSON.parse(now), home: old }));
        const mixed = await at.keys(['status'], { environment, input: shares });
        assert.equal(mixed.code, 2, 'the new keyring under the old home');
        await at.put(now);
        assert.notDeepEqual(described, old);
      });
      await context.test(`a stolen data folder does not open from ${home.to[0]}`, async () => {
        // The whole folder, on another machine: with the database, and the key file as it is.
        const stolen = path.join(folder, 'stolen');
        await cp(at.server.data, stolen, { recursive: true });
        const thief = (args, environment = {}) =>
          custos(['keys', '--data', stolen, 'status', ...args], { environment });
        try {
          if (home.without === undefined) {
            assert.equal((await thief([])).code, 0, 'the file is the key: that is said');
            return;
          }
          const nothing = { ...(home.without.includes('unset') ? {} : { path: path.join(stolen, 'keys', 'root.key') }) };
          await says((args) => thief(args), home.without, nothing);
          if (home.wrong) {
            const [environment, id, parameters] = home.wrong;
            const told = parameters ?? nothing;
            await says((args) => thief(args, environment), id, told, [PASSPHRASE, token.pin, transit.token]);
          }
          const started = await custos(['serve', '--data', stolen, '--listen', '127.0.0.1:0'], {
            environment: home.to[0] === 'shares' ? { CUSTOS_TLS_CERT: '/nowhere', CUSTOS_TLS_KEY: '/nowhere' } : {},
          });
          assert.equal(started.code, 2, started.out);
          // And by looking at the bytes.
          assert.deepEqual(findTexts(stolen, SECRETS), []);
        } finally {
          await rm(stolen, { recursive: true, force: true });
        }
      });
    }
    await at.opens();
    await context.test('a backup of the database does not open without the key file', async () => {
      const stolen = path.join(folder, 'backup');
      await cp(path.join(at.server.data, 'custos.db'), path.join(stolen, 'custos.db'));
      const started = await custos(['serve', '--data', stolen, '--listen', '127.0.0.1:0', '--lang', 'en']);
      assert.equal(started.code, 2);
      const missing = words('en')('key-missing', { path: path.join(stolen, 'keys', 'root.key') });
      assert.ok(started.err.includes(missing), started.err);
      assert.deepEqual(findTexts(stolen, SECRETS), []);
    });
    await context.test('a key file others can read is refused', async () => {
      await chmod(file, 0o644);
      await says((args) => at.keys(['status', ...args]), 'key-readable', { path: file });
      await chmod(file, 0o600);
    });
  } finally {
    await at.close();
    await transit.close();
    await token.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a security module: what is missing or wrong is said, and the server starts with the right one alone', { timeout: 200_000 }, async (context) => {
  const token = await makeToken({ label: 'custos' });
  const environment = { ...token.environment, CUSTOS_PKCS11_PIN: token.pin };
  const at = await installation({ environment });
  await at.server.kill();
  const refused = (id, parameters, more, secrets = [token.pin]) =>
    says((args) => at.keys(['status', ...args], { environment: more }), id, parameters, secrets);
  try {
    const place = { token: 'custos', key: 'custos-root' };
    await context.test('before the move', async () => {
      const moving = (args) => (more) => at.keys(['move', '--to', 'pkcs11', ...args, ...more]);
      await says(moving(['--token', 'another']), 'pkcs11-token-missing', { token: 'another', count: 1, tokens: 'custos' });
      const before = await at.file();
      // A key somebody imported, who may have kept it: it is not used, and nothing moves.
      const imported = path.join(token.folder, 'imported');
      await writeFile(imported, Buffer.alloc(32, 7));
      token.run(['--import', imported, '--aes', '--token', 'custos', '--label', 'imported', '--id', 'A1', '--pin', token.pin]);
      await says(moving(['--key', 'imported']), 'pkcs11-key-extractable', { token: 'custos', key: 'imported' });
      assert.equal(await at.file(), before);
    });
    assert.equal((await at.keys(['move', '--to', 'pkcs11'])).code, 0);
    await at.opens();
    await context.test('a wrong PIN, no PIN, no library, no token, no key', async () => {
      await refused('pkcs11-pin-wrong', place, { CUSTOS_PKCS11_PIN: '00000000' }, ['00000000']);
      await refused('pkcs11-pin-missing', place, { CUSTOS_PKCS11_PIN: '' });
      await refused('pkcs11-module-unset', {}, { CUSTOS_PKCS11_MODULE: '' });
      await refused('pkcs11-module-missing', { path: '/nowhere/module.so' }, { CUSTOS_PKCS11_MODULE: '/nowhere/module.so' });
      const text = await at.keys(['status', '--lang', 'en'], { environment: { CUSTOS_PKCS11_MODULE: '/etc/hostname' } });
      assert.equal(text.code, 2);
      assert.match(text.err, /\/etc\/hostname cannot be used/);
      const open = await secret(token.folder, 'open-pin', token.pin);
      await chmod(open, 0o644);
      await refused('key-readable', { path: open }, { CUSTOS_PKCS11_PIN: '', CUSTOS_PKCS11_PIN_FILE: open });
    });
    await context.test('another token of the same name', async () => {
      const other = await makeToken({ label: 'custos', pin: token.pin });
      await refused('pkcs11-key-missing', place, other.environment);
      assert.match(await at.refuses(other.environment), /has no key custos-root/);
      await other.close();
    });
    await context.test('a token that was taken out', async () => {
      await rename(token.tokens, `${token.tokens}-away`);
      await mkdir(token.tokens);
      const said = await at.refuses();
      assert.match(said, /no token custos/);
      await rm(token.tokens, { recursive: true });
      await rename(`${token.tokens}-away`, token.tokens);
    });
    await context.test('a key file that was altered', async () => {
      const now = JSON.parse(await at.file());
      const wrapped = now.home.wrapped.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
      await at.put(JSON.stringify({ ...now, home: { ...now.home, wrapped } }));
      await refused('pkcs11-wrong-answer', place, {});
      await at.put(JSON.stringify(now));
      await at.opens();
    });
    await context.test('nothing secret is logged', () => {
      assert.ok(!at.server.log().includes(token.pin));
    });
  } finally {
    await at.close();
    await token.close();
  }
});

test('a key service: refusal, silence, lies and a wrong key open nothing and lose nothing', { timeout: 300_000 }, async (context) => {
  const transit = await startTransit();
  const environment = { ...transit.environment };
  const at = await installation({ environment });
  await at.server.kill();
  const place = { url: transit.url, mount: 'transit', key: 'custos-root' };
  const opening = (more = {}) => (args) => at.keys(['status', ...args], { environment: more });
  try {
    await context.test('a service that lies when it wraps is found out before anything moves', async () => {
      const before = await at.file();
      transit.behave('lie-when-wrapping');
      await says((args) => at.keys(['move', '--to', 'transit', ...args]), 'transit-wrong-answer', place, [transit.token]);
      transit.behave('well');
      await says((args) => at.keys(['move', '--to', 'transit', '--key', 'a/../b', ...args]), 'transit-name', { ...place, key: 'a/../b' });
      await says((args) => at.keys(['move', '--to', 'transit', '--mount', 'kv', ...args]), 'transit-missing', { ...place, mount: 'kv' });
      assert.equal(await at.file(), before);
    });
    assert.equal((await at.keys(['move', '--to', 'transit'])).code, 0);
    await at.opens();
    await context.test('it is asked as the protocol says', () => {
      const { method, path: asked, headers, body } = transit.seen.at(-1);
      assert.deepEqual([method, asked], ['POST', '/v1/transit/decrypt/custos-root']);
      assert.equal(headers['x-vault-token'], transit.token);
      const sent = JSON.parse(body);
      assert.match(sent.ciphertext, /^vault:v1:/);
      assert.equal(Buffer.from(sent.associated_data, 'base64').toString(), 'custos/root-key');
      assert.equal(sent.context, sent.associated_data);
    });
    const answers = [
      ['sealed', 'transit-unavailable', { ...place, status: 503 }],
      ['garbage', 'transit-wrong-answer', place],
      ['endless', 'transit-wrong-answer', place],
      ['short', 'transit-wrong-answer', place],
      ['lie', 'key-wrong-from-home', { path: path.join(at.server.data, 'keys', 'root.key') }],
      ['redirect', 'transit-failed', { ...place, status: 307, reason: '' }],
    ];
    for (const [how, id, parameters] of answers) {
      await context.test(how, async () => {
        transit.behave(how);
        await says(opening(), id, parameters, [transit.token]);
        const asked = transit.seen.length;
        assert.ok((await at.refuses()).length > 0);
        assert.ok(transit.seen.slice(asked).every((request) => request.path.startsWith('/v1/')), 'nothing is followed');
        transit.behave('well');
      });
    }
    await context.test('a service that does not answer', async () => {
      transit.behave('silent');
      const began = Date.now();
      assert.match(await at.refuses(), /did not answer within 15 seconds.*start again when it answers/);
      assert.ok(Date.now() - began < 30_000);
      transit.behave('well');
    });
    await context.test('a service that is down: the server does not start, and starts when it is back', async () => {
      await transit.down();
      const said = await at.refuses();
      assert.match(said, /cannot be reached.*Nothing was opened; start again when it answers/);
      await transit.listen();
      await at.opens();
    });
    await context.test('another token, another authority, an address without TLS', async () => {
      await says(opening({ CUSTOS_TRANSIT_TOKEN: 'hvs.stolen' }), 'transit-refused', place, ['hvs.stolen']);
      await says(opening({ CUSTOS_TRANSIT_TOKEN: '' }), 'transit-token-missing', {});
      const elsewhere = await startTransit();
      const asked = transit.seen.length;
      const untrusted = await at.keys(['status', '--lang', 'en'], { environment: { CUSTOS_TRANSIT_CA_FILE: elsewhere.ca } });
      assert.equal(untrusted.code, 2);
      assert.match(untrusted.err, /cannot be reached/);
      assert.equal(transit.seen.length, asked, 'the token was not sent to whom nobody vouches for');
      const impostor = await at.keys(['status', '--lang', 'en'], {
        environment: { CUSTOS_TRANSIT_URL: elsewhere.url, CUSTOS_TRANSIT_CA_FILE: elsewhere.ca },
      });
      assert.equal(impostor.code, 2, 'a service of somebody else');
      await elsewhere.close();
      const plain = await at.keys(['status', '--lang', 'en'], { environment: { CUSTOS_TRANSIT_URL: 'http://vault.example.com' } });
      assert.match(plain.err, /transit\.url cannot be/);
    });
    await context.test('nothing secret is logged', () => {
      assert.ok(!at.server.log().includes(transit.token));
    });
    await context.test('a key that is gone is gone: the backup of the key file in another home is what is left', async () => {
      transit.forget('custos-root');
      const told = await at.keys(['status', '--lang', 'en']);
      assert.equal(told.code, 2);
      assert.match(told.err, /status 400.*message authentication failed/);
    });
  } finally {
    await at.close();
    await transit.close();
  }
});
