// Emergency access by hand, in both languages: a lead opens a customer of another department, who watches over it hears of it
// within ten seconds, it is ended, and the audit administrator signs the review.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, eventually } from './lib/lists.mjs';
import { MailServer } from './lib/mail.mjs';
import { setUpMail } from './lib/outbox.mjs';
import { proveMail, signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const TOLD_WITHIN_MS = 10_000;
const MAIL = { user: 'crm', password: 'word-of-the-mail-server' };
const WATCHERS = { security: 'security@example.cn', audit: 'audit@example.cn' };

for (const language of LANGUAGES) {
  test(`emergency access in ${language}`, async (context) => {
    const t = words(language);
    const mail = await MailServer.start(MAIL);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const why = language === 'en' ? 'Customer is at our door, owner unreachable' : '客户已到现场，负责人联系不上';
    const found = language === 'en' ? 'Looked at one customer, as said' : '仅查看了一位客户，与原因相符';
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const audit = await signInAs(browser, server, t, 'audit_admin', { language });
      const chief = await signInAs(browser, server, t, 'sales_lead', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language, position: 1 });
      let customer;

      await context.test('the administrators have proven mail addresses', async () => {
        const system = await signInAs(browser, server, t, 'system_admin', { language });
        const { page, close } = await system.open('/admin/outbox');
        await setUpMail(page, t, { port: mail.port, ...MAIL });
        await close();
        await proveMail(security, mail, WATCHERS.security);
        await proveMail(audit, mail, WATCHERS.audit);
      });

      await context.test('a customer of another department is out of reach', async () => {
        const { page, close } = await chief.open('/customers');
        const all = (await ask(page, '/customers?limit=200')).body.items;
        await close();
        const own = await lead.open('/customers');
        const seen = new Set((await ask(own.page, '/customers?limit=200')).body.items.map(({ id }) => id));
        const names = all.map(({ fields }) => fields.name);
        customer = all.find(({ id, fields: { name } }) => !seen.has(id) && names.filter((it) => it === name).length === 1);
        assert.notEqual(customer, undefined);
        assert.equal((await ask(own.page, `/customers/${customer.id}`)).status, 404);
        await own.close();
      });

      await context.test('begun, it opens that customer, and the administrators are told', async () => {
        const watching = await security.open('/emergency');
        await watching.page.getByText(t('emergency-none-open'), { exact: true }).waitFor();
        const { page, picture, close } = await lead.open('/emergency');
        await button(page, t('emergency-begin')).click();
        const dialog = page.getByRole('dialog', { name: t('emergency-begin') });
        await dialog.getByLabel(t('emergency-customer'), { exact: true }).fill(customer.fields.name);
        await dialog.getByLabel(t('emergency-reason'), { exact: true }).fill(why);
        await picture('emergency-begin');
        await button(dialog, t('emergency-begin')).click();
        await page.getByText(t('emergency-begun'), { exact: true }).waitFor();
        const begun = Date.now();
        await watching.page.getByText(t('emergency-banner-watch', { count: 1 }), { exact: true }).waitFor();
        assert.ok(Date.now() - begun < TOLD_WITHIN_MS, `told after ${Date.now() - begun} ms`);
        // Mails are in the organisation's language where nobody chose another.
        const subject = words('zh-CN')('mail-emergency-begun-subject', { requester: lead.name });
        for (const address of Object.values(WATCHERS)) await mail.next(address, subject);
        assert.ok(Date.now() - begun < TOLD_WITHIN_MS, `mailed after ${Date.now() - begun} ms`);
        await watching.page.getByText(why, { exact: true }).waitFor();
        await watching.picture('emergency-watched');
        await watching.close();
        await page.getByRole('link', { name: t('emergency-see-customer'), exact: true }).click();
        await page.getByRole('heading', { name: customer.fields.name, exact: true }).waitFor();
        await page.getByText(t('emergency-banner', { minutes: 30 }), { exact: true }).waitFor();
        await picture('emergency-customer');
        await close();
      });

      await context.test('ended by hand it is over at once', async () => {
        const { page, picture, overflow, close } = await lead.open('/emergency');
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        const item = page.getByRole('listitem', { name: lead.name });
        await item.getByText(why, { exact: true }).waitFor();
        await picture('emergency-phone-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await button(item, t('emergency-end')).click();
        const confirm = page.getByRole('dialog', { name: t('emergency-end-title') });
        await button(confirm, t('emergency-end')).click();
        await item.getByText(t('emergency-state-to_review'), { exact: true }).waitFor();
        await eventually(async () => assert.equal((await ask(page, `/customers/${customer.id}`)).status, 404));
        assert.equal(await button(item, t('emergency-review')).count(), 0, 'not by who had it');
        await close();
      });

      await context.test('somebody else signs the review', async () => {
        const { page, picture, close } = await audit.open('/emergency');
        const item = page.getByRole('listitem', { name: lead.name });
        await item.getByText(why, { exact: true }).waitFor();
        await picture('emergency-to-review');
        await button(item, t('emergency-review')).click();
        const dialog = page.getByRole('dialog', { name: t('emergency-review-title', { name: lead.name }) });
        await dialog.getByRole('radio', { name: t('emergency-conclusion-justified') }).check();
        await dialog.getByLabel(t('emergency-remark'), { exact: true }).fill(found);
        await picture('emergency-review');
        await button(dialog, t('emergency-sign')).click();
        await page.getByText(t('emergency-none-open'), { exact: true }).waitFor();
        await page.getByText(t('emergency-view-all'), { exact: true }).click();
        await page.getByText(found, { exact: true }).waitFor();
        await picture('emergency-reviewed');
        await page.getByRole('link', { name: t('emergency-review-entries'), exact: true }).click();
        await page.getByText(t('action-break_glass-begin'), { exact: true }).first().waitFor();
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
      await mail.stop();
    }
  });
}
