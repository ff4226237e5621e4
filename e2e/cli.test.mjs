// Import and export on the command line, in both languages: against a real server, with the account's own rights.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { ApiClient } from './lib/api.mjs';
import { custos, custosOnTerminal } from './lib/cli.mjs';
import { parseCsv } from './lib/csv.mjs';
import { FIRST_PEOPLE, person } from './lib/flows.mjs';
import { letLargeExportsPass } from './lib/approvals.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';
import { sheetRows } from './lib/xlsx.mjs';

const FIXTURES = path.resolve(import.meta.dirname, '../crates/tabular/tests/fixtures');
const GB18030 = '客户资料-gb18030.csv';
const XLSX = '客户资料-标题行在第二行.xlsx';
const MANY = 'customers-10000.csv';
/** A code is good for one sign-in, so that quick tests need several people. */
const LEADS = Array.from({ length: 8 }, (_, at) => ({
  role: 'sales_lead',
  name: `主管 ${at + 1}`,
  login: `lead.${at + 1}`,
  password: `pebble-saffron-${at + 31}-tunnel-kite`,
}));

const rowsOf = (text) => parseCsv(text).slice(1);
const sum = ({ created, updated, skipped, rejected }) => created + updated + skipped + rejected;
const modeOf = async (file) => ((await stat(file)).mode & 0o777).toString(8);

for (const language of LANGUAGES) {
  test(`the command line in ${language}`, { timeout: 390_000 }, async (context) => {
    const t = words(language);
    const server = await startServer();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'custos-cli-'));
    const here = (name) => path.join(folder, name);
    try {
      for (const name of [GB18030, XLSX, MANY]) await copyFile(path.join(FIXTURES, name), here(name));
      const certificate = path.join(server.data, 'tls', 'certificate.pem');
      const ca = await readFile(certificate);
      const client = () => new ApiClient(server.url, ca);
      const users = [...FIRST_PEOPLE, ...LEADS];
      const setup = { setup_code: server.setupCode, organisation_name: '命令行', language, users };
      const answer = await client().call('POST', '/setup', setup);
      assert.equal(answer.status, 201, answer.text);
      const enrol = async ({ login, password }) => {
        const api = client();
        return { login, password, api, authenticator: await api.signInFirst(login, password) };
      };
      const leads = [];
      for (const lead of LEADS) leads.push(await enrol(lead));
      const system = (await enrol(person('system_admin'))).api;
      const security = (await enrol(person('security_admin'))).api;
      await letLargeExportsPass(security, system);

      let auditor;
      let turn = 0;
      const next = () => leads[(turn += 1) % leads.length];
      /** `--account` and what goes with it; the one whose turn it is, unless another is meant. */
      const signedIn = (args, who) => [args[0], '--lang', language, '--server', server.url, '--data', server.data,
        '--account', who.login, '--password-file', '-', '--totp-file', '-', ...args.slice(1)];
      const run = async (args, { who = next(), password = who.password, code, watch } = {}) => {
        const input = `${password}\n${code ?? (await who.authenticator.code())}\n`;
        return custos(signedIn(args, who), { input, cwd: folder, watch });
      };
      const json = async (args, options) => {
        const { code, out, err } = await run([...args, '--json'], options);
        assert.equal(out.trim().split('\n').length, 1, `one object: ${out} ${err}`);
        return { code, told: JSON.parse(out) };
      };
      const total = async () => {
        const { status, body, text } = await leads[0].api.call('GET', '/customers?limit=1');
        assert.equal(status, 200, text);
        return body.total;
      };
      const refused = ({ code, out, err }, ...expected) => {
        assert.equal(code, 2, err);
        assert.equal(out, '');
        for (const text of expected) assert.ok(err.includes(text), `“${text}” in: ${err}`);
        assert.ok(!/panicked/.test(err), err);
      };

      await context.test('refused before anybody is asked for anything', async () => {
        const who = leads[0];
        const none = custos(signedIn(['import', 'no-such.csv'], who), { cwd: folder });
        refused(await none, 'no-such.csv', t('io-not-found'));
        refused(await custos(signedIn(['import', '.'], who), { cwd: folder }), t('io-is-folder'));
        refused(await custos(signedIn(['import', GB18030, '--rejected', GB18030], who), { cwd: folder }), GB18030, '--force');
        refused(await custos(signedIn(['export', '--output', GB18030, '--reason', 'x y'], who), { cwd: folder }), GB18030, '--force');
        refused(await custos(signedIn(['import', GB18030, '--no-such-option'], who), { cwd: folder }), '--no-such-option');
        refused(await custos(signedIn(['import', GB18030, '--duplicates', 'perhaps'], who), { cwd: folder }), 'perhaps');
        refused(await custos(signedIn(['import', GB18030, '--password', 'x'], who), { cwd: folder }), '--password');
        const missing = custos(['import', GB18030, '--lang', language, '--server', server.url, '--data', server.data, '--account', who.login], { cwd: folder });
        refused(await missing, t('remote-password-missing'));
      });

      await context.test('a server that is not the one, or not there', async () => {
        const to = (url, ...more) =>
          custos(['import', GB18030, '--lang', language, '--server', url, '--account', 'x', '--password-file', '-', ...more], { input: 'x\n', cwd: folder });
        refused(await to(server.url.replace('https', 'http')), '--server');
        refused(await to('https://localhost:1'), t('io-connection-refused'));
        const untrusted = await to(server.url);
        refused(untrusted, '--ca', '--data');
        refused(await to(server.url, '--ca', GB18030), t('remote-no-certificate', { path: GB18030 }));
        refused(await to(server.url, '--ca', certificate), t('error-session-credentials-wrong'));
      });

      await context.test('wrong password, wrong code, an account without the right, and a file that is too large', async () => {
        refused(await run(['import', GB18030], { password: 'no-such-password-1', code: '000000' }),
          t('error-session-credentials-wrong'), t('remedy-session-credentials-wrong'));
        refused(await run(['import', GB18030], { who: leads[0], code: '000000' }),
          t('error-session-totp-wrong'), t('remedy-session-totp-wrong'));
        auditor = await enrol(person('audit_admin'));
        refused(await run(['import', GB18030], { who: auditor }), t('error-forbidden'), t('remedy-forbidden'));
        await writeFile(here('huge.csv'), '');
        await truncate(here('huge.csv'), 513 * 2 ** 20);
        refused(await run(['import', 'huge.csv']), t('error-request-too_large'), t('remedy-request-too_large', { max: String(512 * 2 ** 20) }));
        const machine = await run(['import', GB18030, '--json'], { password: 'no-such-password-2', code: '000000' });
        assert.equal(machine.code, 2);
        assert.equal(JSON.parse(machine.err).error.code, 'error-session-credentials-wrong');
      });

      await context.test('a preview shows the rows and leaves nothing behind', async () => {
        const { code, out, err } = await run(['import', GB18030, '--preview', '--map', '座机=ignore']);
        assert.equal(code, 0, err);
        assert.ok(err.includes('GB18030') && err.includes(t('delimiter-comma')) && err.includes(t('preset-generic')), err);
        assert.match(err, new RegExp(`手机 → ${t('field-phone')}`));
        assert.match(err, /座机 → (left out|不导入)/);
        assert.ok(out.includes('万迅电脑传媒有限公司') && !out.includes('010-86256795'), out);
        assert.ok(out.includes(t('outcome-create')) && out.includes(t('choice-level-a')), out);
        const { told } = await json(['import', XLSX, '--preview', '--header-row', '2', '--preset', 'generic']);
        assert.equal(told.source.header_row, 2);
        assert.equal(told.preview.rows[0].row, 3);
        for (const lead of leads) {
          const { body } = await lead.api.call('GET', '/imports');
          assert.deepEqual(body.items, []);
        }
        assert.equal(await total(), 0);
      });

      await context.test('what was recognised can be said otherwise, but not wrongly', async () => {
        refused(await run(['import', GB18030, '--encoding', 'no-such']), t('error-file-unknown_encoding'), t('remedy-file-unknown_encoding'));
        refused(await run(['import', GB18030, '--map', '车牌=notes']), '车牌', '客户名称', '--map');
        refused(await run(['import', GB18030, '--map', '座机=plate']), 'plate', t('error-import-mapping-field_unknown'));
        refused(await run(['import', GB18030, '--map', '客户名称=ignore', '--map', '联系人=ignore']), t('remedy-import-mapping-name_missing'));
        await writeFile(here('semicolons.txt'), 'a;b\nMüller & Söhne;x\n', 'latin1');
        const { told } = await json(['import', 'semicolons.txt', '--preview', '--encoding', 'windows-1252', '--delimiter', ';', '--map', '1=name', '--map', 'b=notes']);
        assert.equal(told.source.encoding, 'windows-1252');
        assert.equal(told.source.delimiter, ';');
        assert.deepEqual(told.preview.rows.map(({ fields }) => fields), [{ name: 'Müller & Söhne', notes: 'x' }]);
        assert.deepEqual(told.mapping.map(({ header, field }) => [header, field]), [['a', 'name'], ['b', 'notes']]);
      });

      let first;
      await context.test('every row read is created, merged, skipped or rejected, and the rejected lie beside the file', async () => {
        const { code, out, err } = await run(['import', GB18030]);
        assert.equal(code, 1, err);
        const [read, created, updated, skipped, rejected] = out.match(/\d+/g).map(Number);
        first = { read, created, updated, skipped, rejected };
        const sheet = parseCsv(new TextDecoder('gb18030').decode(await readFile(here(GB18030))));
        assert.equal(read, sheet.length - 1);
        assert.equal(read, sum(first), out);
        assert.ok(created > 0 && rejected > 0, out);
        assert.equal(await total(), created);
        const file = here('客户资料-gb18030.rejected.csv');
        assert.ok(err.includes('客户资料-gb18030.rejected.csv'), err);
        assert.equal(await modeOf(file), '600');
        const rows = parseCsv(await readFile(file, 'utf8'));
        assert.deepEqual(rows[0].slice(-2), [t('file-row'), t('file-reason')]);
        assert.equal(rows.length - 1, rejected);
      });

      await context.test('the same file again is skipped, and a program gets one object', async () => {
        const { code, told } = await json(['import', GB18030, '--duplicates', 'skip', '--rejected', 'left-out.xlsx']);
        assert.equal(code, 1);
        assert.equal(told.state, 'finished');
        assert.equal(told.created, 0);
        assert.equal(told.rejected, first.rejected);
        assert.equal(told.read, sum(told));
        assert.equal(told.rejected_file, 'left-out.xlsx');
        assert.equal(sheetRows(await readFile(here('left-out.xlsx'))).length - 1, told.rejected);
        assert.equal(await total(), first.created);
      });

      await context.test('a workbook', async () => {
        const { code, told } = await json(['import', XLSX, '--duplicates', 'keep', '--uscc-check', 'accept']);
        assert.equal(told.source.format, 'xlsx');
        assert.equal(told.read, sum(told));
        assert.ok(told.created > 0);
        assert.equal(code, told.rejected > 0 ? 1 : 0);
        assert.equal(await total(), first.created + told.created);
      });

      await context.test('Ctrl-C stops an import, and it goes on where it stopped', async () => {
        const who = next();
        const before = await total();
        let sent = false;
        const watch = (child, err) => {
          if (!sent && err.includes(t('progress-importing', { rows: 0 }).slice(0, 4))) {
            sent = true;
            child.kill('SIGINT');
          }
        };
        const stopped = await run(['import', MANY, '--duplicates', 'keep'], { who, watch });
        assert.equal(stopped.code, 130, stopped.err);
        const [, id] = /custos import --resume ([0-9a-f-]{36}) --server/.exec(stopped.err);
        const [read] = stopped.out.match(/\d+/g).map(Number);
        assert.ok(read > 0 && read < 10_000, `it stopped on the way: ${stopped.out}`);
        refused(await run(['import', '--resume', 'no-such-id']), 'no-such-id');
        refused(await run(['import', '--resume', id]), t('error-not_found'));
        const { told } = await json(['import', '--resume', id], { who });
        assert.equal(told.state, 'finished');
        assert.equal(told.read, 10_000);
        assert.equal(told.read, sum(told));
        assert.equal(await total(), before + told.created);
      });

      await context.test('an export is whole, for its owner only, and replaces nothing unasked', async () => {
        const all = await total();
        const csv = await run(['export', '--output', 'all.csv', '--reason', 'e2e test']);
        assert.equal(csv.code, 0, csv.err);
        assert.ok(csv.out.includes('all.csv'));
        assert.equal(await modeOf(here('all.csv')), '600');
        const text = await readFile(here('all.csv'), 'utf8');
        assert.equal(rowsOf(text).length, all);
        assert.equal(parseCsv(text)[0][0], t('field-name'));
        refused(await run(['export', '--output', 'all.csv', '--reason', 'e2e test']), 'all.csv');

        const { code, told } = await json(['export', '--format', 'xlsx', '--output', 'all.csv', '--force', '--fields', 'name,phone', '--reason', 'e2e test']);
        assert.equal(code, 0);
        assert.equal(told.format, 'xlsx');
        const workbook = await readFile(here('all.csv'));
        assert.equal(told.bytes, workbook.length);
        const rows = sheetRows(workbook);
        assert.deepEqual(rows[0], [t('field-name'), t('field-phone')]);
        assert.equal(rows.length - 1, all);
      });

      await context.test('an export takes the filters of lists, and says which it cannot understand', async () => {
        const found = await run(['export', '--output', 'some.csv', '--search', '万迅电脑', '--fields', 'name', '--reason', 'e2e test']);
        assert.equal(found.code, 0, found.err);
        const names = rowsOf(await readFile(here('some.csv'), 'utf8')).map(([name]) => name);
        assert.ok(names.length > 0 && names.every((name) => name.includes('万迅电脑')), names.join());
        const wrong = (...args) => run(['export', '--output', 'wrong.csv', '--reason', 'e2e test', ...args]);
        refused(await wrong('--status', 'wno'), '--status', 'wno', 'won');
        refused(await wrong('--fields', 'name,fone'), '--fields fone', t('error-field-unknown'));
        refused(await wrong('--updated-from', 'yesterday'), '--updated-from', t('error-list-filter_malformed'));
        refused(await run(['export', '--output', 'wrong.csv', '--reason', 'x']), '--reason', t('error-reason-length'));
        refused(await run(['export', '--output', 'no/such/folder.csv', '--reason', 'e2e test']), 'no/such', t('io-not-found'));
        const left = (await readdir(folder)).filter((name) => name.startsWith('.custos-') || name === 'wrong.csv');
        assert.deepEqual(left, [], 'nothing half is left');
      });

      await context.test('a terminal asks, and shows neither password nor code', async () => {
        const who = next();
        const code = await who.authenticator.code();
        const args = ['export', '--lang', language, '--server', server.url, '--data', server.data, '--account', who.login,
          '--output', 'asked.csv', '--fields', 'name', '--reason', 'e2e test'];
        const asked = [[t('remote-ask-password', { account: who.login }), who.password], [t('remote-ask-code'), code]];
        const { code: exit, screen } = await custosOnTerminal(args, asked, { cwd: folder });
        assert.equal(exit, 0, screen);
        for (const [prompt, secret] of asked) assert.ok(screen.includes(prompt) && !screen.includes(secret), screen);
        assert.equal(rowsOf(await readFile(here('asked.csv'), 'utf8')).length, await total());
      });

      await context.test('a program comes with an API key: from the environment or a file, never as an argument', async () => {
        const made = await system.call('POST', '/service-accounts', { name: 'ERP', data_scope: 'all' });
        const { id } = made.body;
        const access = { roles: ['sales_lead'], data_scope: 'all' };
        const granted = await security.call('PUT', `/users/${id}/access`, access, { 'if-match': '"1"' });
        assert.equal(granted.status, 200, granted.text);
        const expires_at = new Date(Date.now() + 3_600_000).toISOString();
        const keyFor = async (...scopes) => {
          const answer = await system.call('POST', `/service-accounts/${id}/keys`, { name: 'cron', scopes, expires_at });
          assert.equal(answer.status, 201, answer.text);
          return answer.body;
        };
        const imports = ['import.create', 'import.read', 'import.update', 'import.delete', 'customer.import', 'customer.create'];
        const [importing, exporting] = [await keyFor(...imports), await keyFor('customer.export', 'customer.list')];
        const by = (args) => [args[0], '--lang', language, '--server', server.url, '--data', server.data, ...args.slice(1)];
        const withKey = (key, ...args) => custos(by(args), { cwd: folder, environment: { CUSTOS_API_KEY: key } });
        const export_ = ['export', '--reason', 'e2e test', '--fields', 'name', '--output'];

        await writeFile(here('by-key.csv'), '客户名称\n钥匙客户甲\n钥匙客户乙\n');
        await writeFile(here('key'), `${exporting.secret}\n`);
        const exported = async (file) => {
          const { code, err } = await custos(by([...export_, file, '--api-key-file', 'key']), { cwd: folder });
          assert.equal(code, 0, err);
          return rowsOf(await readFile(here(file), 'utf8')).map(([name]) => name);
        };
        const before = await exported('before.csv');
        const imported = await withKey(importing.secret, 'import', 'by-key.csv');
        assert.equal(imported.code, 0, imported.err);
        const after = await exported('after.csv');
        assert.equal(after.length, before.length + 2);
        assert.deepEqual(after.filter((name) => name.startsWith('钥匙客户')).sort(), ['钥匙客户乙', '钥匙客户甲']);
        const piped = await custos(by([...export_, 'piped.csv', '--api-key-file', '-']), { cwd: folder, input: `${exporting.secret}\n` });
        assert.equal(piped.code, 0, piped.err);

        refused(await withKey(exporting.secret, 'import', 'by-key.csv'), t('error-forbidden'), t('remedy-forbidden'));
        refused(await withKey('no-such-key', ...export_, 'none.csv'), t('remote-key-malformed'));
        refused(await withKey(`${exporting.secret}0`, ...export_, 'none.csv'), t('error-api_key-refused'), t('remedy-api_key-refused'));
        refused(await withKey('', ...export_, 'none.csv'), t('remote-account-missing'));
        refused(await custos(by([...export_, 'none.csv']), { cwd: folder }), t('remote-account-missing'));
        refused(await custos(by([...export_, 'none.csv', '--api-key-file', 'no-such']), { cwd: folder }), 'no-such', t('io-not-found'));
        refused(await custos(by([...export_, 'none.csv', '--api-key-file', 'key', '--account', 'x']), { cwd: folder }), '--account');
        refused(await custos(by([...export_, 'none.csv', '--api-key', exporting.secret]), { cwd: folder }), '--api-key');
        assert.equal((await system.call('DELETE', `/api-keys/${exporting.id}`)).status, 204);
        refused(await withKey(exporting.secret, ...export_, 'none.csv'), t('error-api_key-refused'));
        // Whoever names an account means it, whatever the environment holds.
        const named = custos(by([...export_, 'none.csv', '--account', 'x']), { cwd: folder, environment: { CUSTOS_API_KEY: importing.secret } });
        refused(await named, t('remote-password-missing'));
        assert.ok(!(await readdir(folder)).includes('none.csv'));
      });

      await context.test('every command that signed in signed out again, and the server had no error', async () => {
        const entries = async (action) => {
          const { status, body, text } = await auditor.api.call('GET', `/audit/entries?limit=200&action=${action}&outcome=allowed`);
          assert.equal(status, 200, text);
          assert.equal(body.next_cursor, null, 'all of them');
          return body.items;
        };
        const out = await entries('session.delete');
        const signedIn = await entries('session.create');
        // The people of this test set themselves up first, and stay.
        assert.equal(out.length, signedIn.length - LEADS.length - 3);
        assert.ok(out.length > 15, `${out.length} commands`);
        assert.ok(!/panicked|ERROR/.test(server.log()), server.log());
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
      await server.stop();
    }
  });
}
