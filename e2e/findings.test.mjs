// A finding of the automated audit from the auditor to whoever looks after it and back, by hand in both languages: named, told
// by mail, said to be done, sent back, done, confirmed. Nobody else sees it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, eventually, table } from './lib/lists.mjs';
import { MailServer } from './lib/mail.mjs';
import { setUpMail } from './lib/outbox.mjs';
import { proveMail, signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const MAIL = { user: 'crm', password: 'word-of-the-mail-server' };
const ADDRESS = 'owner@example.cn';

for (const language of LANGUAGES) {
  test(`findings and who looks after them in ${language}`, async (context) => {
    const t = words(language);
    const mail = await MailServer.start(MAIL);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const first = language === 'en' ? 'Asked for a second administrator' : '已申请增设一名管理员';
    const then = language === 'en' ? 'A second administrator works since today' : '新管理员今日已到岗';
    const why = language === 'en' ? 'Checked: there are two now' : '已核对，现有两名';
    try {
      const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
      const owner = await signInAs(browser, server, t, 'sales_lead', { language });
      const colleague = await signInAs(browser, server, t, 'sales_lead', { language, position: 1 });
      const mine = (page) => page.getByRole('link', { name: t('nav-findings') });
      let what;

      await context.test('nothing to look after, nothing in the navigation', async () => {
        const system = await signInAs(browser, server, t, 'system_admin', { language });
        const mails = await system.open('/admin/outbox');
        await setUpMail(mails.page, t, { port: mail.port, ...MAIL });
        await mails.close();
        await proveMail(owner, mail, ADDRESS);
        const { page, close } = await owner.open('/findings');
        await page.getByText(t('my-findings-none'), { exact: true }).waitFor();
        assert.equal(await mine(page).count(), 0);
        await close();
      });

      const window = await auditor.open('/audit/findings');
      const { page } = window;
      const rows = () => table(page, t('audit-tab-findings')).getByRole('row');
      const row = () => rows().filter({ hasText: what }).first();
      const drawer = () => page.getByRole('dialog').last();
      const decide = async () => {
        await button(drawer(), t('finding-decide')).click();
        await drawer().waitFor({ state: 'hidden' });
      };

      await context.test('the auditor names an owner, who is told by mail', async () => {
        await eventually(async () => {
          const { items } = (await ask(page, '/audit/runs')).body;
          assert.ok(items.length > 0 && items.every(({ state }) => state === 'finished'));
        });
        await page.reload();
        await rows().nth(1).waitFor({ timeout: 60_000 });
        what = (await rows().nth(1).getByRole('button').first().textContent()).trim();
        await row().getByRole('button').first().click();
        await choose(drawer(), t('finding-owner'), owner.name);
        await decide();
        // Mails are in the organisation's language where nobody chose another.
        const told = await mail.next(ADDRESS, words('zh-CN')('mail-finding-assigned-subject'));
        assert.ok(told.text.includes('/findings'), told.text);
        assert.ok(!told.text.includes(what), 'the mail does not say what it is');
      });

      await context.test('they say what was done', async () => {
        const { page, picture, close } = await owner.open('/customers');
        await mine(page).waitFor();
        await mine(page).click();
        const list = table(page, t('nav-findings'));
        await list.getByText(what, { exact: true }).waitFor();
        await list.getByText(t('my-findings-state-open'), { exact: true }).waitFor();
        await picture('my-findings');
        await list.getByRole('button').first().click();
        const drawer = page.getByRole('dialog').last();
        assert.equal(await drawer.getByText(t('finding-evidence'), { exact: true }).count(), 0);
        await drawer.getByLabel(t('my-finding-note'), { exact: true }).fill(first);
        await drawer.getByText(t('my-finding-done'), { exact: true }).click();
        await picture('my-finding');
        await button(drawer, t('my-finding-save')).click();
        await list.getByText(t('my-findings-state-done'), { exact: true }).waitFor();
        assert.equal((await ask(page, '/audit/findings')).status, 403);
        await close();
        const other = await colleague.open('/findings');
        await other.page.getByText(t('my-findings-none'), { exact: true }).waitFor();
        await other.close();
      });

      await context.test('sent back, done again, confirmed', async () => {
        await page.reload();
        await row().getByText(t('finding-done'), { exact: true }).waitFor();
        await row().getByRole('button').first().click();
        await drawer().getByText(first).waitFor();
        await drawer().getByText(t('finding-send-back'), { exact: true }).click();
        await window.picture('finding-sent-back');
        await decide();

        const phone = await owner.open('/findings', { size: PHONE, theme: 'dark' });
        const list = table(phone.page, t('nav-findings'));
        await list.getByText(t('my-findings-state-open'), { exact: true }).waitFor();
        await phone.picture('my-findings-phone-dark');
        assert.equal(await phone.overflow(), 0, 'nothing has to be scrolled sideways');
        await list.getByRole('button').first().click();
        const answer = phone.page.getByRole('dialog').last();
        await answer.getByLabel(t('my-finding-note'), { exact: true }).fill(then);
        await answer.getByText(t('my-finding-done'), { exact: true }).click();
        await phone.picture('my-finding-phone-dark');
        await button(answer, t('my-finding-save')).click();
        await list.getByText(t('my-findings-state-done'), { exact: true }).waitFor();

        await page.reload();
        await row().getByRole('button').first().click();
        await drawer().getByText(then).waitFor();
        await drawer().getByText(t('findings-resolved'), { exact: true }).click();
        await drawer().getByLabel(t('finding-reason'), { exact: true }).fill(why);
        await window.picture('finding-confirmed');
        await decide();
        await phone.page.reload();
        await list.getByText(t('my-findings-state-resolved'), { exact: true }).waitFor();
        await list.getByRole('button').first().click();
        await phone.page.getByText(t('my-finding-closed'), { exact: true }).waitFor();
        assert.equal(await phone.page.getByText(why).count(), 0, 'what the auditor wrote is theirs');
        await phone.close();
      });
      await window.close();
    } finally {
      await browser.close();
      await server.stop();
      await mail.stop?.();
    }
  });
}
