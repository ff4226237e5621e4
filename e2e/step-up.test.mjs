// A fresh factor before an export, and only there: cancelled, nothing is lost; a wrong code is told; the right one lets the
// export go on by itself. How long a factor counts as fresh is a setting, here the shortest there is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { parseCsv } from './lib/csv.mjs';
import { ask, enrol } from './lib/flows.mjs';
import { button, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const FRESH_MS = 60_000;

for (const language of LANGUAGES) {
  test(`a fresh factor before an export in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const reason = language === 'en' ? 'Quarterly review' : '季度盘点';
    try {
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const settings = await system.open('/admin/security');
      const { body: session } = await ask(settings.page, '/session');
      const { body: rules } = await ask(settings.page, '/security/settings');
      const saved = await ask(settings.page, '/security/settings', {
        method: 'PUT',
        body: { ...rules, sessions: { ...rules.sessions, fresh_minutes: 1 } },
        headers: { 'x-csrf-token': session.csrf_token, 'if-match': '"0"' },
      });
      assert.equal(saved.status, 200, JSON.stringify(saved.body));
      await settings.close();

      const { link } = server.links.find(({ role }) => role === 'sales_lead');
      const lead = await openPage(browser, link, { language });
      const { page } = lead;
      await page.getByRole('button', { name: t('link-use'), exact: true }).click();
      const { authenticator } = await enrol(page, t);
      const until = Date.now() + FRESH_MS + 20_000;
      while ((await ask(page, '/session')).body.fresh) {
        assert.ok(Date.now() < until, 'a factor does not stay fresh');
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      const proof = page.getByRole('dialog', { name: t('step-up-title') });
      const dialog = page.getByRole('dialog', { name: /./ }).filter({ has: page.getByLabel(t('export-reason'), { exact: true }) });
      const files = [];
      page.on('download', (file) => files.push(file));

      await context.test('ordinary work asks for nothing', async () => {
        await page.goto(`${server.url}/customers`);
        const list = table(page, t('customers-title'));
        const name = (await list.locator('tbody td a').first().textContent()).trim();
        await list.getByRole('link', { name, exact: true }).first().click();
        await page.getByRole('heading', { name, exact: true }).waitFor();
        await page.getByRole('link', { name: t('nav-imports'), exact: true }).click();
        await page.getByRole('heading', { name: t('imports-title') }).first().waitFor();
        await page.getByRole('link', { name: t('nav-customers'), exact: true }).click();
        await list.locator('tbody tr').first().waitFor();
        assert.equal(await proof.count(), 0);
      });

      await context.test('an export asks; cancelled, everything is as it was', async () => {
        await button(page, t('export-button')).click();
        await dialog.getByRole('radio', { name: t('format-csv') }).check();
        for (const box of await dialog.getByRole('checkbox').all()) await box.uncheck();
        await dialog.getByRole('checkbox', { name: t('field-name'), exact: true }).check();
        await dialog.getByLabel(t('export-reason'), { exact: true }).fill(reason);
        await button(dialog, t('export-take')).click();
        await proof.waitFor();
        await lead.picture('step-up');
        const { width, height } = page.viewportSize();
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await lead.picture('step-up-dark');
        assert.equal(await lead.overflow(), 0, 'nothing has to be scrolled sideways');
        await page.emulateMedia({ colorScheme: 'light' });
        await page.setViewportSize({ width, height });
        await button(proof, t('cancel')).click();
        await proof.waitFor({ state: 'hidden' });
        await dialog.getByText(t('error-session-step_up'), { exact: true }).waitFor();
        assert.equal(await dialog.getByLabel(t('export-reason'), { exact: true }).inputValue(), reason);
        assert.ok(await dialog.getByRole('radio', { name: t('format-csv') }).isChecked());
        assert.ok(await dialog.getByRole('checkbox', { name: t('field-name'), exact: true }).isChecked());
        await lead.picture('step-up-cancelled');
        assert.equal((await ask(page, '/session')).body.fresh, false);
      });

      await context.test('a wrong code is told, the right one lets the export go on', async () => {
        await button(dialog, t('export-take')).click();
        await proof.waitFor();
        const code = proof.getByLabel(t('totp-code'), { exact: true });
        await code.fill('000000');
        await proof.getByText(t('error-session-totp-wrong'), { exact: true }).waitFor();
        await lead.picture('step-up-wrong');
        assert.equal(await code.inputValue(), '', 'ready for another');
        assert.equal(files.length, 0, 'no file before the proof');
        await code.fill(await authenticator.code());
        await eventually(() => assert.equal(files.length, 1));
        await proof.waitFor({ state: 'hidden' });
        await dialog.waitFor({ state: 'hidden' });
        const rows = parseCsv(readFileSync(await files[0].path(), 'utf8'));
        const { total } = (await ask(page, '/customers?limit=1')).body;
        assert.deepEqual([rows[0], rows.length - 1], [[t('field-name')], total]);
      });

      await context.test('while the factor is fresh nothing asks again', async () => {
        await button(page, t('export-button')).click();
        await dialog.getByLabel(t('export-reason'), { exact: true }).fill(reason);
        await button(dialog, t('export-take')).click();
        await eventually(() => assert.equal(files.length, 2));
        assert.equal(await proof.count(), 0);
      });
      await lead.close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
