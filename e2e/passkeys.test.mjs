// Passkeys, with Chromium's own virtual authenticator: added on the account page, signed in by without a password, used as
// proof before an export, renamed and removed; and an administrator who keeps the last way to sign in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser, openPage } from './lib/browser.mjs';
import { ask, enrol, enterPassword, person, setUp, signedIn, signOut } from './lib/flows.mjs';
import { button, confirm, eventually } from './lib/lists.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

/** Gives the page's browser an authenticator that verifies its person at once. */
async function plugIn(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

const rows = (page, t) => page.getByRole('list', { name: t('factors-title') }).getByRole('listitem');

for (const language of LANGUAGES) {
  test(`passkeys in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const security = person('security_admin');
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    try {
      const { page, picture, close } = await open();
      await plugIn(page);
      await setUp(page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(page, t, security);
      await enrol(page, t);

      await context.test('the last way to sign in stays', async () => {
        await page.goto(`${server.url}/account`);
        await button(page, t('factor-remove-named', { name: t('factor-totp') })).click();
        await confirm(page, t('factor-remove'));
        await page.getByText(t('error-factor-last')).waitFor();
        await eventually(async () => assert.equal(await rows(page, t).count(), 2));
      });

      await context.test('a passkey is added and named', async () => {
        await button(page, t('factor-add-passkey')).click();
        await page.getByLabel(t('factor-name'), { exact: true }).fill('青色密钥');
        await button(page.getByRole('dialog'), t('sign-in-continue')).click();
        await eventually(async () => assert.equal(await rows(page, t).count(), 3));
        await picture('factors');
      });

      await context.test('the page is whole at every width', async () => {
        const state = await page.context().storageState();
        for (const look of LOOKS) {
          const other = await open({ state, ...look });
          await other.page.goto(`${server.url}/account`);
          await eventually(async () => assert.equal(await rows(other.page, t).count(), 3));
          await other.picture('factors');
          assert.equal(await other.overflow(), 0, 'nothing has to be scrolled sideways');
          await other.close();
        }
      });

      await context.test('it signs in without login and password', async () => {
        await signOut(page, t, security);
        await picture('sign-in-passkey');
        await button(page, t('passkey-use')).click();
        await signedIn(page);
        const session = await ask(page, '/session');
        assert.equal(session.body.user.login, security.login);
        assert.equal(session.body.assurance, 'phishing_resistant');
      });

      await context.test('it is a second factor after the password', async () => {
        await signOut(page, t, security);
        await enterPassword(page, t, security);
        await page.getByRole('heading', { name: t('totp-title') }).waitFor();
        await button(page, t('passkey-use')).click();
        await signedIn(page);
      });

      await context.test('it is renamed, and the other way removed', async () => {
        await page.goto(`${server.url}/account`);
        await button(page, t('factor-rename-named', { name: '青色密钥' })).click();
        await page.getByLabel(t('factor-name'), { exact: true }).fill('蓝色密钥');
        await confirm(page, t('save'));
        await button(page, t('factor-rename-named', { name: '蓝色密钥' })).waitFor();
        await button(page, t('factor-remove-named', { name: t('factor-totp') })).click();
        await confirm(page, t('factor-remove'));
        await eventually(async () => assert.equal(await rows(page, t).count(), 2));
        await button(page, t('factor-remove-named', { name: '蓝色密钥' })).click();
        await confirm(page, t('factor-remove'));
        await page.getByText(t('error-factor-last')).waitFor();
      });
      await close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
