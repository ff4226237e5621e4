// Years of the log from their first entry to their removal, with the real binary whose clock is moved: entries of years ago,
// sealed since, shown on the page in both languages, archived by page and command line, verified by the small verifier, found
// out where a byte was flipped, removed after their time.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { passApproval, requestApproval } from './lib/approvals.mjs';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { custos } from './lib/cli.mjs';
import { movedClock } from './lib/clock.mjs';
import { stillness, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { memberOf } from './lib/tar.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

/** Retention is three years: of two, the older may go, the other may not. */
const NOW = new Date().getFullYear();
const [OLD, LATER] = [NOW - 4, NOW - 3];
/** Two bundles of entries, so that there is something between which to locate. */
const RUNS = 6;

const beside = path.join(path.dirname(process.env.CUSTOS_BINARY ?? ''), 'custos-verify');

/** What the small verifier says of a file; the server's own command says the same where it was not built. */
function verify(file, ...more) {
  const [program, first] = existsSync(beside) ? [beside, []] : [process.env.CUSTOS_BINARY, ['audit', 'verify']];
  return spawnSync(program, [...first, file, ...more], { encoding: 'utf8' });
}

for (const language of LANGUAGES) {
  test(`sealed years of the log in ${language}`, { timeout: 300_000 }, async (context) => {
    const t = words(language);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'custos-sealed-'));
    const at = movedClock(folder);
    const june = (year, day) => new Date(Date.UTC(year, 5, day));
    const server = await startServer({ arguments: ['--demo'], environment: at(june(OLD, 1)) });
    const data = ['--data', server.data, '--lang', language];
    const why = language === 'en' ? 'As the audit committee decided' : '按审计委员会决议';
    let browser;
    try {
      await context.test('two years pass', async () => {
        await server.kill();
        for (const year of [OLD, LATER]) {
          for (let run = 1; run <= RUNS; run += 1) {
            const environment = at(june(year, run + 1));
            const done = await custos(['audit', 'run', ...data], { environment });
            assert.ok([0, 1].includes(done.code), done.err);
          }
        }
        // Nothing is sealed while its year is not over.
        const early = await custos(['log', ...data, '--json', 'years'], { environment: at(june(OLD, 20)) });
        assert.deepEqual(JSON.parse(early.out).years, [], early.err);
        const years = await custos(['log', ...data, '--json', 'years']);
        assert.deepEqual(JSON.parse(years.out).years.map(({ year }) => year), [OLD, LATER], years.err);
      });

      const invited = async (role) => {
        const { out, err } = await custos(['user', ...data, '--json', 'list']);
        const { login, name } = JSON.parse(out).items.find(({ roles }) => roles.includes(role)) ?? assert.fail(err);
        const link = await custos(['user', ...data, '--json', 'link', login]);
        return { role, name, login, token: link.out.match(/#([\w-]+)/)?.[1] ?? assert.fail(link.out + link.err) };
      };
      const people = [await invited('audit_admin'), await invited('security_admin')];
      await server.start({});
      server.links = people.map((one) => ({ ...one, link: `${server.url}/link#${one.token}` }));
      browser = await openBrowser(server.url);
      const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const archive = path.join(folder, 'page.tar');

      await context.test('the page shows them and gives out an archive that holds', async () => {
        const window = await auditor.open('/audit/years');
        const { page } = window;
        const rows = table(page, t('audit-tab-years')).getByRole('row');
        await rows.filter({ hasText: String(OLD) }).waitFor();
        await rows.filter({ hasText: String(LATER) }).waitFor();
        await window.picture('sealed-years');
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          rows.filter({ hasText: String(OLD) }).getByText(t('year-download'), { exact: true }).click(),
        ]);
        await download.saveAs(archive);
        const good = verify(archive);
        assert.equal(good.status, 0, good.stdout + good.stderr);
        await page.getByRole('combobox').first().click();
        await stillness(page);
        const three = t('retention-years', { years: 3 });
        await page.locator('.ant-select-item-option').filter({ hasText: three, visible: true }).first().click();
        await requestApproval(page, t, why);
        await passApproval(t, { requester: auditor, approver: security, why });
        await page.reload();
        await rows.filter({ hasText: String(OLD) }).getByText(t('year-removable'), { exact: true }).waitFor();
        assert.equal(await rows.filter({ hasText: String(LATER) }).getByText(t('year-removable'), { exact: true }).count(), 0);
        await window.close();
      });

      await context.test('a flipped byte of the archive is located, and removes nothing', async () => {
        const bytes = readFileSync(archive);
        const { start, end } = memberOf(bytes, /entries/);
        bytes[Math.floor((start + end) / 2)] ^= 1;
        const bent = path.join(folder, 'bent.tar');
        writeFileSync(bent, bytes);
        const told = verify(bent, '--json');
        assert.equal(told.status, 1, told.stdout + told.stderr);
        const said = JSON.parse(told.stdout);
        const text = JSON.stringify(said);
        assert.match(text, /entr(y|ies)_(altered|missing|unexpected)/);
        assert.match(text, /"index":\d+|"from":\d+/, text);
        await server.kill();
        const refused = await custos(['log', ...data, 'remove', '--year', String(OLD), '--archive', bent]);
        assert.equal(refused.code, 2, refused.out);
      });

      await context.test('by the command line the year is archived and removed, in order and not before its time', async () => {
        const log = (...args) => custos(['log', ...data, ...args]);
        const archived = await log('archive', '--out', folder);
        assert.equal(archived.code, 0, archived.err);
        const file = (year) => path.join(folder, `custos-log-${year}.tar`);
        for (const year of [OLD, LATER]) assert.equal(verify(file(year)).status, 0, `${year}`);
        const early = await log('remove', '--year', String(LATER), '--archive', file(LATER));
        assert.equal(early.code, 2, early.out);
        const removed = await log('remove', '--year', String(OLD), '--archive', file(OLD));
        assert.equal(removed.code, 0, removed.err);
        // What is left goes on from what was archived: the same log, without a gap in its hashes.
        const rest = path.join(folder, 'rest.tar');
        const exported = await custos(['audit', 'export', '--out', rest, ...data]);
        assert.equal(exported.code, 0, exported.err);
        const left = verify(rest, '--json');
        assert.equal(left.status, 0, left.stdout + left.stderr);
        const still = verify(file(OLD));
        assert.equal(still.status, 0, still.stdout + still.stderr);
      });

      await context.test('the page says so, also on a phone', async () => {
        await server.start();
        for (const look of [{}, { size: PHONE, theme: 'dark' }]) {
          const { page, picture, overflow, close } = await auditor.open('/audit/years', look);
          const row = table(page, t('audit-tab-years')).getByRole('row').filter({ hasText: String(OLD) });
          await row.waitFor();
          assert.equal(await row.getByText(t('year-download'), { exact: true }).count(), 0);
          await picture('removed-year');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });
    } finally {
      await browser?.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
