// Import by hand, in both languages: what is recognised, corrected, shown beforehand, run, stopped, resumed and rejected;
// and that nothing of it can be read in the data folder afterwards.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { parseCsv } from './lib/csv.mjs';
import { button, choose, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { filesIn, findTexts } from './lib/plaintext.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const FIXTURES = path.resolve(import.meta.dirname, '../crates/tabular/tests/fixtures');
const GB18030 = path.join(FIXTURES, '客户资料-gb18030.csv');
const XLSX = path.join(FIXTURES, '客户资料-标题行在第二行.xlsx');
const MANY = path.join(FIXTURES, 'customers-10000.csv');
/** An import of ten thousand rows by a program that was not optimised, on a machine with other work. */
const RUN_MS = 150_000;

const SHEET = parseCsv(new TextDecoder('gb18030').decode(readFileSync(GB18030)));

for (const language of LANGUAGES) {
  test(`import in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const label = (field) => t(`field-${field}`);
    const next = (page) => button(page, t('next')).click();
    const target = (page, header) => page.locator('tr', { has: page.getByRole('rowheader', { name: header, exact: true }) });

    /** Gives a file to the page and waits until it says what it recognised. */
    const upload = async (page, file) => {
      await page.getByTestId('import-file').setInputFiles(file);
      await page.getByRole('heading', { name: path.basename(file) }).waitFor({ timeout: 60_000 });
      await page.getByText(t('source-note')).waitFor();
    };
    /** The value a select shows. */
    const chosen = (page, name) =>
      page.locator('.ant-form-item', { has: page.getByLabel(name, { exact: true }) }).locator('.ant-select-content').innerText();
    const state = (page, name) => page.getByRole('heading', { level: 1 }).getByText(t(`import-state-${name}`), { exact: true });
    const finished = (page) => state(page, 'finished').waitFor({ timeout: RUN_MS });
    /** The five numbers on the page; every row read is in exactly one of the other four. */
    const equation = async (page) => {
      const shown = await page.getByTestId('import-equation').locator('dd').allInnerTexts();
      const [read, created, updated, skipped, rejected] = shown.map((text) => Number(text.replace(/\D/g, '')));
      assert.equal(read, created + updated + skipped + rejected, shown.join(' '));
      return { read, created, updated, skipped, rejected };
    };

    try {
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      let page;
      let window;

      await context.test('a GB18030 file is recognised, and what was recognised can be corrected', async () => {
        window = await lead.open('/imports');
        page = window.page;
        await page.getByText(t('imports-none'), { exact: true }).waitFor();
        await upload(page, GB18030);
        const head = page.getByRole('columnheader', { name: '客户名称', exact: true });
        await head.waitFor();
        assert.equal(await chosen(page, t('source-encoding')), 'GB18030');
        assert.equal(await chosen(page, t('source-delimiter')), t('delimiter-comma'));
        assert.equal(await page.getByLabel(t('source-header-row')).inputValue(), '1');
        await window.picture('import-source');
        assert.equal(await window.overflow(), 0);
        await choose(page, t('source-encoding'), 'UTF-16LE');
        await head.waitFor({ state: 'hidden' });
        await choose(page, t('source-encoding'), 'GB18030');
        await head.waitFor();
      });

      await context.test('columns are mapped by their names, and can be left out', async () => {
        await next(page);
        for (const [header, field] of [
          ['客户名称', 'name'],
          ['统一社会信用代码', 'uscc'],
          ['手机', 'phone'],
          ['邮箱', 'email'],
        ]) {
          assert.equal(await target(page, header).locator('.ant-select-content').innerText(), label(field).concat(field === 'name' ? ' *' : ''));
        }
        await window.picture('import-mapping');
        await target(page, '座机').hover();
        await target(page, '座机').locator('.ant-select-clear').click();
        await target(page, '座机').getByText(t('mapping-leave-out')).waitFor();
        await next(page);
      });

      await context.test('the preview shows the rows as they will be stored', async () => {
        await page.getByText(t('option-duplicates'), { exact: true }).waitFor();
        await page.getByRole('radio', { name: t('uscc-accept') }).check();
        await window.picture('import-options');
        await next(page);
        const preview = table(page, t('import-step-preview'));
        await preview.getByText('万迅电脑传媒有限公司', { exact: true }).waitFor();
        await preview.getByText('jingfu@gmail.com').waitFor();
        assert.ok(!(await preview.innerText()).includes('010-86256795'), 'the column left out is not there');
        await window.picture('import-preview');
        assert.equal(await window.overflow(), 0);
      });

      await context.test('every row read is created, merged, skipped or rejected, and the rejected come back with reasons', async () => {
        await button(page, t('import-start')).click();
        await finished(page);
        const counts = await equation(page);
        assert.equal(counts.read, SHEET.length - 1);
        assert.ok(counts.created > 0 && counts.rejected > 0, JSON.stringify(counts));
        await window.picture('import-finished');
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: t('import-rejected', { format: 'CSV' }) }).click(),
        ]);
        const [head, ...rejected] = parseCsv(readFileSync(await download.path(), 'utf8'));
        assert.equal(rejected.length, counts.rejected);
        assert.deepEqual(head.slice(0, SHEET[0].length), SHEET[0]);
        assert.deepEqual(head.slice(SHEET[0].length), [t('file-row'), t('file-reason')]);
        for (const row of rejected) {
          const reason = row.at(-1);
          assert.ok(reason.length > 5 && !/[a-z]+\.[a-z_]+/.test(reason), `a reason for people: ${reason}`);
          // A quotation mark before what a spreadsheet would calculate keeps it a text.
          const cells = row.slice(0, SHEET[0].length).map((cell) => cell.replace(/^'(?=[=+\-@])/, ''));
          assert.deepEqual(cells, SHEET[Number(row.at(-2)) - 1], 'the row as it was in the file');
        }
        await window.close();
      });

      if (language === 'zh-CN') {
        await context.test('a workbook whose titles stand in the second row', async () => {
          const { page, picture, close } = await lead.open('/imports');
          await upload(page, XLSX);
          assert.equal(await page.getByLabel(t('source-header-row')).inputValue(), '2');
          await page.getByRole('columnheader', { name: '客户名称', exact: true }).waitFor();
          await picture('import-workbook');
          for (const _ of ['columns', 'options', 'preview']) await next(page);
          await button(page, t('import-start')).click();
          await finished(page);
          const { read } = await equation(page);
          assert.ok(read > 0);
          await close();
        });
      } else {
        await context.test('a long import shows its progress, stops, and goes on where it stopped', async () => {
          const { page, picture, close } = await lead.open('/imports');
          await upload(page, MANY);
          assert.equal(await chosen(page, t('source-encoding')), 'UTF-8');
          await next(page);
          assert.equal(await target(page, 'Company').locator('.ant-select-content').innerText(), `${label('name')} *`);
          await next(page);
          await page.getByRole('radio', { name: t('duplicates-keep') }).check();
          await next(page);
          await table(page, t('import-step-preview')).getByText('Marquez-Mays', { exact: true }).waitFor();
          await button(page, t('import-start')).click();
          await button(page, t('import-cancel')).click();
          await state(page, 'cancelled').waitFor({ timeout: RUN_MS });
          const stopped = await equation(page);
          assert.ok(stopped.read < 10_000, 'it stopped on the way');
          await picture('import-stopped');
          await button(page, t('import-resume')).click();
          await page.getByText(t('import-says-running')).waitFor();
          await finished(page);
          const counts = await equation(page);
          assert.equal(counts.read, 10_000);
          assert.ok(counts.created > 9_000, JSON.stringify(counts));
          await close();
        });
      }

      await context.test('the imports are listed, also on a phone', async () => {
        for (const look of [{}, { size: PHONE }, { theme: 'dark' }]) {
          const { page, picture, overflow, close } = await lead.open('/imports', look);
          await page.getByRole('link', { name: path.basename(GB18030) }).waitFor();
          await picture('imports');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });

      await context.test('nothing imported can be read in the data folder', async () => {
        const at = (header) => SHEET[0].indexOf(header);
        const secrets = SHEET.slice(1)
          .flatMap((row) => ['客户名称', '联系人', '手机', '邮箱'].map((header) => (row[at(header)] ?? '').trim()))
          .flatMap((text) => [text, text.toLowerCase(), text.replace(/[\s-]/g, '')])
          .filter((text) => Buffer.byteLength(text) >= 8);
        assert.ok(secrets.length > 2_000, `${secrets.length} texts are looked for`);
        const staff = new Set(server.links.map(({ name }) => name));
        const files = filesIn(server.data);
        assert.ok(files.length > 3, files.join(' '));
        assert.deepEqual(findTexts(server.data, secrets), []);
        assert.ok(!secrets.some((text) => !staff.has(text) && server.log().includes(text)), 'nor in what the server says');

        // The search itself must find what is there.
        const control = path.join(server.data, 'control.bin');
        const some = [SHEET[1][at('客户名称')].trim(), '14788961126', 'jingfu@gmail.com'];
        for (const encoding of ['utf8', 'utf16le']) {
          writeFileSync(control, Buffer.concat([Buffer.from([0xff]), Buffer.from(some.join('\u0001'), encoding)]));
          const found = new Set(findTexts(server.data, secrets).map(({ text }) => text));
          assert.ok(some.every((text) => found.has(text)), `${encoding}: ${[...found].join(' ')}`);
        }
        rmSync(control);
      });

      await context.test('what was imported is found', async () => {
        const { page, close } = await lead.open('/customers?q=14788961126');
        await eventually(async () => {
          await page.getByRole('link', { name: '万迅电脑传媒有限公司' }).waitFor({ timeout: 5_000 });
        });
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
