// Many customers are handed over from the list, in both languages: chosen, looked through, above a number only with the
// security administrator's approval, and then followed to the end. Who leaves is out at once; to whom their customers go
// waits for approval, and others are named when it is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { passApproval, requestApproval, setRule } from './lib/approvals.mjs';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, eventually, stillness } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const ABOVE = 2;

for (const language of LANGUAGES) {
  test(`handing many over in ${language}`, async (context) => {
    const t = words(language);
    const english = language === 'en';
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const why = english ? 'New sales areas from June' : '六月起调整销售区域';
    const first = english ? 'All to the first colleague' : '全部交给第一位同事';
    const second = english ? 'To the team lead instead' : '改由主管接手';
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      const leaver = await signInAs(browser, server, t, 'sales', { language });
      for (const operation of ['reassignments_start', 'user_handover']) {
        await setRule({ requester: security, approver: system }, operation, { records_above: ABOVE });
      }
      const list = await lead.open('/customers');
      const { body: mine } = await ask(list.page, '/session');
      const rows = list.page.locator('tbody tr[data-key]');
      await rows.first().waitFor();
      const keys = await rows.evaluateAll((found) => found.map(({ dataset }) => dataset.key));
      const shown = [];
      for (const key of keys.slice(0, 20)) shown.push((await ask(list.page, `/customers/${key}`)).body);
      const { body: directory } = await ask(list.page, '/users/directory');
      const sellers = shown.flatMap(({ owner }) => (owner && owner.id !== mine.user.id ? [owner.id] : []));
      const taker = directory.items.find(({ id, name }) => sellers.includes(id) && name !== leaver.name);
      const chosen = shown.filter(({ owner }) => owner?.id !== taker.id).slice(0, ABOVE + 1);
      assert.equal(chosen.length, ABOVE + 1);
      const owner = async (id) => (await ask(list.page, `/customers/${id}`)).body.owner.id;

      await context.test('rows are chosen and looked through before anything happens', async () => {
        const { page, picture } = list;
        for (const { fields } of chosen) {
          await page.getByRole('checkbox', { name: t('reassign-choose-one', { name: fields.name }), exact: true }).check();
        }
        await page.getByText(t('reassign-chosen', { count: chosen.length }), { exact: true }).waitFor();
        await picture('reassign-chosen');
        await button(page, t('reassign-these')).click();
        const drawer = page.getByRole('dialog', { name: t('reassign-drawer', { count: chosen.length }) });
        await stillness(page);
        await choose(page, t('reassign-to'), taker.name);
        await drawer.getByLabel(t('reassign-reason'), { exact: true }).fill(why);
        await button(drawer, t('reassign-look')).click();
        await drawer.getByText(t('reassign-would', { total: String(chosen.length), name: taker.name }), { exact: true }).waitFor();
        await picture('reassign-preview');
        assert.notEqual(await owner(chosen[0].id), taker.id);
        await button(drawer, t('reassign-start')).click();
        await requestApproval(page, t, why);
        await drawer.waitFor({ state: 'hidden' });
        assert.notEqual(await owner(chosen[0].id), taker.id);
      });

      await context.test('approved by somebody else, it is carried out and followed to its end', async () => {
        const deciding = await security.open('/approvals');
        await deciding.page.getByRole('link').filter({ hasText: why }).first().click();
        await deciding.page.getByText(taker.name, { exact: true }).waitFor();
        await deciding.picture('reassign-approval');
        await button(deciding.page, t('approval-approve')).click();
        await deciding.page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await deciding.close();
        const { page, picture, overflow, close } = await lead.open('/approvals?view=mine');
        await page.getByRole('link').filter({ hasText: why }).first().click();
        await button(page, t('approval-execute')).click();
        const done = t('reassign-done', { moved: String(chosen.length), name: taker.name });
        await page.getByText(done, { exact: true }).waitFor();
        await picture('reassign-done');
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('reassign-done-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        for (const { id } of chosen) assert.equal(await owner(id), taker.id);
        await close();
      });

      await list.close();

      await context.test('who leaves is out; their customers wait, and others are named when it is refused', async () => {
        const session = await leaver.open('/customers');
        const left = (await ask(session.page, '/customers?limit=1')).body.total;
        assert.ok(left > ABOVE);
        const { page, picture, overflow, close } = await system.open('/admin/users');
        const drawer = page.getByRole('dialog', { name: t('leave-title', { name: leaver.name }) });
        const openDrawer = async () => {
          const row = page.getByRole('row').filter({ hasText: leaver.login });
          await row.getByRole('button', { name: t('leave'), exact: true }).click();
          await drawer.waitFor();
          await stillness(page);
        };
        await openDrawer();
        await choose(page, t('handover-colleague'), '');
        await drawer.getByRole('checkbox').check();
        await button(drawer, t('leave-confirm')).click();
        await requestApproval(page, t, first);
        await drawer.getByText(t('handover-asked', { count: String(left) }), { exact: true }).waitFor();
        await picture('handover-asked');
        assert.equal((await ask(session.page, '/session')).status, 401);
        await session.close();

        const deciding = await security.open('/approvals');
        await deciding.page.getByRole('link').filter({ hasText: first }).first().click();
        await deciding.picture('handover-approval');
        await button(deciding.page, t('approval-refuse')).click();
        const refusal = deciding.page.getByRole('dialog', { name: t('approval-refuse-title') });
        await refusal.getByLabel(t('approval-refuse-note'), { exact: true }).fill(second);
        await button(refusal, t('approval-refuse')).click();
        await deciding.page.getByText(t('approval-refused'), { exact: true }).waitFor();
        await deciding.close();

        await page.goto(`${server.url}/admin/users`);
        await openDrawer();
        await drawer.getByText(t('handover-waiting', { count: String(left) }), { exact: true }).waitFor();
        await drawer.getByRole('radio').nth(1).check();
        await picture('handover-waiting');
        await button(drawer, t('handover-begin')).click();
        await requestApproval(page, t, second);
        await drawer.getByText(t('handover-asked', { count: String(left) }), { exact: true }).waitFor();
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('handover-asked-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await close();
        await passApproval(t, { requester: system, approver: security, why: second });
        const after = await system.open('/admin/users');
        const { body: people } = await ask(after.page, '/users?limit=100');
        const { id } = people.items.find(({ login }) => login === leaver.login);
        await eventually(async () => {
          const { body: handover } = await ask(after.page, `/users/${id}/handover`);
          assert.deepEqual([handover.running, handover.waiting, handover.left], [false, false, 0]);
        });
        await after.close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
