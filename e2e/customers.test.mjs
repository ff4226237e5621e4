// Customers by hand, in both languages: find, open, reveal, change, create, follow up.
import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { DESKTOP, LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, column, eventually, search, table, tick, titles } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const IMAGES = path.resolve(import.meta.dirname, '../docs/images');
const MOST_IMAGE_BYTES = 300_000;

/** A customer of the test's own, so that what finds it is known exactly. */
const OWN = {
  'zh-CN': {
    name: '琼崖椰风海产养殖有限公司',
    phone: '13907524816',
    email: 'pinzhi@qiongya-yefeng.example.com',
    finds: ['椰风海产', 'qyyf', 'yefeng', '13907524816', '139 0752 4816', '4816', 'pinzhi@qiongya-yefeng.example.com'],
    contact: '符海棠',
    followUp: '客户要看今年第四季度的报价，周五前发。',
    city: '海口市',
    otherCity: '三亚市',
    industry: '水产养殖',
    reason: '核对送货电话',
  },
  en: {
    name: 'Larkspur Orchard Kelp Farms Ltd',
    phone: '+44 7700 900736',
    email: 'quality@larkspur-kelp.example.com',
    finds: ['Orchard', 'larkspur orch', 'kelp', '+447700900736', '0736', 'quality@larkspur-kelp.example.com'],
    contact: 'Ottoline Pemberley',
    followUp: 'Wants the price list for the fourth quarter by Friday.',
    city: 'Whitby',
    otherCity: 'Robin Hood’s Bay',
    industry: 'Aquaculture',
    reason: 'Checking the delivery phone',
  },
};
const WRONG_PHONE = '1390752481';

for (const language of LANGUAGES) {
  test(`customers in ${language}`, async (context) => {
    const t = words(language);
    const own = OWN[language];
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const list = t('customers-title');
    const label = (field) => t(`field-${field}`);
    try {
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });
      const names = (page) => column(page, list, label('name'));
      const nameLink = (page) => table(page, list).getByRole('link', { name: own.name, exact: true });

      await context.test('the list is whole in every look', async () => {
        for (const look of LOOKS) {
          const { page, picture, overflow, close } = await lead.open('/customers', look);
          if (look.size === DESKTOP) await table(page, list).getByRole('link').first().waitFor();
          else await page.locator('.card').first().waitFor();
          await picture('customers');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          if (look.size === DESKTOP && look.theme === 'light') await keepImage(page, language);
          await close();
        }
      });

      await context.test('the list sorts by what its head is asked for', async () => {
        const { page, close } = await lead.open('/customers');
        const head = () => table(page, list).getByRole('columnheader', { name: label('name') });
        for (const [direction, sort] of [
          ['ascending', 'name'],
          ['descending', '-name'],
        ]) {
          await button(head(), label('name')).click();
          const { body } = await ask(page, `/customers?limit=50&sort=${sort}`);
          const expected = body.items.map(({ fields }) => fields.name);
          assert.equal(new Set(expected).size, 50);
          await eventually(async () => assert.deepEqual(await names(page), expected));
          assert.equal(await head().getAttribute('aria-sort'), direction);
        }
        await button(table(page, list), label('next_contact_at')).click();
        await eventually(async () => {
          const { body } = await ask(page, '/customers?limit=50&sort=next_contact_at');
          const days = body.items.map(({ fields }) => fields.next_contact_at ?? '9999');
          assert.deepEqual(days, [...days].sort());
          assert.deepEqual(await names(page), body.items.map(({ fields }) => fields.name));
        });
        await close();
      });

      await context.test('filters leave what they say, and the address keeps them', async () => {
        const { page, close } = await lead.open('/customers');
        await choose(page, label('status'), t('choice-status-won'));
        await eventually(async () => {
          assert.deepEqual([...new Set(await column(page, list, label('status')))], [t('choice-status-won')]);
        });
        const { body } = await ask(page, '/customers?limit=1&status=won');
        await page.getByText(t('customers-total', { total: body.total })).waitFor();
        await page.reload();
        await page.getByText(t('customers-total', { total: body.total })).waitFor();
        await button(page, t('filter-clear')).click();
        const all = (await ask(page, '/customers?limit=1')).body.total;
        assert.ok(all > body.total);
        await page.getByText(t('customers-total', { total: all })).waitFor();
        await close();
      });

      await context.test('the columns one chooses are one’s own in every browser', async () => {
        const { page, picture, close } = await lead.open('/customers');
        await table(page, list).getByRole('link').first().waitFor();
        await button(page, t('view-settings')).click();
        const saved = page.waitForResponse((answer) => answer.url().includes('/me/preferences/') && answer.ok());
        // It moves to the chosen ones, so its state is looked for in the table.
        await page.getByRole('checkbox', { name: label('city'), exact: true }).click();
        await saved;
        await picture('customers-columns');
        await eventually(async () => assert.ok((await titles(page, list)).includes(label('city'))));
        await close();
        const other = await lead.open('/customers');
        await table(other.page, list).getByRole('link').first().waitFor();
        assert.ok((await titles(other.page, list)).includes(label('city')));
        await other.close();
      });

      await context.test('a new customer is checked in the language, and duplicates are named while one types', async () => {
        const { page, picture, close } = await lead.open('/customers');
        const create = async () => {
          await button(page, t('customer-create')).click();
          const drawer = page.getByRole('dialog', { name: t('customer-create') });
          await drawer.getByLabel(label('name'), { exact: true }).fill(own.name);
          await drawer.getByLabel(label('phone'), { exact: true }).fill(own.phone);
          return drawer;
        };
        const drawer = await create();
        await drawer.getByLabel(label('email'), { exact: true }).fill(own.email);
        await drawer.getByLabel(label('city'), { exact: true }).fill(own.city);
        await drawer.getByLabel(label('contact_name'), { exact: true }).fill(own.contact);
        await drawer.getByLabel(label('uscc'), { exact: true }).fill('91110000600037341A');
        await button(drawer, t('create')).click();
        await drawer.getByText(t('error-uscc-check_digit')).waitFor();
        await picture('customer-create-refused');
        await drawer.getByLabel(label('uscc'), { exact: true }).fill('');
        await button(drawer, t('create')).click();
        await page.getByRole('heading', { name: own.name, level: 1 }).waitFor();

        await page.goto(`${server.url}/customers`);
        const again = await create();
        await again.getByText(t('duplicates-found', { count: 1 })).waitFor();
        await again.getByRole('link', { name: own.name }).waitFor();
        await picture('customer-duplicate');
        await button(again, t('create')).click();
        await button(again, t('customer-create-anyway')).waitFor();
        await button(again, t('cancel')).click();
        await close();
      });

      await context.test('the customer is found by everything one may remember', async () => {
        const { page, picture, close } = await lead.open('/customers');
        for (const words of own.finds) {
          await search(page, t, words);
          await nameLink(page).waitFor();
          await search(page, t, `${words} qqxx`);
          await page.getByText(t('customers-none-found'), { exact: true }).waitFor();
        }
        await search(page, t, own.finds[0]);
        await nameLink(page).waitFor();
        await picture('customers-found');
        await close();
      });

      await context.test('keys go to the search, along the rows and into one', async () => {
        const { page, close } = await lead.open('/customers');
        await table(page, list).getByRole('link').first().waitFor();
        const [, second] = await names(page);
        await page.keyboard.press('j');
        await page.keyboard.press('j');
        await page.keyboard.press('j');
        await page.keyboard.press('k');
        await page.locator('tr.row-current', { hasText: second }).waitFor();
        await page.keyboard.press('/');
        await page.keyboard.type(own.finds[0]);
        await nameLink(page).waitFor();
        await eventually(async () => assert.equal((await names(page)).length, 1));
        await page.keyboard.press('Escape');
        await page.keyboard.press('j');
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: own.name, level: 1 }).waitFor();
        await close();
      });

      const openOwn = async (look) => {
        const opened = await lead.open(`/customers?q=${encodeURIComponent(own.finds[0])}`, look);
        await opened.page.getByRole('link', { name: own.name }).first().click();
        await opened.page.getByRole('heading', { name: own.name, level: 1 }).waitFor();
        return opened;
      };
      const timeline = (page) => page.getByRole('region', { name: t('timeline-title') }).getByRole('listitem');

      await context.test('a phone number is masked until it is revealed for a reason, and that is on record', async () => {
        const { page, picture, close } = await openOwn();
        const digits = own.phone.replace(/\D/g, '');
        assert.ok(!(await page.content()).replace(/[\s-]/g, '').includes(digits), 'the number is not on the page');
        const facts = page.getByRole('region', { name: t('customer-facts') });
        await button(facts, t('reveal-button', { field: label('phone') })).click();
        const dialog = page.getByRole('dialog', { name: t('reveal-title', { field: label('phone') }) });
        await tick(dialog.getByRole('radio', { name: t('reveal-reason-other') }));
        await button(dialog, t('reveal-show')).click();
        await dialog.getByText(t('hint-reason', { min: 2, max: 200 })).waitFor();
        await dialog.getByLabel(t('reveal-own-words')).fill(own.reason);
        await picture('customer-reveal');
        await button(dialog, t('reveal-show')).click();
        await button(facts, t('reveal-hide', { field: label('phone') })).waitFor();
        const shown = await facts.locator('.revealed').textContent();
        assert.ok(shown.replace(/\D/g, '').endsWith(digits), `shows ${shown}`);
        await timeline(page).filter({ hasText: t('timeline-revealed') }).filter({ hasText: label('phone') }).waitFor();
        await picture('customer-revealed');
        await close();
      });

      await context.test('a change is checked in the language, then stored', async () => {
        const { page, picture, close } = await openOwn();
        await button(page, t('edit')).click();
        const drawer = page.getByRole('dialog', { name: t('customer-edit') });
        await drawer.getByLabel(label('phone'), { exact: true }).fill(WRONG_PHONE);
        await button(drawer, t('save')).click();
        await drawer.getByText(t('error-phone-mobile_length')).waitFor();
        await picture('customer-edit-refused');
        await drawer.getByLabel(label('phone'), { exact: true }).fill(own.phone);
        await drawer.getByLabel(label('industry'), { exact: true }).fill(own.industry);
        await choose(drawer, label('level'), t('choice-level-a'));
        await button(drawer, t('save')).click();
        await drawer.waitFor({ state: 'hidden' });
        await page.getByRole('region', { name: t('customer-facts') }).getByText(own.industry).waitFor();
        await timeline(page).filter({ hasText: t('timeline-updated') }).first().waitFor();
        await close();
      });

      await context.test('of two windows the slower one keeps its draft', async () => {
        const [slow, fast] = [await openOwn(), await openOwn()];
        const edit = async ({ page }) => {
          await button(page, t('edit')).click();
          return page.getByRole('dialog', { name: t('customer-edit') });
        };
        const slowDrawer = await edit(slow);
        await slowDrawer.getByLabel(label('notes'), { exact: true }).fill(own.followUp);
        const fastDrawer = await edit(fast);
        await fastDrawer.getByLabel(label('city'), { exact: true }).fill(own.otherCity);
        await button(fastDrawer, t('save')).click();
        await fastDrawer.waitFor({ state: 'hidden' });
        await button(slowDrawer, t('save')).click();
        await slowDrawer.getByText(t('conflict-title')).waitFor();
        await slow.picture('customer-conflict');
        await button(slowDrawer, t('conflict-reload')).click();
        await slowDrawer.getByText(t('conflict-merged')).waitFor();
        assert.equal(await slowDrawer.getByLabel(label('notes'), { exact: true }).inputValue(), own.followUp);
        assert.equal(await slowDrawer.getByLabel(label('city'), { exact: true }).inputValue(), own.otherCity);
        await button(slowDrawer, t('save')).click();
        await slowDrawer.waitFor({ state: 'hidden' });
        const facts = slow.page.getByRole('region', { name: t('customer-facts') });
        await facts.getByText(own.followUp).waitFor();
        await facts.getByText(own.otherCity).waitFor();
        await slow.close();
        await fast.close();
      });

      await context.test('contacts and follow-ups are added where they belong', async () => {
        const { page, close } = await openOwn();
        await button(page, t('contact-add')).click();
        const drawer = page.getByRole('dialog', { name: t('contact-add') });
        const added = `${own.contact} 2`;
        await drawer.getByLabel(label('name'), { exact: true }).fill(added);
        await drawer.getByLabel(label('email'), { exact: true }).fill(own.email);
        await button(drawer, t('save')).click();
        await drawer.waitFor({ state: 'hidden' });
        await page.getByRole('region', { name: t('contacts-title') }).getByText(added).waitFor();
        await page.getByTitle(t('follow-up-visit'), { exact: true }).click();
        await page.getByLabel(t('follow-up-content')).fill(own.followUp);
        await button(page, t('follow-up-add')).click();
        await timeline(page).filter({ hasText: t('timeline-visit') }).filter({ hasText: own.followUp }).waitFor();
        assert.equal(await page.getByLabel(t('follow-up-content')).inputValue(), '');
        await close();
      });

      await context.test('the customer page is whole in every look', async () => {
        for (const look of LOOKS) {
          const { picture, overflow, close } = await openOwn(look);
          await picture('customer');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

/** The picture the documentation shows; taken anew only when asked for. */
async function keepImage(page, language) {
  if (process.env.CUSTOS_UPDATE_IMAGES !== '1') return;
  await mkdir(IMAGES, { recursive: true });
  const image = path.join(IMAGES, `customers-${language.slice(0, 2)}.png`);
  await writeFile(image, await page.screenshot({ animations: 'disabled' }));
  assert.ok((await stat(image)).size < MOST_IMAGE_BYTES, `${image} is small enough`);
}
