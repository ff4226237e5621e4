// Reviews of access by hand, in both languages: started with a preview, decided by leads with suggestions and progress, handed
// over, ended, with a signed report; on the phone and in the dark.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, eventually } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`reviews of access in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const name = language === 'en' ? 'Yearly review' : '年度权限复核';
    try {
      const security = await signInAs(browser, server, t, 'security_admin', { language });
      const audit = await signInAs(browser, server, t, 'audit_admin', { language });
      const leads = [];
      for (const position of [0, 1]) {
        leads.push(await signInAs(browser, server, t, 'sales_lead', { language, position }));
      }
      let id;
      let busy;

      await context.test('it is started in three steps, with a preview', async () => {
        const { page, picture, close } = await security.open('/reviews');
        await page.getByText(t('reviews-none-all'), { exact: true }).waitFor();
        await button(page, t('reviews-start')).click();
        const drawer = page.getByRole('dialog', { name: t('reviews-start') });
        await button(drawer, t('next')).click();
        await drawer.getByText(t('hint-required'), { exact: true }).waitFor();
        await drawer.getByLabel(t('reviews-name'), { exact: true }).fill(name);
        await drawer.getByRole('checkbox', { name: t('reviews-what-shares') }).check();
        await drawer.getByRole('checkbox', { name: t('reviews-what-api_keys') }).check();
        await picture('reviews-what');
        await button(drawer, t('next')).click();
        await drawer.getByText(t('reviews-days'), { exact: true }).waitFor();
        await picture('reviews-who');
        await button(drawer, t('next')).click();
        await drawer.getByRole('region', { name: t('reviews-reviewers') }).waitFor();
        await picture('reviews-preview');
        await button(drawer, t('reviews-start')).click();
        await page.waitForURL((url) => /^\/reviews\/./.test(url.pathname));
        id = new URL(page.url()).pathname.split('/').at(-1);
        await page.getByRole('heading', { name, exact: true }).waitFor();
        await page.getByText(t('reviews-state-open'), { exact: true }).waitFor();
        await picture('review');
        await close();
      });

      await context.test('a reviewer keeps, withdraws with a note, takes back, accepts what is suggested', async () => {
        for (const lead of leads) {
          const { page, close } = await lead.open('/reviews');
          const { body } = await ask(page, '/access-reviews/own');
          await close();
          if ((body.items[0]?.count.open ?? 0) > 2) busy ??= lead;
        }
        assert.notEqual(busy, undefined, 'one of the leads has something to decide');
        const { page, picture, overflow, close } = await busy.open('/reviews');
        const review = page.getByRole('region', { name, exact: true });
        await review.getByText(t('reviews-days-left', { count: 14 }), { exact: true }).waitFor();
        await picture('reviews-own');
        const before = (await ask(page, '/access-reviews/own')).body.items[0].count.open;
        await review.locator('.reviews-line').first().getByText(t('reviews-verdict-keep'), { exact: true }).click();
        await eventually(async () => {
          const { body } = await ask(page, '/access-reviews/own');
          assert.equal(body.items[0].count.open, before - 1);
        });
        await review.getByText(t('reviews-lines-all'), { exact: true }).click();
        const undo = review.getByText(t('reviews-undo'), { exact: true }).first();
        await undo.waitFor();
        await picture('reviews-decided');
        await undo.click();
        await eventually(async () => {
          const { body } = await ask(page, '/access-reviews/own');
          assert.equal(body.items[0].count.open, before);
        });
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('reviews-phone-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await button(review, t('reviews-accept-all')).click();
        const confirm = page.getByRole('dialog');
        await button(confirm, t('reviews-accept')).click();
        await eventually(async () => {
          const { body } = await ask(page, '/access-reviews/own');
          assert.equal(body.items[0].count.open, 0);
        });
        await close();
      });

      await context.test('who watches sees progress and lines, and reads only', async () => {
        const { page, picture, close } = await audit.open('/reviews');
        assert.equal(await button(page, t('reviews-start')).count(), 0);
        await page.getByRole('link', { name, exact: true }).waitFor();
        await picture('reviews-all');
        await page.getByRole('link', { name, exact: true }).click();
        await page.getByRole('heading', { name: t('reviews-lines'), exact: true }).waitFor();
        assert.equal(await button(page, t('reviews-end')).count(), 0);
        await close();
      });

      await context.test('ended, it is carried out and reported', async () => {
        const { page, picture, overflow, close } = await security.open(`/reviews/${id}`);
        const hand = page.getByRole('dialog');
        const open = page.getByRole('region', { name: t('reviews-reviewers') }).first();
        await open.getByText(t('reviews-hand'), { exact: true }).first().click();
        await picture('reviews-hand');
        await button(hand, t('cancel')).click();
        await hand.waitFor({ state: 'hidden' });
        await button(page, t('reviews-end')).click();
        const confirm = page.getByRole('dialog');
        await picture('reviews-end');
        await button(confirm, t('reviews-end')).click();
        await page.getByText(t('reviews-state-ended'), { exact: true }).waitFor();
        await page.getByRole('list', { name: t('reviews-outcome') }).waitFor();
        const report = async (format) => {
          const waiting = page.waitForEvent('download');
          await button(page, t('reviews-report', { format })).click();
          return readFile(await (await waiting).path());
        };
        const told = JSON.parse(await report('JSON'));
        assert.equal(told.report.review.name, name);
        assert.ok(told.signature.startsWith('custos.access-review/1\n'), told.signature);
        const pdf = await report('PDF');
        assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
        // What is signed is every byte before the note, which says its digest in its third line.
        const note = pdf.lastIndexOf('\n%custos.access-review-pdf/1\n') + 1;
        assert.ok(note > 0, 'it is signed');
        const digest = createHash('sha256').update(pdf.subarray(0, note)).digest('hex');
        assert.equal(pdf.subarray(note).toString().split('\n')[2], `%sha256 ${digest}`);
        await picture('review-ended');
        await page.setViewportSize(PHONE);
        await page.emulateMedia({ colorScheme: 'dark' });
        await picture('review-phone-dark');
        assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
