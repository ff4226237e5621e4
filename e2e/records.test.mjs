// The records of the sales chain in the browser, in both languages, at desktop and phone width, light and dark: every kind
// has its list, its panel and its board, made from what the server says of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask, change } from './lib/flows.mjs';
import { button } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const KINDS = ['leads', 'opportunities', 'quotes', 'contracts', 'orders', 'payment-plans', 'payments', 'invoices', 'products', 'competitors'];

for (const [at, language] of LANGUAGES.entries()) {
  test(`records in ${language}`, async (context) => {
    const t = words(language);
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
        const { body: pipelines } = await ask(page, '/pipelines');
        const won = pipelines.items[0].stages.find(({ code }) => code === 'won');
        await page.goto(`${server.url}/opportunities/${deal.id}`);
        await page.getByRole('heading', { name: deal.fields.name, exact: true }).first().waitFor();
        await picture('record-panel');
        const moved = await change(page, `/opportunities/${deal.id}`, 'PATCH', { fields: { stage: won.id } }, deal.version);
        assert.equal(moved.fields.outcome, 'won');
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
