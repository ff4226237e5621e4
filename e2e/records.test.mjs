// The records of the sales chain in the browser, in both languages, at desktop and phone width, light and dark: every kind
// has its list, its panel and its board, made from what the server says of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, eventually } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const KINDS = ['leads', 'opportunities', 'quotes', 'contracts', 'orders', 'payment-plans', 'payments', 'invoices', 'products', 'competitors'];

for (const [at, language] of LANGUAGES.entries()) {
  test(`records in ${language}`, async (context) => {
    const t = words(language);
    const english = language === 'en';
    const comment = english ? 'The price still has to be agreed.' : '价格还要再谈。';
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    try {
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      const { size, theme } = LOOKS[at === 0 ? 0 : 1];

      await context.test('every kind has a list and, with states, a board', async () => {
        for (const kind of KINDS) {
          const { page, picture, overflow, close } = await lead.open(`/${kind}`);
          await page.setViewportSize(size);
          await page.emulateMedia({ colorScheme: theme });
          await page.locator('tbody tr[data-key]').first().waitFor();
          await picture(`records-${kind}`);
          assert.equal(await overflow(), 0, `${kind}: nothing has to be scrolled sideways`);
          await close();
        }
        const { page, picture, close } = await lead.open('/opportunities?view=board');
        await page.getByRole('listitem').first().waitFor();
        await picture('records-board');
        await close();
      });

      await context.test('a deal is opened beside the list, commented and moved on', async () => {
        const { page, picture, close } = await lead.open('/opportunities');
        await page.locator('tbody tr[data-key]').first().waitFor();
        const { body: list } = await ask(page, '/opportunities?limit=1&filter=' + encodeURIComponent(JSON.stringify({ field: 'outcome', in: ['open'] })));
        const [deal] = list.items;
        await page.goto(`${server.url}/opportunities/${deal.id}`);
        await page.getByRole('heading', { name: deal.fields.name, exact: true }).first().waitFor();
        await picture('record-panel');
        await page.getByRole('tab', { name: t('record-tab-timeline'), exact: true }).click();
        await page.getByLabel(t('comment-content'), { exact: true }).fill(comment);
        await button(page, t('comment-add')).click();
        await page.getByText(comment, { exact: true }).waitFor();
        await picture('record-timeline');
        await close();
      });

      await context.test('a card is lifted, carried and put down by keyboard', async () => {
        const { page, picture, close } = await lead.open('/opportunities?view=board');
        const { body: pipelines } = await ask(page, '/pipelines');
        const { stages } = pipelines.items[0];
        const { body: before } = await ask(page, '/opportunities/board');
        const from = stages.findIndex(({ code }) => code === 'contact');
        const [card] = before.columns[from].items;
        const shown = page.getByRole('listitem').filter({ hasText: card.fields.name }).first();
        await shown.waitFor();
        await shown.focus();
        await page.keyboard.press('Space');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Enter');
        await eventually(async () => {
          const { body } = await ask(page, `/opportunities/${card.id}`);
          assert.equal(body.fields.stage, stages[from + 1].id);
        });
        await picture('record-moved');
        await close();
      });

      await context.test('a lead becomes a customer with a deal', async () => {
        const { page, picture, close } = await lead.open('/leads');
        const fresh = { fields: { name: english ? 'Harbour Foods' : '临港食品有限公司', phone: '13987654321' } };
        const { body: made } = await ask(page, '/leads', { method: 'POST', body: fresh });
        await page.goto(`${server.url}/leads/${made.id}`);
        await button(page, t('lead-convert')).click();
        const dialog = page.getByRole('dialog', { name: t('lead-convert-title', { name: fresh.fields.name }) });
        await dialog.waitFor();
        await picture('lead-convert');
        await button(dialog, t('lead-convert')).click();
        await dialog.waitFor({ state: 'hidden' });
        const { body: after } = await ask(page, `/leads/${made.id}`);
        assert.equal(after.fields.status, 'converted');
        assert.equal(after.fields.customer.name, fresh.fields.name);
        await close();
      });

      await context.test('a quote adds up in the form as on the server', async () => {
        const { page, picture, close } = await lead.open('/quotes');
        await page.locator('tbody tr[data-key]').first().waitFor();
        const { body: list } = await ask(page, '/quotes?limit=1');
        await page.goto(`${server.url}/quotes/${list.items[0].id}`);
        await page.getByRole('heading', { name: list.items[0].fields.name, exact: true }).first().waitFor();
        await picture('quote-panel');
        await close();
      });

      await context.test('on a phone, in the dark', async () => {
        const phone = LOOKS.at(-1);
        for (const path of ['/leads', '/opportunities', '/opportunities?view=board', '/quotes']) {
          const { page, picture, overflow, close } = await lead.open(path);
          await page.setViewportSize(phone.size);
          await page.emulateMedia({ colorScheme: phone.theme });
          await page.waitForLoadState('networkidle');
          await picture(`phone-${path.replaceAll(/\W+/g, '-')}`);
          assert.equal(await overflow(), 0, `${path}: nothing has to be scrolled sideways`);
          await close();
        }
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
