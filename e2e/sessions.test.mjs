// Sessions and devices: two sign-ins of one person, of which one ends the other; and an administrator who ends somebody
// else's. The other browser is at the sign-in with its next click.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser, openPage } from './lib/browser.mjs';
import { ask, enrol, enterCode, enterPassword, person, setUp, signedIn } from './lib/flows.mjs';
import { button, confirm, eventually } from './lib/lists.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`sessions and devices in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    const device = t('sessions-device', { browser: t('browser-chrome'), system: t('system-linux') });
    const rows = (page) => page.getByRole('list', { name: t('sessions-title') }).getByRole('listitem');
    const isOut = (page) => page.waitForURL((url) => url.pathname === '/sign-in');
    const security = person('security_admin');
    try {
      const first = await open();
      await setUp(first.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(first.page, t, security);
      const { authenticator } = await enrol(first.page, t);
      const second = await open();
      await enterPassword(second.page, t, security);
      await enterCode(second.page, t, authenticator);
      await signedIn(second.page);

      await context.test('both are in the list, whole at every width, and this one is marked', async () => {
        const state = await first.page.context().storageState();
        for (const look of LOOKS) {
          const { page, picture, overflow, close } = await open({ state, ...look });
          await page.goto(`${server.url}/account`);
          await eventually(async () => assert.equal(await rows(page).count(), 2));
          const texts = await rows(page).allTextContents();
          assert.ok(texts.every((text) => text.includes(device) && text.includes('127.0.0.1')), texts.join('\n'));
          assert.equal(texts.filter((text) => text.includes(t('sessions-current'))).length, 1);
          await picture('sessions');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });

      await context.test('ending one signs the other browser out at its next click', async () => {
        // Where nothing of the page it will ask for was shown yet.
        await second.page.goto(`${server.url}/account`);
        await first.page.goto(`${server.url}/account`);
        await button(first.page, t('sessions-end-named', { name: device })).click();
        assert.equal((await ask(second.page, '/session')).status, 200, 'nothing ends before it is confirmed');
        await confirm(first.page, t('sessions-end'));
        await eventually(async () => assert.equal(await rows(first.page).count(), 1));
        await second.page.getByRole('link', { name: t('nav-users'), exact: true }).click();
        await isOut(second.page);
        assert.equal((await ask(second.page, '/session')).status, 401);
        assert.equal((await ask(first.page, '/session')).status, 200);
      });

      await context.test('the security administrator ends the sessions of somebody else', async () => {
        const lead = await open();
        await enterPassword(lead.page, t, person('sales_lead'));
        await enrol(lead.page, t);
        await lead.page.goto(`${server.url}/account`);
        await first.page.goto(`${server.url}/admin/users`);
        const row = first.page.getByRole('row').filter({ hasText: person('sales_lead').login });
        await row.getByRole('button', { name: t('sessions-title'), exact: true }).click();
        await eventually(async () => assert.equal(await rows(first.page).count(), 1));
        await first.picture('sessions-of-somebody');
        await button(first.page, t('sessions-end-named', { name: device })).click();
        await confirm(first.page, t('sessions-end'));
        await first.page.getByText(t('sessions-none'), { exact: true }).waitFor();
        await lead.page.getByRole('link', { name: t('nav-customers'), exact: true }).click();
        await isOut(lead.page);
        await lead.close();
      });
      await second.close();
      await first.close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
