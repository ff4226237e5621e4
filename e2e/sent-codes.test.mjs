// Signing in with a code by mail: the administrator allows it after a preview, a salesperson who is invited uses it
// from the first sign-in on, proves who they are again by it, and no administrator is offered it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { ask, enrol, enterPassword, person, setUp, signedIn } from './lib/flows.mjs';
import { button } from './lib/lists.mjs';
import { MailServer } from './lib/mail.mjs';
import { setUpMail } from './lib/outbox.mjs';
import { invite } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const INVITED = { name: '林晓', login: 'lin.xiao', mail: 'lin.xiao@example.cn', password: 'walnut-ribbon-58-harvest-owl' };
const SENDER = { user: 'crm', password: 'word-of-the-mail-server' };

for (const language of LANGUAGES) {
  test(`codes by mail in ${language}`, async (context) => {
    const t = words(language);
    const mail = await MailServer.start(SENDER);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    const code = async () => {
      const { text } = await mail.next(INVITED.mail, t('mail-sign-in-code-subject'));
      return /\b\d{6}\b/.exec(text)[0];
    };
    // Half a minute lies between two codes; the page counts it down.
    const asked = async (page) => {
      await button(page, t('sent-code-mail')).click();
      const sent = page.getByText('l***@example.cn', { exact: false });
      await sent.or(page.getByRole('alert')).waitFor();
      if (!(await sent.isVisible())) await button(page, t('sent-code-mail')).click({ timeout: 40_000 });
      await page.getByText('l***@example.cn', { exact: false }).waitFor();
    };
    try {
      const admin = await open();
      await setUp(admin.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(admin.page, t, person('system_admin'));
      const { authenticator } = await enrol(admin.page, t);

      await context.test('the administrator sets mail up, and allows codes after a preview', async () => {
        const { page } = admin;
        await page.goto(`${server.url}/admin/outbox`);
        await setUpMail(page, t, { port: mail.port, ...SENDER });
        await page.goto(`${server.url}/admin/security`);
        await page.getByRole('switch', { name: t('security-mail_code'), exact: true }).click();
        await admin.picture('security-second-factor');
        await page.getByLabel(t('security-fresh'), { exact: true }).fill('1');
        await button(page, t('security-review')).click();
        const preview = page.getByRole('dialog');
        await preview.getByText(t('security-preview-none'), { exact: true }).waitFor();
        await button(preview, t('save')).click();
        await page.getByText(t('security-saved'), { exact: true }).waitFor();
      });

      await context.test('somebody who is invited comes in by link and code, and sets a password', async () => {
        const { page } = admin;
        await page.goto(`${server.url}/admin/users`);
        await invite(page, t, INVITED);
        const { link } = await mail.next(INVITED.mail);

        const theirs = await open({ size: PHONE });
        await theirs.page.goto(link);
        await button(theirs.page, t('link-use')).click();
        await theirs.page.getByText(t('sent-code-note'), { exact: true }).waitFor();
        // An app can be set up instead.
        await button(theirs.page, t('sent-code-enrol')).waitFor();
        assert.equal(await theirs.overflow(), 0);
        await theirs.picture('sent-code');
        await asked(theirs.page);
        await theirs.picture('sent-code-entry');
        const right = await code();
        const wrong = right.startsWith('1') ? `2${right.slice(1)}` : `1${right.slice(1)}`;
        await theirs.page.getByLabel(t('totp-code'), { exact: true }).fill(wrong);
        await theirs.page.getByText(t('error-session-code-wrong'), { exact: true }).waitFor();
        await theirs.page.getByLabel(t('totp-code'), { exact: true }).fill(right);
        await signedIn(theirs.page);
        await theirs.page.goto(`${server.url}/account`);
        await theirs.page.getByText(t('factors-none'), { exact: true }).waitFor();
        await theirs.page.getByLabel(t('password-new'), { exact: true }).fill(INVITED.password);
        await theirs.page.getByLabel(t('password-again'), { exact: true }).fill(INVITED.password);
        await button(theirs.page, t('password-set')).click();
        await theirs.page.getByText(t('password-changed'), { exact: true }).waitFor();
        await theirs.close();
      });

      await context.test('password and code sign in; the same way proves who one is again', async () => {
        const theirs = await open({ theme: 'dark' });
        const { page } = theirs;
        await enterPassword(page, t, INVITED);
        assert.equal(await button(page, t('sent-code-enrol')).count(), 0, 'a password alone sets up no app');
        await asked(page);
        await page.getByLabel(t('totp-code'), { exact: true }).fill(await code());
        await signedIn(page);
        await page.goto(`${server.url}/account`);
        const { body: before } = await ask(page, '/session');
        assert.deepEqual(before.step_up, ['mail_code']);
        // Until what was proven is a minute old.
        await page.waitForTimeout(Math.max(0, new Date(before.fresh_until) - Date.now()) + 500);
        await button(page, t('recovery-renew')).click();
        const confirm = page.getByRole('dialog').filter({ hasText: t('recovery-renew-title') });
        await button(confirm, t('recovery-renew')).click();
        const dialog = page.getByRole('dialog').filter({ hasText: t('step-up-note-code') });
        await asked(dialog);
        await theirs.picture('sent-code-step-up');
        await dialog.getByLabel(t('totp-code'), { exact: true }).fill(await code());
        await page.getByRole('list', { name: t('recovery-list') }).waitFor();
        await theirs.close();
      });

      await context.test('no administrator is offered a code, and the preview names who would lose it', async () => {
        const security = await open();
        await enterPassword(security.page, t, person('security_admin'));
        await security.page.getByRole('heading', { name: t('enrol-title') }).waitFor();
        await security.close();

        const { page } = admin;
        await page.goto(`${server.url}/admin/security`);
        await page.getByRole('switch', { name: t('security-mail_code'), exact: true }).click();
        await button(page, t('security-review')).click();
        const again = page.getByRole('dialog').filter({ hasText: t('step-up-note') });
        await again.getByLabel(t('totp-code'), { exact: true }).fill(await authenticator.code());
        await again.waitFor({ state: 'detached' });
        const preview = page.getByRole('dialog');
        await preview.getByText(t('security-affected-factors', { total: 1 }), { exact: true }).waitFor();
        await preview.getByText(INVITED.name, { exact: true }).waitFor();
        await admin.picture('security-preview');
        await button(preview, t('cancel')).click();
        await admin.close();
      });
    } finally {
      await browser.close();
      await server.stop();
      await mail.stop();
    }
  });
}
