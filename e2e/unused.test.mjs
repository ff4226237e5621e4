// Unused permissions by hand, in both languages: a person who holds more than they use is proposed the smaller role, and it
// goes the way of every change of roles.
import assert from 'node:assert/strict';
import test from 'node:test';
import { asApproved } from './lib/approvals.mjs';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask, callerOf } from './lib/flows.mjs';
import { button } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`unused permissions in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });

      await context.test('what nobody used is listed by role and by person', async () => {
        const { page, picture, close } = await security.open('/admin/unused');
        await page.getByRole('heading', { name: t('unused-title') }).waitFor();
        const title = t('unused-of-person', { name: lead.name });
        await button(page, title).click();
        const drawer = page.getByRole('dialog', { name: title });
        await drawer.getByText(t('action-customer-export'), { exact: true }).waitFor();
        await picture('unused-list');
        await close();
      });

      await context.test('a smaller role of the organisation\'s own goes into the draft', async () => {
        const system = await signInAs(browser, server, t, 'system_admin', { language });
        const windows = [await security.open('/'), await system.open('/')];
        const [asking, approving] = windows.map(({ page }) => callerOf(page));
        const own = await giveOwnRole({ security: asking, system: approving, holder: lead.name });
        for (const window of windows) await window.close();
        const using = await lead.open('/customers');
        await using.page.getByRole('heading', { level: 1 }).waitFor();
        await using.page.getByRole('row').nth(1).waitFor();
        await using.close();
        const { page, picture, close } = await security.open('/admin/unused');
        await page.getByRole('heading', { name: t('unused-own-roles') }).waitFor();
        await picture('unused-own');
        await button(page, t('unused-smaller-named', { name: own.name })).click();
        await button(page.getByRole('dialog'), t('unused-smaller')).click();
        await page.waitForURL(`${server.url}/admin/access`);
        await page.getByText(t('access-changes', { count: 1 })).waitFor();
        await picture('unused-own-draft');
        await close();
      });

      await context.test('one click proposes the smaller role', async () => {
        const idle = server.links.find(({ role }) => role === 'sales');
        const { page, picture, overflow, close } = await security.open('/admin/unused');
        await picture('unused');
        await button(page, t('unused-propose-named', { name: idle.name })).click();
        const confirm = page.getByRole('dialog');
        await picture('unused-propose');
        await button(confirm, t('unused-propose')).click();
        await page.getByText(t('unused-reduced', { name: idle.name }), { exact: true }).waitFor();
        const { body } = await ask(page, '/users?limit=200');
        assert.deepEqual(body.items.find(({ name }) => name === idle.name).roles, []);
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('unused-phone-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

/** Gives somebody a role of the organisation's own. */
async function giveOwnRole({ security, system, holder }) {
  const name = 'Reception';
  const id = crypto.randomUUID();
  const { body: present } = await security.call('GET', '/access/rules');
  const { roles, rules, compartments, field_labels } = present;
  const grants = [
    { object: 'customer', scope: 'own', actions: ['list', 'read', 'delete'], fields: {}, other_fields: 'masked' },
  ];
  const own = { id, name, description: '', grants };
  await asApproved(security, system, 'PUT', '/access/rules', present.generation, {
    roles: [...roles, own],
    rules,
    compartments,
    field_labels,
  });
  const { body: people } = await security.call('GET', '/access/people?limit=100');
  const person = people.items.find((one) => one.name === holder);
  await asApproved(security, system, 'PUT', `/access/people/${person.id}`, people.generation, {
    custom_roles: [id],
    clearance: person.clearance,
  });
  return own;
}
