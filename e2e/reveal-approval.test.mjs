// A number of a customer labelled secret is seen with a lead's or the security administrator's approval only, in both
// languages: asked for where it is masked, approved without being shown, shown once to who asked, and masked again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { requestApproval } from './lib/approvals.mjs';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, stillness } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const SECRET = { level: 'secret', compartments: [] };

for (const language of LANGUAGES) {
  test(`revealing what is secret in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const why = language === 'en' ? 'Calling about the contract renewal' : '电话沟通合同续签';
    const follow = (page, text) => page.getByRole('link').filter({ hasText: text }).first().click();
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const person = await signInAs(browser, server, t, 'sales', { language });

      // Cleared for 机密 by one administrator with the approval of another, and working at it.
      const mine = await person.open('/customers');
      const { body: session } = await ask(mine.page, '/session');
      const setting = await security.open('/');
      const approving = await system.open('/');
      const { body: people } = await ask(setting.page, '/access/people');
      const clear = (headers) =>
        ask(setting.page, `/access/people/${session.user.id}`, {
          method: 'PUT',
          body: { custom_roles: [], clearance: SECRET },
          headers: { 'if-match': `"${people.generation}"`, ...headers },
        });
      const asked = await clear({ 'x-approval-reason': 'e2e%20test' });
      assert.equal(asked.status, 202, JSON.stringify(asked.body));
      const decision = { method: 'POST', body: { approve: true } };
      await ask(approving.page, `/approvals/${asked.body.approval}/decision`, decision);
      assert.equal((await clear({ 'x-approval': asked.body.approval })).status, 204);
      await approving.close();
      await setting.close();
      const { body: list } = await ask(mine.page, '/customers?limit=50');
      const customer = list.items.find(({ fields }) => fields.phone?.masked);
      const path = `/customers/${customer.id}`;
      const name = customer.fields.name;
      const put = (target, body) => ask(mine.page, target, { method: 'PUT', body });
      assert.ok((await put(`${path}/label`, SECRET)).status < 300);
      assert.ok((await put('/session/working-label', SECRET)).status < 300);
      await mine.close();

      const eye = (page) =>
        page.getByRole('button', { name: t('reveal-button', { field: t('field-phone') }), exact: true }).first();

      await context.test('it is asked for where it is masked, with the reason given there', async () => {
        const { page, picture, close } = await person.open(path);
        await page.getByRole('heading', { level: 1, name }).waitFor();
        await eye(page).click();
        const dialog = page.getByRole('dialog', { name: t('reveal-title', { field: t('field-phone') }) });
        await stillness(page);
        await button(dialog, t('reveal-show')).click();
        const reason = page.getByRole('dialog', { name: t('approval-needed-title') }).getByLabel(t('approval-reason'), { exact: true });
        await reason.waitFor();
        assert.equal(await reason.inputValue(), t('reveal-reason-call'));
        await picture('reveal-approval-reason');
        await requestApproval(page, t, why);
        await dialog.waitFor({ state: 'hidden' });
        await eye(page).waitFor();
        await close();
      });

      await context.test('who approves sees whose and which field, not the value', async () => {
        const { page, picture, overflow, close } = await security.open('/approvals');
        await follow(page, why);
        await page.getByText(t('field-phone'), { exact: true }).waitFor();
        await page.getByText(t('level-secret'), { exact: true }).first().waitFor();
        assert.equal(await page.getByText(name).count(), 0, 'the security administrator reads no customers');
        await picture('reveal-approval');
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('reveal-approval-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await button(page, t('approval-approve')).click();
        await page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await close();
      });

      await context.test('it is shown once, and masked again', async () => {
        const { page, picture, overflow, close } = await person.open('/approvals?view=mine');
        await follow(page, why);
        await page.getByRole('link', { name, exact: true }).waitFor();
        await page.clock.install();
        await button(page, t('approval-execute')).click();
        const shown = page.getByRole('region', { name: t('field-phone'), exact: true });
        await shown.waitFor();
        assert.match((await shown.locator('.revealed').innerText()).replaceAll(' ', ''), /^\+?[\d-]{7,}$/);
        await page.getByText(t('approval-state-executed-note'), { exact: true }).waitFor();
        assert.equal(await button(page, t('approval-execute')).count(), 0);
        await picture('reveal-approved');
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('reveal-approved-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await page.clock.fastForward(61_000);
        await shown.waitFor({ state: 'hidden' });
        await page.goto(server.url + path);
        await eye(page).waitFor();
        await close();
      });

      await context.test('the rules say from which label on', async () => {
        const { page, picture, close } = await security.open('/approvals?view=rules');
        const rule = t('approval-operation-customers_reveal');
        await page.getByText(t('approval-rule-from', { level: t('level-secret') }), { exact: true }).first().waitFor();
        await picture('reveal-rules');
        await page.getByRole('button', { name: t('approval-rule-edit-named', { name: rule }), exact: true }).click();
        const drawer = page.getByRole('dialog', { name: rule });
        await drawer.getByText(t('approval-rule-label'), { exact: true }).waitFor();
        await stillness(page);
        await picture('reveal-rule');
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
