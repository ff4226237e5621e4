// The first start, in both languages: set the organisation up, sign in, set up the second factor, come back with it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser, openPage } from './lib/browser.mjs';
import { ask, enrol, enterCode, enterPassword, person, setUp, signedIn, signOut } from './lib/flows.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`first start in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    let authenticator;
    try {
      await context.test('an empty data folder offers the setup page, whole at every width', async () => {
        for (const look of LOOKS) {
          const { page, picture, overflow, close } = await open(look);
          await page.getByRole('heading', { name: t('setup-title') }).waitFor();
          assert.equal(await page.locator('html').getAttribute('lang'), language);
          await picture('setup');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });

      await context.test('a wrong setup code sets nothing up', async () => {
        const { page, close } = await open();
        const { status } = await ask(page, '/setup', {
          method: 'POST',
          body: { setup_code: 'wrong', organisation_name: 'X', language, users: [] },
        });
        assert.ok(status >= 400 && status < 500, `status ${status}`);
        assert.equal((await ask(page, '/status')).body.setup_required, true);
        await close();
      });

      await context.test('the setup code makes the organisation and its first accounts', async () => {
        const { page, picture, close } = await open();
        const organisation = language === 'en' ? 'Harbour & Quay Legal' : '海关道律师事务所';
        await setUp(page, t, { code: server.setupCode, organisation }, (step) => picture(`setup-${step}`));
        await picture('sign-in');
        await close();
      });

      await context.test('setup is closed afterwards', async () => {
        const { page, close } = await open();
        assert.equal((await ask(page, '/status')).body.setup_required, false);
        await page.goto(`${server.url}/setup`);
        await page.waitForURL((url) => url.pathname === '/sign-in');
        await close();
      });

      await context.test('the first sign-in ends only with a second factor', async () => {
        const { page, picture, close } = await open();
        const administrator = person('audit_admin');
        await enterPassword(page, t, administrator);
        await page.getByRole('heading', { name: t('enrol-title') }).waitFor();
        assert.equal((await ask(page, '/audit/entries')).status, 401, 'the password alone opens nothing');
        const enrolled = await enrol(page, t, picture);
        authenticator = enrolled.authenticator;
        assert.equal(new Set(enrolled.recoveryCodes).size, 10);
        const session = await ask(page, '/session');
        assert.equal(session.body.user.login, administrator.login);
        assert.deepEqual(session.body.user.roles, ['audit_admin']);
        const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-custos');
        assert.deepEqual(
          [cookie.secure, cookie.httpOnly, cookie.path, cookie.domain],
          [true, true, '/', new URL(server.url).hostname],
        );
        await page.reload();
        await signedIn(page);
        await signOut(page, t, administrator);
        assert.equal((await ask(page, '/session')).status, 401);
        await close();
      });

      await context.test('the next sign-in takes the code of the app, once', async () => {
        const { page, picture, close } = await open();
        await enterPassword(page, t, person('audit_admin'));
        await page.getByRole('heading', { name: t('totp-title') }).waitFor();
        await picture('totp');
        await enterCode(page, t, authenticator);
        await signedIn(page);
        assert.equal((await ask(page, '/session')).status, 200);
        await close();
      });

      await context.test('a wrong password says so and opens nothing', async () => {
        const { page, picture, close } = await open();
        await enterPassword(page, t, { ...person('sales_lead'), password: 'not the password' });
        await page.getByRole('alert').waitFor();
        await picture('sign-in-refused');
        assert.equal((await ask(page, '/session')).status, 401);
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
