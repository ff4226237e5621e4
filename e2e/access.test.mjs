// Access by hand, in both languages: a role with hidden and masked fields and a clearance are given to a person, with the
// approval of a second administrator; a rule by form is tried on what really happened before it takes effect; a mistake in
// a policy text is shown where it is; the bench says why.
import assert from 'node:assert/strict';
import test from 'node:test';
import { passApproval, requestApproval } from './lib/approvals.mjs';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, eventually, stillness, table, tick } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const MISTAKE = '// 备注\nforbid (\n  principal is User,\n  acton in [Action::"customer.read"],\n  resource\n);';

for (const language of LANGUAGES) {
  test(`access in ${language}`, async (context) => {
    const t = words(language);
    const english = language === 'en';
    const roleName = english ? 'Support' : '客服';
    const ruleName = english ? 'Not that region' : '该地区不可见';
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const person = await signInAs(browser, server, t, 'sales', { language });
      const colleague = await signInAs(browser, server, t, 'sales', { language, position: 1 });
      const { page, picture, overflow, close } = await security.open('/admin/access');

      const mine = await colleague.open('/customers');
      const { body: list } = await ask(mine.page, '/customers?limit=50');
      const customer = list.items.find(({ fields }) => fields.province && fields.amount && fields.phone && fields.email);
      assert.ok(customer, 'a customer of the colleague with everything the test looks at');
      const secret = await ask(mine.page, `/customers/${customer.id}/disclosures`, {
        method: 'POST',
        body: { field: 'phone', reason: 'e2e test' },
      });
      assert.equal(secret.status, 200);
      await mine.close();
      const path = `/customers/${customer.id}`;
      const name = customer.fields.name;
      const region = customer.fields.province;
      const bar = page.getByRole('region', { name: t('access-draft') });

      /** Submits the draft, has it approved and carries it out. */
      const submit = async (why, look) => {
        await button(bar, t('access-submit')).click();
        const dialog = page.getByRole('dialog', { name: t('access-submit-title') });
        await stillness(page);
        await button(dialog, t('access-submit')).click();
        await requestApproval(page, t, why);
        await bar.waitFor({ state: 'hidden' });
        await passApproval(t, { requester: security, approver: system, why }, look);
        await page.reload();
      };
      /** Chooses in a select that takes several, which stays open. */
      const chooseMany = async (within, label, ...options) => {
        for (const option of options) {
          await choose(within, label, option);
        }
        await within.locator('.ant-drawer-title').click();
        await stillness(page);
      };

      await context.test('without the role, the customer is not there', async () => {
        const view = await person.open(path);
        await button(view.page, t('why-not')).waitFor();
        await view.close();
      });

      await context.test('a role with hidden and masked fields, with the approval of a second administrator', async () => {
        await button(page, t('access-role-add')).click();
        const drawer = page.getByRole('dialog', { name: t('access-role-new') });
        await drawer.getByLabel(t('access-name'), { exact: true }).waitFor();
        await stillness(page);
        await drawer.getByLabel(t('access-name'), { exact: true }).fill(roleName);
        await choose(drawer, t('access-scope-of', { object: t('access-object-customer') }), t('scope-all'));
        for (const [field, reach] of [['amount', 'hidden'], ['phone', 'read'], ['email', 'masked']]) {
          await tick(drawer.getByRole('radio', { name: `${t(`field-${field}`)}: ${t(`access-field-${reach}`)}` }));
        }
        await picture('access-role');
        await button(drawer, t('access-to-draft')).click();
        await drawer.waitFor({ state: 'hidden' });
        await page.getByText(roleName, { exact: true }).first().waitFor();
        await submit(`${roleName} ${t('access-part-role')}`, ({ picture: look }) => look('access-approval'));
        await page.getByText(roleName, { exact: true }).first().waitFor();
        assert.equal(await bar.count(), 0);
      });

      await context.test('given to a person together with a clearance', async () => {
        await page.goto(`${server.url}/admin/access/people`);
        await page.getByRole('textbox', { name: t('access-people-search') }).fill(person.name);
        await page.getByRole('button', { name: t('access-edit-named', { name: person.name }), exact: true }).click();
        const drawer = page.getByRole('dialog', { name: t('access-person-title', { name: person.name }) });
        await tick(drawer.getByRole('checkbox', { name: new RegExp(roleName) }));
        await tick(drawer.getByRole('radio', { name: t('level-confidential'), exact: true }));
        await picture('access-person');
        await button(drawer, t('save')).click();
        const why = `${person.name} ${roleName}`;
        await requestApproval(page, t, why);
        await drawer.waitFor({ state: 'hidden' });
        await passApproval(t, { requester: security, approver: system, why });
        await page.reload();
        const row = table(page, t('access-tab-people')).getByRole('row').filter({ hasText: person.name });
        await row.getByText(t('level-confidential'), { exact: true }).waitFor();
        await row.getByText(roleName).waitFor();
        await picture('access-people');
      });

      await context.test('who holds it sees exactly that', async () => {
        const view = await person.open(path);
        await view.page.getByRole('heading', { level: 1, name }).waitFor();
        await view.page.getByText(secret.body.value).first().waitFor();
        const { body: record } = await ask(view.page, path);
        assert.equal(record.fields.amount, undefined, 'a hidden field is not in the answer');
        assert.equal(record.fields.phone, secret.body.value, 'a field to be read comes in clear');
        assert.ok(record.fields.email.masked, 'a masked field comes masked');
        assert.equal(await view.page.getByText(t('field-amount'), { exact: true }).count(), 0);
        assert.equal(await button(view.page, t('edit')).count(), 0);
        await view.picture('access-seen');
        await view.close();
      });

      await context.test('the working label is in view and can be switched up to the clearance', async () => {
        const view = await person.open('/customers');
        const pill = view.page.getByRole('button', { name: t('working-label-switch') });
        await pill.getByText(t('level-internal')).waitFor();
        await pill.click();
        const dialog = view.page.getByRole('dialog', { name: t('working-label') });
        await tick(dialog.getByRole('radio', { name: t('level-confidential'), exact: true }));
        assert.equal(await dialog.getByRole('radio', { name: t('level-secret'), exact: true }).count(), 0);
        await view.picture('access-working-label');
        await stillness(view.page);
        await button(dialog, t('working-label-choose')).click();
        await pill.getByText(t('level-confidential')).waitFor();
        const { body: session } = await ask(view.page, '/session');
        assert.equal(session.label.working.level, 'confidential');
        // Back, or nothing internal could be written.
        const back = await ask(view.page, '/session/working-label', {
          method: 'PUT',
          body: { level: 'internal', compartments: [] },
        });
        assert.equal(back.status, 204);
        await view.close();
      });

      await context.test('a mistake in a policy text is shown where it is', async () => {
        await page.goto(`${server.url}/admin/access/rules`);
        await button(page, t('access-rule-add')).click();
        const drawer = page.getByRole('dialog', { name: t('access-rule-new') });
        await drawer.getByLabel(t('access-name'), { exact: true }).fill(ruleName);
        await drawer.getByText(t('access-rule-mode-text'), { exact: true }).first().click();
        await drawer.getByRole('textbox', { name: t('access-rule-text'), exact: true }).fill(MISTAKE);
        await drawer.getByRole('button', { name: t('access-check-place', { line: 4, column: 3 }) }).waitFor();
        assert.equal(await drawer.locator('.code mark').first().innerText(), 'acton');
        await picture('access-cedar');
        await drawer.getByRole('textbox', { name: t('access-rule-text'), exact: true }).fill(MISTAKE.replace('acton', 'action'));
        await drawer.getByText(t('access-check-good')).waitFor();
        await button(drawer, t('cancel')).click();
        await drawer.waitFor({ state: 'hidden' });
      });

      await context.test('a rule by form forbids a region, and says so in words', async () => {
        await button(page, t('access-rule-add')).click();
        const drawer = page.getByRole('dialog', { name: t('access-rule-new') });
        await drawer.getByLabel(t('access-name'), { exact: true }).fill(ruleName);
        await stillness(page);
        await chooseMany(drawer, t('access-rule-actions'), t('access-action-list'), t('access-action-read'));
        await chooseMany(drawer, t('access-rule-roles'), roleName);
        await drawer.getByRole('combobox', { name: t('access-condition-regions'), exact: true }).fill(region);
        await page.keyboard.press('Enter');
        await drawer.locator('.ant-drawer-title').click();
        await drawer.locator('.rule-said').getByText(t('access-when-regions', { values: region })).waitFor();
        await picture('access-rule');
        await button(drawer, t('access-to-draft')).click();
        await drawer.waitFor({ state: 'hidden' });
      });

      await context.test('tried on the past, it names who would lose what', async () => {
        await button(bar, t('access-trial')).click();
        const drawer = page.getByRole('dialog', { name: t('access-trial-title') });
        await drawer.locator('.trial-ask button').click();
        const lost = table(drawer, t('access-trial-lost'));
        await lost.getByRole('row').filter({ hasText: person.name }).first().waitFor();
        assert.equal(await lost.getByText(colleague.name).count(), 0, 'the owner loses nothing');
        await stillness(page);
        await picture('access-trial');
        await drawer.getByRole('button', { name: /close|关闭/i }).first().click();
        await drawer.waitFor({ state: 'hidden' });
      });

      await context.test('the bench says why, now and with the changes', async () => {
        await button(page, t('access-bench')).click();
        const drawer = page.getByRole('dialog', { name: t('access-bench') });
        await drawer.getByRole('combobox', { name: t('access-person'), exact: true }).waitFor();
        await stillness(page);
        await choose(drawer, t('access-person'), person.name);
        await choose(drawer, t('access-condition-relations'), t('access-relation-elsewhere'));
        await drawer.getByLabel(t('access-condition-regions'), { exact: true }).fill(region);
        await button(drawer, t('access-bench-ask')).click();
        const now = drawer.getByRole('region', { name: t('access-bench-now') });
        await now.getByText(t('explanation-allowed'), { exact: true }).waitFor();
        await now.getByText(t('explanation-named-role', { name: roleName }), { exact: true }).waitFor();
        const then = drawer.getByRole('region', { name: t('access-bench-draft') });
        await then.getByText(t('explanation-refused'), { exact: true }).waitFor();
        await then.getByText(t('explanation-named-rule', { name: ruleName }), { exact: true }).waitFor();
        await picture('access-bench');
        await button(drawer, t('close')).last().click();
        await drawer.waitFor({ state: 'hidden' });
      });

      await context.test('a draft warns before it is left, and is still there afterwards', async () => {
        await page.getByRole('link', { name: t('nav-docs'), exact: true }).click();
        const dialog = page.getByRole('dialog', { name: t('access-leave-title') });
        await stillness(page);
        await button(dialog, t('access-leave')).click();
        await page.waitForURL(`${server.url}/docs`);
        await page.getByRole('link', { name: t('nav-access'), exact: true }).click();
        await bar.getByText(t('access-changes', { count: 1 })).waitFor();
      });

      await context.test('approved, it holds: for who has the role, not for the owner', async () => {
        await submit(`${ruleName} ${t('access-part-rule')}`, ({ picture: look }) => look('access-approval-rule'));
        await page.goto(`${server.url}/admin/access/rules`);
        await page.getByRole('switch', { name: t('access-rule-enable', { name: ruleName }) }).waitFor();
        await eventually(async () => {
          const view = await person.open(path);
          const { status } = await ask(view.page, path);
          await view.close();
          assert.equal(status, 404);
        });
        const own = await colleague.open(path);
        await own.page.getByRole('heading', { level: 1, name }).waitFor();
        await own.close();
      });

      await context.test('the pages are whole in every look', async () => {
        assert.equal(await overflow(), 0);
        for (const look of LOOKS) {
          for (const part of ['', '/rules', '/labels', '/people', '/teams']) {
            const view = await security.open(`/admin/access${part}`, look);
            await view.page.locator('.desk-tabs').waitFor();
            await view.picture(`access${part.replace('/', '-')}`);
            assert.equal(await view.overflow(), 0, `${part} has to be scrolled sideways`);
            await view.close();
          }
        }
      });
      await close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
