// Moving and leaving as the system administrator does it: a look at what changes, one confirmation, and the customers are
// with somebody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, eventually, select } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`moving and leaving in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    try {
      const leaver = await signInAs(browser, server, t, 'sales', { language });
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const seller = await leaver.open('/customers');
      const owned = (await ask(seller.page, '/customers?limit=1')).body.total;
      assert.ok(owned > 0, 'the demonstration gives them customers');
      const window = await system.open('/admin/users');
      const { page } = window;
      const row = () => page.getByRole('row').filter({ hasText: leaver.login });
      const drawer = () => page.getByRole('dialog');

      await context.test('a move shows what it changes first', async () => {
        await row().getByRole('button', { name: t('move'), exact: true }).click();
        await select(drawer(), t('move-department')).click();
        await page.locator('.ant-select-item-option').filter({ visible: true }).first().click();
        const reach = (name) => drawer().getByRole('region', { name, exact: true });
        await reach(t('move-after')).waitFor();
        assert.notEqual(
          await reach(t('move-before')).locator('dd').first().textContent(),
          await reach(t('move-after')).locator('dd').first().textContent(),
        );
        await window.picture('move');
        await button(drawer(), t('cancel')).click();
      });

      await context.test('who leaves is out, and their customers are with a colleague', async () => {
        await page.goto(`${server.url}/admin/users`);
        await row().getByRole('button', { name: t('leave'), exact: true }).click();
        await drawer().getByText(t('leave-customers', { count: String(owned) }), { exact: true }).waitFor();
        await choose(page, t('handover-colleague'), '');
        assert.ok(await button(drawer(), t('leave-confirm')).isDisabled(), 'nothing happens by one click');
        await drawer().getByRole('checkbox').check();
        await window.picture('leave');
        await button(drawer(), t('leave-confirm')).click();
        await drawer().getByText(t('leave-done'), { exact: true }).waitFor({ timeout: 60_000 });
        await window.picture('leave-done');
        assert.equal((await ask(seller.page, '/session')).status, 401);
        await button(drawer(), t('close')).last().click();
        await eventually(async () => {
          assert.ok((await row().textContent()).includes(t('user-status-disabled')));
        });
      });

      await context.test('on a phone in the dark, nothing has to be scrolled sideways', async () => {
        const phone = await system.open('/admin/users', { size: PHONE, theme: 'dark' });
        await phone.page.getByRole('button', { name: t('leave'), exact: true }).first().click();
        await phone.page.getByRole('dialog').waitFor();
        await phone.picture('leave-phone');
        assert.equal(await phone.overflow(), 0);
        await phone.close();
      });
      await window.close();
      await seller.close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
