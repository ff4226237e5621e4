// One request is handed on to another approver, in both languages: offered are those whom the rule lets decide on the same
// terms; whoever handed on decides no more, and who took over sees from whom and why.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setRule } from './lib/approvals.mjs';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, stillness } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`handing a request on in ${language}`, async (context) => {
    const t = words(language);
    const english = language === 'en';
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const why = english ? 'Yearly review of all customers' : '全部客户年度复盘';
    const note = english ? 'Travelling this week' : '本周出差，请代为审批';
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      const first = await signInAs(browser, server, t, 'sales', { language });
      const second = await signInAs(browser, server, t, 'sales', { language, position: 1 });
      const steps = [{ approvers: [{ role: 'sales' }], needed: 1 }];
      await setRule({ requester: security, approver: system }, 'customers_export', { records_above: 5, steps });
      const asking = await lead.open('/customers');
      const body = { format: 'csv', filter: {}, columns: ['name'], reason: why };
      const headers = { 'x-approval-reason': encodeURIComponent(why) };
      const asked = await ask(asking.page, '/customers/exports', { method: 'POST', body, headers });
      assert.equal(asked.status, 202, JSON.stringify(asked.body));
      const path = `/approvals/${asked.body.approval}`;
      await asking.close();

      await context.test('it is handed on with a note, and then decided by somebody else only', async () => {
        const { page, picture, close } = await first.open(path);
        await button(page, t('approval-transfer')).click();
        const dialog = page.getByRole('dialog', { name: t('approval-transfer-title') });
        await stillness(page);
        const { body: request } = await ask(page, path);
        const names = request.successors.map(({ name }) => name);
        assert.ok(names.includes(second.name) && !names.includes(first.name) && !names.includes(lead.name));
        await choose(page, t('approval-transfer-to'), second.name);
        await dialog.getByLabel(t('approval-transfer-why'), { exact: true }).fill(note);
        await picture('approval-transfer');
        await button(dialog, t('approval-transfer')).click();
        await page.getByText(t('approval-transferred'), { exact: true }).waitFor();
        await dialog.waitFor({ state: 'hidden' });
        await page.getByText(note, { exact: true }).waitFor();
        assert.equal(await button(page, t('approval-approve')).count(), 0);
        assert.equal(await button(page, t('approval-transfer')).count(), 0);
        await close();
      });

      await context.test('who took over sees from whom and why, and decides, on a phone at night', async () => {
        const { page, picture, overflow, close } = await second.open('/approvals', { size: PHONE, theme: 'dark' });
        await page.getByRole('link').filter({ hasText: why }).first().click();
        await page.getByText(note, { exact: true }).waitFor();
        await picture('approval-transferred');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await button(page, t('approval-approve')).click();
        await page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
