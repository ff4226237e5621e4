// How long the log is kept, and the automated audit, by hand in both languages and by the command line.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { custos } from './lib/cli.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, eventually, stillness, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

/** A calendar day so many days from today. */
function day(offset) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + offset * 86_400_000));
}

for (const language of LANGUAGES) {
  test(`years of the log and the automated audit in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'custos-years-'));
    const why = language === 'en' ? 'As the audit committee decided' : '按审计委员会决议';
    try {
      const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const window = await auditor.open('/audit/years');
      const { page } = window;

      await context.test('how long entries stay is changed by two', async () => {
        await page.getByText(t('years-none'), { exact: true }).waitFor();
        await window.picture('log-years');
        await page.getByRole('combobox').first().click();
        await stillness(page);
        await page.locator('.ant-select-item-option').filter({ hasText: t('retention-years', { years: 6 }), visible: true }).click();
        const dialog = page.getByRole('dialog', { name: t('approval-needed-title') });
        await dialog.waitFor();
        await stillness(page);
        await dialog.getByLabel(t('approval-reason'), { exact: true }).fill(why);
        await button(dialog, t('approval-ask')).click();
        await page.getByText(t('approval-requested-title'), { exact: true }).waitFor();
        assert.equal((await ask(page, '/audit/years')).body.retention_years, 0, 'not by one alone');
        const deciding = await security.open('/approvals');
        await deciding.page.getByRole('link').filter({ hasText: why }).first().click();
        await deciding.picture('log-retention-approval');
        await button(deciding.page, t('approval-approve')).click();
        await deciding.page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await deciding.close();
        await page.goto(`${server.url}/approvals?view=mine`);
        await page.getByRole('link').filter({ hasText: why }).first().click();
        await button(page, t('approval-execute')).click();
        await page.getByText(t('approval-state-executed-note'), { exact: true }).waitFor();
        await page.goto(`${server.url}/audit/years`);
        await page.getByText(t('retention-years', { years: 6 }), { exact: true }).first().waitFor();
        const headers = { 'if-match': '"1"' };
        const short = await ask(page, '/audit/retention', { method: 'PUT', body: { years: 2 }, headers });
        assert.equal(short.status, 422, 'shorter than the law asks for');
      });

      await context.test('a run finds, an owner is named, a risk accepted and reopened', async () => {
        await page.goto(`${server.url}/audit/findings`);
        await button(page, t('findings-run')).click();
        // Every run says again what it found: a decision is about what the newest one said.
        await eventually(async () => {
          const { items } = (await ask(page, '/audit/runs')).body;
          assert.ok(items.length > 1 && items.every(({ state }) => state === 'finished'));
        });
        await page.reload();
        const rows = () => table(page, t('audit-tab-findings')).getByRole('row');
        await rows().nth(1).waitFor({ timeout: 60_000 });
        await window.picture('findings');
        const what = (await rows().nth(1).getByRole('button').first().textContent()).trim();
        const row = () => rows().filter({ hasText: what }).first();
        const drawer = () => page.getByRole('dialog').last();
        const decide = async () => {
          await button(drawer(), t('finding-decide')).click();
          await drawer().waitFor({ state: 'hidden' });
        };
        await row().getByRole('button').first().click();
        await choose(drawer(), t('finding-owner'), auditor.name);
        const due = drawer().getByLabel(t('finding-due'), { exact: true });
        await due.fill(day(14));
        await due.press('Tab');
        await window.picture('finding');
        await decide();
        await eventually(async () => assert.ok((await row().textContent()).includes(auditor.name)));
        // Accepted for a reason, until a day.
        await row().getByRole('button').first().click();
        await drawer().getByText(t('findings-accepted'), { exact: true }).click();
        await drawer().getByLabel(t('finding-reason'), { exact: true }).fill(why);
        const until = drawer().getByLabel(t('finding-until'), { exact: true });
        await until.fill(day(30));
        await until.press('Tab');
        await decide();
        await page.getByText(t('findings-accepted'), { exact: true }).first().click();
        await row().waitFor();
        // And taken up again.
        await row().getByRole('button').first().click();
        await drawer().getByText(t('findings-open'), { exact: true }).click();
        await decide();
        await page.getByText(t('findings-open'), { exact: true }).first().click();
        await row().waitFor();
      });

      await context.test('a rule that is switched off is not looked at', async () => {
        await page.goto(`${server.url}/audit/rules`);
        const name = `${t('rule-too_few_administrators-name')}: ${t('rule-on')}`;
        const rule = page.getByRole('switch', { name, exact: true });
        await rule.click();
        await eventually(async () => assert.equal(await rule.getAttribute('aria-checked'), 'false'));
        await window.picture('rules');
        const phone = await auditor.open('/audit/years', { size: PHONE, theme: 'dark' });
        await phone.page.getByText(t('years-none'), { exact: true }).waitFor();
        await phone.picture('log-years');
        assert.equal(await phone.overflow(), 0);
        await phone.close();
      });
      await window.close();

      await context.test('the command line does the same with the server stopped', async () => {
        await server.kill();
        const audit = (args) => custos(['audit', ...args, '--data', server.data, '--lang', language]);
        const log = (args) => custos(['log', '--data', server.data, '--lang', language, ...args]);
        const found = await audit(['run']);
        assert.equal(found.code, 1, found.err);
        assert.ok(found.out.includes(t('severity-high')) || found.out.includes(t('severity-medium')), found.out);
        const resolved = await audit(['findings', '--state', 'accepted', '--json']);
        assert.equal(resolved.code, 0, resolved.err);
        assert.deepEqual(JSON.parse(resolved.out).findings, []);
        const years = await log(['years']);
        assert.deepEqual([years.code, years.out.trim()], [0, t('log-years-none')], years.err);
        const archived = await log(['archive', '--out', folder]);
        assert.deepEqual([archived.code, archived.out.trim()], [0, t('log-nothing')], archived.err);
        assert.deepEqual(readdirSync(folder), []);
        const removed = await log(['remove', '--year', '2020', '--archive', import.meta.filename]);
        assert.equal(removed.code, 2, removed.out);
        assert.ok(removed.err.includes('2020'), removed.err);
        await server.start();
      });
    } finally {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });
}
