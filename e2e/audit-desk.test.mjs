// The parts of the audit desk that show more than one entry: charts that lead to their entries, who saw a record, saved
// questions, and what an entry says was changed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, column, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`the audit desk in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const entries = t('audit-entries');
    try {
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
      let seen;

      await context.test('somebody works', async () => {
        const { page, close } = await lead.open('/customers');
        const { body } = await ask(page, '/customers?limit=30');
        for (const { id } of body.items) await ask(page, `/customers/${id}`);
        seen = body.items.find(({ actions }) => actions.includes('customer.update'));
        assert.ok(seen, 'the lead may change some customer');
        const etag = { 'If-Match': `"${seen.version}"` };
        const { status } = await ask(page, `/customers/${seen.id}`, {
          method: 'PATCH', body: { fields: { phone: '13800138000', level: 'a' } }, headers: etag,
        });
        assert.equal(status, 200);
        assert.equal((await ask(page, '/audit/counts')).status, 403);
        await close();
        const other = await security.open('/admin/users');
        const { body: users } = await ask(other.page, '/users?limit=200');
        const account = users.items.find((user) => user.login !== lead.login && user.roles[0] === 'sales');
        const granted = await ask(other.page, `/users/${account.id}/access`, {
          method: 'PUT', body: { roles: ['sales', 'sales_lead'], data_scope: 'all' }, headers: { 'If-Match': `"${account.version}"` },
        });
        assert.equal(granted.status, 200, JSON.stringify(granted.body));
        await other.close();
      });

      await context.test('the charts are whole in every look', async () => {
        for (const look of LOOKS) {
          const { page, picture, overflow, close } = await auditor.open('/audit/charts', look);
          await page.getByRole('heading', { name: t('heat-title') }).waitFor();
          await page.locator('.chart-canvas canvas').nth(3).waitFor();
          await page.waitForTimeout(500);
          await picture('audit-charts');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });

      await context.test('each chart is a table too, and leads to its entries', async () => {
        const { page, close } = await auditor.open('/audit/charts');
        const figure = page.locator('figure').filter({ has: page.getByRole('heading', { name: t('actions-title') }) });
        await figure.getByRole('button', { name: t('chart-as-table') }).click();
        const row = figure.getByRole('row').filter({ hasText: t('action-customer-read') });
        const count = Number((await row.getByRole('cell').last().innerText()).replace(/\D/g, ''));
        assert.ok(count >= 30, String(count));
        await row.getByRole('button').click();
        await eventually(async () => {
          const what = new Set(await column(page, entries, t('entry-action')));
          assert.deepEqual([...what], [t('action-customer-read')]);
          assert.equal((await column(page, entries, t('entry-action'))).length, Math.min(count, 50));
        });
        assert.match(page.url(), /action=customer\.read/);
        await page.goBack();
        const heat = page.locator('figure').filter({ has: page.getByRole('heading', { name: t('heat-title') }) });
        await heat.getByRole('button', { name: t('chart-as-table') }).click();
        await heat.getByRole('row').nth(1).getByRole('button').click();
        await table(page, entries).getByRole('row').nth(1).waitFor();
        assert.match(page.url(), /week_hour=/);
        await close();
      });

      await context.test('a bar that is clicked leads to its entries', async () => {
        const { page, close } = await auditor.open('/audit/charts?days=7');
        const canvas = page.locator('.chart-canvas canvas').first();
        await canvas.waitFor();
        await page.waitForTimeout(600);
        const box = await canvas.boundingBox();
        // Today is the last bar.
        await page.mouse.click(box.x + box.width * 0.94, box.y + box.height * 0.75);
        await eventually(() => assert.match(page.url(), /\/audit\?.*from=/));
        await table(page, entries).getByRole('row').nth(1).waitFor();
        await close();
      });

      await context.test('who saw this customer, and what did this person see', async () => {
        const { page, picture, overflow, close } = await auditor.open(`/audit/sightings?resource_id=${seen.id}`);
        const label = t('audit-tab-sightings');
        await table(page, label).getByText(lead.name).waitFor();
        assert.deepEqual(await column(page, label, t('sighting-reads')), ['1']);
        await picture('audit-who-saw');
        await table(page, label).getByRole('button', { name: lead.name }).click();
        await eventually(async () => {
          const what = await column(page, entries, t('entry-action'));
          assert.deepEqual(new Set(what), new Set([t('action-customer-read'), t('action-customer-update')]));
        });
        await page.goto(`${server.url}/audit/sightings`);
        await page.getByText(t('sightings-what-seen')).click();
        await choose(page, t('entry-actor'), lead.name);
        await eventually(async () => assert.ok((await column(page, label, t('sighting-reads'))).length >= 30));
        await picture('audit-what-seen');
        assert.equal(await overflow(), 0);
        await close();
      });

      await context.test('before and after: in full for access, and only that it changed for a customer', async () => {
        const { page, picture, close } = await auditor.open('/audit?action=user.grant');
        await table(page, entries).getByRole('row').nth(1).getByRole('button').click();
        const drawer = page.getByRole('dialog');
        await drawer.getByText(`${t('role-sales')} · ${t('role-sales_lead')}`).waitFor();
        await picture('audit-change-access');
        await page.goto(`${server.url}/audit?action=customer.update`);
        await table(page, entries).getByRole('row').nth(1).getByRole('button').click();
        await drawer.getByText(t('change-sealed')).first().waitFor();
        assert.ok(!(await drawer.innerText()).includes('13800138000'));
        await picture('audit-change-customer');
        await close();
      });

      await context.test('a question is saved, asked again, and forgotten', async () => {
        const { page, picture, close } = await auditor.open('/audit?action=customer.read&outcome=allowed');
        await button(page, t('question-save')).click();
        const dialog = page.getByRole('dialog', { name: t('question-save') });
        const name = language === 'en' ? 'Customers opened' : '打开过的客户';
        await dialog.getByLabel(t('question-name')).fill(name);
        await choose(dialog, t('question-time'), t('charts-days', { days: 7 }));
        await picture('audit-question');
        await button(dialog, t('save')).click();
        await dialog.waitFor({ state: 'hidden' });
        await page.goto(`${server.url}/audit`);
        await page.getByRole('button', { name, exact: true }).click();
        await eventually(async () => {
          const what = new Set(await column(page, entries, t('entry-action')));
          assert.deepEqual([...what], [t('action-customer-read')]);
        });
        await picture('audit-questions');
        await page.getByRole('button', { name: t('question-forget', { name }) }).click();
        await page.locator('.ant-popconfirm-buttons').getByRole('button', { name: t('delete') }).click();
        await eventually(async () => assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0));
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
