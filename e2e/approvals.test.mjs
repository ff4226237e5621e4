// The two-person rule by hand, in both languages: a rule is changed with the system administrator's approval, and an export
// leaves with the security administrator's, exactly as approved, once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { parseCsv } from './lib/csv.mjs';
import { ask } from './lib/flows.mjs';
import { button, eventually } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const ABOVE = 5;

for (const language of LANGUAGES) {
  test(`approvals in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const why = language === 'en' ? 'Smaller exports are enough' : '日常导出无需更多客户';
    const whyExport = language === 'en' ? 'Meeting with the regional office' : '与大区复盘年度客户';
    const open = (page, text) => page.getByRole('link').filter({ hasText: text }).first().click();
    /** Gives the reason in the dialog that any refused action opens. */
    const request = async (page, reason, picture) => {
      const dialog = page.getByRole('dialog', { name: t('approval-needed-title') });
      await dialog.getByLabel(t('approval-reason'), { exact: true }).fill(reason);
      if (picture) await picture('approval-reason');
      await button(dialog, t('approval-ask')).click();
      await page.getByText(t('approval-requested-title'), { exact: true }).waitFor();
    };
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      const rule = t('approval-operation-customers_export');

      await context.test('a change of the rules is asked for', async () => {
        const { page, picture, close } = await security.open('/approvals?view=rules');
        await page.getByRole('button', { name: t('approval-rule-edit-named', { name: rule }), exact: true }).click();
        const drawer = page.getByRole('dialog', { name: rule });
        await drawer.getByLabel(t('approval-rule-threshold'), { exact: true }).fill(String(ABOVE));
        await picture('approval-rule');
        await button(drawer, t('save')).click();
        await request(page, why, picture);
        await drawer.waitFor({ state: 'hidden' });
        await page.goto(`${server.url}/approvals?view=mine`);
        await open(page, why);
        await page.getByText(t('approval-state-open-note'), { exact: true }).waitFor();
        assert.equal(await button(page, t('approval-approve')).count(), 0, 'not by the person who asked');
        await close();
      });

      await context.test('the system administrator approves it, the security administrator carries it out', async () => {
        const deciding = await system.open('/approvals');
        await deciding.page.getByText(why, { exact: true }).waitFor();
        await deciding.picture('approvals-to-decide');
        await open(deciding.page, why);
        await button(deciding.page, t('approval-approve')).click();
        await deciding.page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await deciding.close();
        const { page, close } = await security.open('/approvals?view=mine');
        await open(page, why);
        await button(page, t('approval-execute')).click();
        await page.getByText(t('approval-state-executed-note'), { exact: true }).waitFor();
        await page.goto(`${server.url}/approvals?view=rules`);
        await page.getByText(t('approval-rule-above', { count: ABOVE }), { exact: true }).waitFor();
        await close();
      });

      let total;
      await context.test('an export above the limit is asked for from its dialog', async () => {
        const { page, picture, close } = await lead.open('/customers');
        total = (await ask(page, '/customers?limit=1')).body.total;
        assert.ok(total > ABOVE);
        await button(page, t('export-button')).click();
        const dialog = page.getByRole('dialog', { name: t('export-title', { count: total }) });
        await dialog.getByRole('radio', { name: t('format-csv') }).check();
        await dialog.getByLabel(t('export-reason'), { exact: true }).fill(whyExport);
        await button(dialog, t('export-take')).click();
        await request(page, whyExport, picture);
        await dialog.waitFor({ state: 'hidden' });
        await close();
      });

      await context.test('who approves sees what would leave, also on a phone at night', async () => {
        const { page, picture, overflow, close } = await security.open('/approvals');
        await open(page, whyExport);
        await page.getByText(t('approval-records-limit', { count: total }), { exact: true }).waitFor();
        await picture('approval-export');
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('approval-export-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await button(page, t('approval-approve')).click();
        await page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await close();
      });

      await context.test('approvals are delegated for a while, and no longer', async () => {
        const { page, picture, close } = await lead.open('/approvals');
        await button(page, t('delegation-title')).click();
        const drawer = page.getByRole('dialog', { name: t('delegation-title') });
        const who = drawer.getByLabel(t('delegation-who'), { exact: true });
        const { body } = await ask(page, '/users/directory');
        const colleague = body.items.find(({ name }) => name === '赵雅雯');
        await who.fill(colleague.name);
        await page.getByTitle(`${colleague.name} · ${colleague.department_name}`).click();
        await picture('approval-delegation');
        await button(drawer, t('delegation-save')).click();
        await page.getByText(t('delegation-saved'), { exact: true }).waitFor();
        await drawer.waitFor({ state: 'hidden' });
        await button(page, t('delegation-title')).click();
        await button(drawer, t('delegation-end')).click();
        await page.getByText(t('delegation-ended'), { exact: true }).waitFor();
        await who.waitFor();
        await close();
      });

      await context.test('one click carries it out, and only once', async () => {
        const { page, picture, close } = await lead.open('/approvals?view=mine');
        await open(page, whyExport);
        const execute = button(page, t('approval-execute'));
        const [download] = await Promise.all([page.waitForEvent('download'), execute.click()]);
        const rows = parseCsv(readFileSync(await download.path(), 'utf8'));
        assert.equal(rows.length - 1, total);
        await page.getByText(t('approval-state-executed-note'), { exact: true }).waitFor();
        await eventually(async () => assert.equal(await execute.count(), 0));
        await picture('approval-executed');
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
