// Sharing by hand, in both languages: share a customer, see who sees it and why, ask why one does not, withdraw.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, eventually, stillness, table, tick } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`sharing in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    try {
      const owner = await signInAs(browser, server, t, 'sales', { language });
      const colleague = await signInAs(browser, server, t, 'sales', { language, position: 1 });
      const { page, picture, overflow, close } = await owner.open('/customers');
      const { body } = await ask(page, '/customers?limit=1');
      const [customer] = body.items;
      const path = `/customers/${customer.id}`;
      const panel = page.getByRole('region', { name: t('sharing-title') });
      const share = async (extent) => {
        await button(panel, t('sharing-add')).click();
        const dialog = page.getByRole('dialog', { name: t('share-title') });
        await choose(dialog, t('share-kind-user'), colleague.name);
        await tick(dialog.getByRole('radio', { name: t(`share-${extent}`) }));
        await stillness(page);
        await button(dialog, t('sharing-add')).click();
        await dialog.waitFor({ state: 'hidden' });
      };

      await context.test('a colleague does not see it, and learns why without learning that it is there', async () => {
        const other = await colleague.open(path);
        await button(other.page, t('why-not')).click();
        await other.page.getByText(t('explanation-refused'), { exact: true }).waitFor();
        await other.page.getByText(t('change-to-share-read')).waitFor();
        const text = await other.page.locator('.explanation').innerText();
        await other.picture('sharing-why-not');
        await other.page.goto(`${server.url}/customers/01900000-0000-7000-8000-000000000000`);
        await button(other.page, t('why-not')).click();
        await eventually(async () => assert.equal(await other.page.locator('.explanation').innerText(), text));
        await other.close();
      });

      await context.test('shared for viewing, it opens and does not change', async () => {
        await page.goto(server.url + path);
        await share('read');
        await panel.getByText(colleague.name).waitFor();
        await picture('sharing-panel');
        assert.equal(await overflow(), 0);
        const other = await colleague.open(path);
        await other.page.getByRole('heading', { level: 1 }).waitFor();
        assert.equal(await button(other.page, t('edit')).count(), 0);
        assert.equal(await button(other.page, t('sharing-add')).count(), 0);
        await other.page.goto(`${server.url}/customers`);
        await table(other.page, t('customers-title')).locator(`a[href="${path}"]`).first().waitFor();
        await other.close();
      });

      await context.test('shared for editing, it changes', async () => {
        await share('write');
        await panel.getByText(t('share-write'), { exact: true }).waitFor();
        const other = await colleague.open(path);
        await button(other.page, t('edit')).waitFor();
        await other.close();
      });

      await context.test('the owner sees who sees it, and why', async () => {
        await button(panel, t('sharing-audience')).click();
        const dialog = page.getByRole('dialog', { name: t('audience-title') });
        await dialog.locator('li').filter({ hasText: colleague.name }).getByText(t('rule-customers-shared-to-read')).waitFor();
        await choose(dialog, t('why-who'), colleague.name);
        await choose(dialog, t('why-what'), t('ask-delete'));
        await button(dialog, t('why-ask')).click();
        await dialog.getByText(t('explanation-refused'), { exact: true }).waitFor();
        await picture('sharing-audience');
        await dialog.getByRole('button', { name: /close|关闭/i }).first().click();
        await dialog.waitFor({ state: 'hidden' });
      });

      await context.test('withdrawn, it is gone', async () => {
        await panel.getByRole('button', { name: t('share-withdraw-one', { name: colleague.name }) }).click();
        await stillness(page);
        await page.locator('.ant-popconfirm-buttons').getByRole('button', { name: t('share-withdraw'), exact: true }).click();
        await panel.getByText(t('sharing-none')).waitFor();
        const other = await colleague.open(path);
        await button(other.page, t('why-not')).waitFor();
        await other.close();
      });

      await context.test('shared with a team, it opens for who is in it, and is gone once it is withdrawn', async () => {
        const name = 'Harbour';
        const security = await signInAs(browser, server, t, 'security_admin', { language });
        const desk = await security.open('/');
        const { body: people } = await ask(desk.page, '/access/people?limit=100');
        const member = people.items.find((one) => one.name === colleague.name).id;
        const set = await ask(desk.page, '/access/teams', {
          method: 'PUT',
          headers: { 'if-match': `"${people.generation}"` },
          body: { teams: [{ id: crypto.randomUUID(), name, members: [member] }] },
        });
        assert.equal(set.status, 204);
        await desk.close();
        // What the dialog offers was read before there was a team.
        await page.reload();
        await button(panel, t('sharing-add')).click();
        const dialog = page.getByRole('dialog', { name: t('share-title') });
        await tick(dialog.getByRole('radio', { name: t('share-kind-team') }));
        await choose(dialog, t('share-kind-team'), name);
        await stillness(page);
        await picture('sharing-team');
        await button(dialog, t('sharing-add')).click();
        await dialog.waitFor({ state: 'hidden' });
        await panel.getByText(name, { exact: true }).waitFor();
        const other = await colleague.open(path);
        await other.page.getByRole('heading', { level: 1 }).waitFor();
        await other.close();
        await panel.getByRole('button', { name: t('share-withdraw-one', { name }) }).click();
        await stillness(page);
        await page.locator('.ant-popconfirm-buttons').getByRole('button', { name: t('share-withdraw'), exact: true }).click();
        await panel.getByText(t('sharing-none')).waitFor();
        const after = await colleague.open(path);
        await button(after.page, t('why-not')).waitFor();
        await after.close();
      });

      await context.test('nobody labels beyond their clearance', async () => {
        await button(panel, t('sharing-label')).click();
        const dialog = page.getByRole('dialog', { name: t('label-title') });
        await tick(dialog.getByRole('radio', { name: t('level-secret'), exact: true }));
        await stillness(page);
        await button(dialog, t('save')).click();
        await dialog.getByText(t('error-label-beyond_clearance')).waitFor();
        await picture('sharing-label');
      });

      await context.test('the page is whole in every look', async () => {
        for (const look of LOOKS) {
          const view = await owner.open(path, look);
          await view.page.getByRole('region', { name: t('sharing-title') }).waitFor();
          await view.picture('sharing-page');
          assert.equal(await view.overflow(), 0, 'nothing has to be scrolled sideways');
          await view.close();
        }
      });
      await close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
