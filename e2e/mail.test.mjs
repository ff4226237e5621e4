// Messages with a real mail server: an invitation, a forgotten password, a proven address; a message that fails while the
// server is away and goes out when it is back; and a server killed between queueing and sending.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { ask, enrol, enterCode, enterPassword, person, setUp, signedIn } from './lib/flows.mjs';
import { button, eventually, table } from './lib/lists.mjs';
import { MailServer } from './lib/mail.mjs';
import { setUpMail } from './lib/outbox.mjs';
import { invite } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const INVITED = { name: '林晓', login: 'lin.xiao', mail: 'lin.xiao@example.cn', password: 'walnut-ribbon-58-harvest-owl' };
const RENEWED = 'saddle-marble-27-lantern-fox';
const MAIL_PASSWORD = 'word-of-the-mail-server';

for (const language of LANGUAGES) {
  test(`mail in ${language}`, async (context) => {
    const t = words(language);
    const mail = await MailServer.start({ user: 'crm', password: MAIL_PASSWORD });
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    const rows = (page) => table(page, t('outbox-title')).locator('tbody tr');
    let authenticator;
    try {
      const admin = await open();
      await setUp(admin.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(admin.page, t, person('system_admin'));
      await enrol(admin.page, t);

      await context.test('the mail server is set up and tried', async () => {
        const { page } = admin;
        await page.goto(`${server.url}/admin/outbox`);
        await page.getByText(t('outbox-unset'), { exact: true }).waitFor();
        await setUpMail(page, t, { port: mail.port, user: 'crm', password: 'not the word' });
        await page.getByText(t('outbox-unset'), { exact: true }).waitFor({ state: 'detached' });

        await button(page, t('outbox-test')).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel(t('outbox-test-recipient'), { exact: true }).fill('boss@example.cn');
        await button(dialog, t('outbox-test-send')).click();
        const refused = t('outbox-test-failed', { reason: t('message-error-credentials') });
        await dialog.getByText(refused, { exact: true }).waitFor();
        await button(dialog, t('close')).last().click();
        await dialog.waitFor({ state: 'detached' });

        await button(page, t('outbox-settings')).click();
        const drawer = page.getByRole('dialog');
        await drawer.getByText(t('outbox-secret-kept'), { exact: true }).waitFor();
        await drawer.getByLabel(t('outbox-password'), { exact: true }).fill(MAIL_PASSWORD);
        await button(drawer, t('save')).click();
        await drawer.waitFor({ state: 'detached' });
        await button(page, t('outbox-test')).click();
        await dialog.getByLabel(t('outbox-test-recipient'), { exact: true }).fill('boss@example.cn');
        await button(dialog, t('outbox-test-send')).click();
        await dialog.getByText(t('outbox-test-sent'), { exact: true }).waitFor();
        await button(dialog, t('close')).last().click();
        const { subject, text } = await mail.next('boss@example.cn');
        assert.equal(subject, t('mail-test-subject'));
        assert.ok(text.includes(server.url), text);
      });

      await context.test('somebody is invited, comes in by the link and sets a password', async () => {
        const { page } = admin;
        await page.goto(`${server.url}/admin/users`);
        await invite(page, t, INVITED);
        const invitation = await mail.next(INVITED.mail);
        assert.equal(invitation.subject, t('mail-invitation-subject'));

        const theirs = await open();
        await theirs.page.goto(invitation.link);
        await button(theirs.page, t('link-use')).click();
        ({ authenticator } = await enrol(theirs.page, t));
        await theirs.page.goto(`${server.url}/account`);
        await theirs.page.getByText(INVITED.mail, { exact: false }).waitFor();
        await theirs.page.getByText(t('contact-proven'), { exact: true }).waitFor();
        await theirs.page.getByLabel(t('password-new'), { exact: true }).fill(INVITED.password);
        await theirs.page.getByLabel(t('password-again'), { exact: true }).fill(INVITED.password);
        await button(theirs.page, t('password-set')).click();
        await theirs.page.getByText(t('password-changed'), { exact: true }).waitFor();
        await theirs.close();
        const told = await mail.next(INVITED.mail, t('mail-password-changed-subject'));
        assert.ok(!told.text.includes(INVITED.password));
      });

      await context.test('a forgotten password is set anew by the link, once', async () => {
        const theirs = await open();
        const { page } = theirs;
        await page.getByRole('link', { name: t('reset-forgot'), exact: true }).click();
        await page.getByLabel(t('sign-in-login'), { exact: true }).fill(INVITED.login);
        await button(page, t('reset-request-send')).click();
        await page.getByText(t('reset-request-done'), { exact: true }).waitFor();
        const { link } = await mail.next(INVITED.mail, t('mail-reset-subject'));
        await page.goto(link);
        const fill = async (password) => {
          await page.getByLabel(t('password-new'), { exact: true }).fill(password);
          await page.getByLabel(t('password-again'), { exact: true }).fill(password);
          await button(page, t('reset-set')).click();
        };
        await fill(RENEWED);
        await page.getByText(t('reset-done'), { exact: true }).waitFor();
        assert.ok(!page.url().includes('#'), 'the token does not stay in the address');
        await page.goto('about:blank');
        await page.goto(link);
        await fill(`${RENEWED}-again`);
        await page.getByText(t('error-session-link-invalid'), { exact: true }).waitFor();
        await page.goto(`${server.url}/sign-in`);
        await enterPassword(page, t, { login: INVITED.login, password: RENEWED });
        await enterCode(page, t, authenticator);
        await signedIn(page);
        await theirs.close();
      });

      await context.test('a message that fails is shown, and goes out when the server is back', async () => {
        const { page } = admin;
        mail.refuseAll();
        const asked = await ask(page, '/session/reset', { method: 'POST', body: { login: INVITED.login } });
        assert.equal(asked.status, 202);
        await page.goto(`${server.url}/admin/outbox`);
        // A message about the new device of the sign-in before may be refused as well.
        const resets = rows(page).filter({ hasText: t('message-reset') });
        const row = resets.filter({ hasText: t('message-error-refused') });
        await row.waitFor();
        assert.ok((await row.textContent()).includes('l***@example.cn'));
        assert.ok(!(await page.content()).includes(INVITED.mail), 'the address is masked');
        await admin.picture('outbox');
        mail.acceptAll();
        await button(row, t('outbox-retry')).click();
        await mail.next(INVITED.mail, t('mail-reset-subject'));
        await eventually(async () =>
          assert.equal(await resets.filter({ hasText: t('message-state-failed') }).count(), 0),
        );
      });

      await context.test('a message queued before the server was killed still goes out, once', async () => {
        mail.putOffAll();
        const asked = await ask(admin.page, '/session/reset', { method: 'POST', body: { login: INVITED.login } });
        assert.equal(asked.status, 202);
        await eventually(async () => {
          const { body } = await ask(admin.page, '/outbox/messages?limit=1');
          const { template, state, attempts } = body.items[0];
          assert.deepEqual({ template, state, attempts }, { template: 'reset', state: 'queued', attempts: 1 });
        });
        await server.kill();
        mail.acceptAll();
        await server.start();
        await mail.next(INVITED.mail, t('mail-reset-subject'));
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        assert.equal(mail.waiting(INVITED.mail, t('mail-reset-subject')), 0);
      });

      await context.test('nothing of links, codes or passwords is in the log', async () => {
        const log = server.log();
        for (const secret of [...mail.secrets(), MAIL_PASSWORD, RENEWED, INVITED.mail]) {
          assert.ok(!log.includes(secret), secret);
        }
      });
      const small = await open({ size: PHONE });
      await small.page.goto(`${server.url}/forgot`);
      await small.page.getByRole('heading', { name: t('reset-request-title') }).waitFor();
      assert.equal(await small.overflow(), 0, 'nothing has to be scrolled sideways');
      await small.close();
    } finally {
      await browser.close();
      await server.stop();
      await mail.stop();
    }
  });
}
