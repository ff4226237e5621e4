// Export by hand, in both languages: the filtered list as CSV and XLSX, and what the log says of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { parseCsv } from './lib/csv.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, column, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';
import { sheetRows } from './lib/xlsx.mjs';

for (const language of LANGUAGES) {
  test(`export in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const label = (field) => t(`field-${field}`);
    const list = t('customers-title');
    const columns = ['name', 'status', 'phone', 'amount'];
    const reason = language === 'en' ? 'Quarterly review' : '季度盘点';
    const files = {};
    let expected;
    try {
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      for (const format of ['csv', 'xlsx']) {
        await context.test(`the filtered list as ${format}`, async () => {
          const { page, picture, close } = await lead.open('/customers');
          await choose(page, label('status'), t('choice-status-won'));
          await eventually(async () => {
            assert.deepEqual([...new Set(await column(page, list, label('status')))], [t('choice-status-won')]);
          });
          expected = (await ask(page, '/customers?status=won&limit=200')).body.items;
          await button(page, t('export-button')).click();
          const dialog = page.getByRole('dialog', { name: t('export-title', { count: expected.length }) });
          await dialog.getByRole('radio', { name: t(`format-${format}`) }).check();
          for (const box of await dialog.getByRole('checkbox').all()) await box.uncheck();
          for (const name of columns) await dialog.getByRole('checkbox', { name: label(name), exact: true }).check();
          await dialog.getByLabel(t('export-reason'), { exact: true }).fill(reason);
          await picture('export');
          const [download] = await Promise.all([page.waitForEvent('download'), button(dialog, t('export-take')).click()]);
          assert.ok(download.suggestedFilename().endsWith(`.${format}`), download.suggestedFilename());
          files[format] = readFileSync(await download.path());
          await dialog.waitFor({ state: 'hidden' });
          await close();
        });
      }

      await context.test('the files hold the columns asked for, of these customers', () => {
        assert.deepEqual([...files.csv.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'spreadsheets need the mark to read Chinese');
        for (const rows of [parseCsv(files.csv.toString('utf8')), sheetRows(files.xlsx)]) {
          const [head, ...body] = rows;
          assert.deepEqual(head, columns.map(label));
          assert.deepEqual(body.map(([name]) => name).sort(), expected.map(({ fields }) => fields.name).sort());
          assert.deepEqual([...new Set(body.map((row) => row[1]))], [t('choice-status-won')]);
          for (const [name, , phone, amount] of body) {
            const { fields } = expected.find((customer) => customer.fields.name === name);
            const [before, after] = fields.phone.masked.split(/\*+/);
            assert.ok(phone.startsWith(before) && phone.endsWith(after) && !phone.includes('*'), `${phone} is ${fields.phone.masked}`);
            assert.equal(Number(amount.replace(/[^\d.]/g, '')) * 100, fields.amount.minor, amount);
          }
        }
      });

      await context.test('the log names the columns, the number and the reason', async () => {
        const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
        const { page, picture, close } = await auditor.open('/audit?action=customer.export');
        await eventually(async () => {
          assert.equal((await column(page, t('audit-entries'), t('entry-action'))).length, 2);
        });
        await table(page, t('audit-entries')).getByRole('row').nth(1).getByRole('button').click();
        const detail = page.getByRole('dialog').locator('.entry-detail');
        const shown = JSON.parse(await detail.innerText());
        await picture('audit-export');
        const text = JSON.stringify(shown);
        for (const name of columns) assert.ok(text.includes(`"${name}"`), text);
        assert.ok(Object.values(shown).includes(expected.length), text);
        assert.ok(text.includes(reason), text);
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
