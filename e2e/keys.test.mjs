// Keys by hand, in both languages: a rotation that somebody else approves, a move of the root key, a sealed start opened on its
// page, and a customer erased for good.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import test from 'node:test';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { custos } from './lib/cli.mjs';
import { ask } from './lib/flows.mjs';
import { button, eventually } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { findTexts } from './lib/plaintext.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

/** A rotation waits five seconds before it begins, and five before it ends. */
const ROTATED_MS = 60_000;

for (const language of LANGUAGES) {
  test(`keys in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const why = language === 'en' ? 'Yearly change of keys' : '年度密钥更换';
    let sealed;
    try {
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });

      await context.test('a rotation to the Chinese suite is asked for', async () => {
        const { page, picture, close } = await system.open('/admin/keys');
        await page.getByText(t('keys-home-file'), { exact: true }).waitFor();
        await picture('keys');
        await button(page, t('keys-rotate')).click();
        const dialog = page.getByRole('dialog', { name: t('keys-rotate') });
        await dialog.getByRole('radio', { name: t('keys-suite-sm') }).check();
        await picture('keys-rotate');
        await button(dialog, t('keys-rotate-begin')).click();
        const reason = page.getByRole('dialog', { name: t('approval-needed-title') });
        await reason.getByLabel(t('approval-reason'), { exact: true }).fill(why);
        await button(reason, t('approval-ask')).click();
        await page.getByText(t('approval-requested-title'), { exact: true }).waitFor();
        await dialog.waitFor({ state: 'hidden' });
        await close();
      });

      await context.test('the security administrator sees what it would do, and approves it', async () => {
        const { page, picture, close } = await security.open('/approvals');
        await page.getByRole('link').filter({ hasText: why }).first().click();
        await page.getByText(t('keys-suite-sm')).first().waitFor();
        await page.getByText(t('approval-label-suite'), { exact: true }).waitFor();
        await picture('keys-approval');
        await button(page, t('approval-approve')).click();
        await page.getByText(t('approval-approved'), { exact: true }).waitFor();
        await close();
      });

      await context.test('it is carried out, shows how far it is, and ends', async () => {
        const { page, picture, overflow, close } = await system.open('/approvals?view=mine');
        await page.getByRole('link').filter({ hasText: why }).first().click();
        await button(page, t('approval-execute')).click();
        await page.getByText(t('approval-state-executed-note'), { exact: true }).waitFor();
        await page.goto(`${server.url}/admin/keys`);
        await page.getByRole('heading', { name: t('keys-running', { version: 2 }) }).waitFor();
        await page.getByRole('progressbar').waitFor();
        await picture('keys-rotating');
        assert.ok(await button(page, t('keys-rotate')).isDisabled());
        await page.getByText(t('keys-state-retired'), { exact: true }).waitFor({ timeout: ROTATED_MS });
        await page.getByText(t('keys-state-current'), { exact: true }).waitFor();
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('keys-rotated-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await close();
      });

      let erased;
      await context.test('a sales lead erases a customer for good', async () => {
        const { page, picture, close } = await lead.open('/customers');
        const { body } = await ask(page, '/customers?limit=1');
        erased = body.items[0];
        const { name } = erased.fields;
        await page.goto(`${server.url}/customers/${erased.id}`);
        await page.getByRole('button', { name: t('customer-erase'), exact: true }).click();
        const dialog = page.getByRole('dialog', { name: t('customer-erase-title', { name }) });
        const confirm = button(dialog, t('customer-erase'));
        assert.ok(await confirm.isDisabled(), 'not before the name was typed');
        await dialog.getByLabel(t('customer-erase-type', { name }), { exact: true }).fill(name);
        await dialog.getByRole('radio', { name: t('customer-erase-basis-purpose_ended') }).check();
        await picture('customer-erase');
        await confirm.click();
        await page.waitForURL((url) => url.pathname === '/customers');
        assert.equal((await ask(page, `/customers/${erased.id}`)).status, 404);
        const left = await ask(page, `/customers?q=${encodeURIComponent(name)}`);
        assert.ok(left.body.items.every(({ id }) => id !== erased.id), 'the search does not know it');
        await close();
      });

      await context.test('the root key is moved to people, and the server starts sealed', async () => {
        await server.kill();
        const moved = await custos(
          ['keys', '--data', server.data, '--json', 'move', '--to', 'shares', '--threshold', '2', '--shares', '3'],
        );
        assert.equal(moved.code, 0, moved.err);
        const { shares } = JSON.parse(moved.out);
        sealed = spawn(
          process.env.CUSTOS_BINARY,
          ['serve', '--data', server.data, '--listen', new URL(server.url).host, '--announce', 'json'],
          { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
        );
        let said = '';
        sealed.stdout.setEncoding('utf8').on('data', (text) => {
          said += text;
        });
        sealed.stderr.resume();
        const look = { language };
        const opening = await eventually(() => openPage(browser, server.url, look));
        const { page, picture, overflow } = opening;
        await page.getByRole('heading', { name: t('unseal-title') }).waitFor();
        await page.getByText(t('unseal-count', { given: 0, needed: 2 }), { exact: true }).waitFor();
        await picture('unseal');
        const give = async (share) => {
          await page.getByLabel(t('unseal-share'), { exact: true }).fill(share);
          await button(page, t('unseal-give')).click();
        };
        await give('custos-share-mistyped');
        await page.getByText(t('unseal-refused'), { exact: true }).waitFor();
        await give(shares[2]);
        await page.getByText(t('unseal-count', { given: 1, needed: 2 }), { exact: true }).waitFor();
        await give(shares[2]);
        await page.getByText(t('unseal-known'), { exact: true }).waitFor();
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('unseal-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await give(shares[0]);
        await page.getByText(t('unseal-opened'), { exact: true }).waitFor();
        await page.getByRole('heading', { name: t('unseal-done') }).waitFor();
        await picture('unsealed-dark');
        await eventually(() => assert.notEqual(said, ''));
        await page.getByRole('link', { name: t('unseal-go-on') }).click();
        await page.getByRole('heading', { name: t('sign-in-title') }).waitFor();
        await opening.close();
        assert.deepEqual(findTexts(server.data, shares), [], 'no share is written anywhere');
      });

      await context.test('people go on working, the page names the home, and the erased customer stays erased', async () => {
        const keys = await system.open('/admin/keys');
        await keys.page.getByText(t('keys-home-shares', { threshold: 2, shares: 3 }), { exact: true }).waitFor();
        await keys.page.getByText(t('keys-root-attended'), { exact: true }).waitFor();
        await keys.picture('keys-shares');
        await keys.close();
        const { page, close } = await lead.open('/customers');
        assert.equal((await ask(page, `/customers/${erased.id}`)).status, 404);
        await eventually(async () => assert.ok((await ask(page, '/customers?limit=1')).body.total > 0));
        await close();
      });
    } finally {
      sealed?.kill('SIGKILL');
      await browser.close();
      await server.kill();
      await rm(server.data, { recursive: true, force: true });
    }
  });
}
