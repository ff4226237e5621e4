// Service accounts and API keys: made on the page, used by a program, rotated without a gap, revoked. The system
// administrator makes them, the security administrator grants what the account may do.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { ApiClient } from './lib/api.mjs';
import { LOOKS, openBrowser, openPage } from './lib/browser.mjs';
import { enrol, enterPassword, person, setUp } from './lib/flows.mjs';
import { button, choose, eventually } from './lib/lists.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

/** Where the program is, and where a stolen key would be tried. Both are this machine. */
const [HERE, ELSEWHERE] = ['127.0.0.2', '127.0.0.3'];

for (const language of LANGUAGES) {
  test(`API keys in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    const purpose = language === 'en' ? 'ERP orders' : 'ERP 订单';
    const name = language === 'en' ? 'Nightly sync' : '夜间同步';
    try {
      const ca = await readFile(path.join(server.data, 'tls', 'certificate.pem'));
      const holder = (secret, from = HERE) => new ApiClient(server.url, ca, { key: secret, from });
      const admin = await open();
      const { page } = admin;
      await setUp(page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(page, t, person('system_admin'));
      await enrol(page, t);
      const account = (within = page) => within.getByRole('region', { name: purpose, exact: true });
      const keys = (within = page) => account(within).getByRole('listitem');
      const dialog = () => page.getByRole('dialog').last();
      const scope = (one) => dialog().getByRole('checkbox', { name: t(`api-scope-${one}`), exact: true });
      const wrong = (text) => dialog().locator('.ant-form-item-explain-error').filter({ hasText: text }).waitFor();
      /** The key the page shows this once, checked to be what its button copies. */
      const shown = async () => {
        const made = page.getByRole('dialog', { name: t('api-key-made') });
        const secret = await made.getByLabel(t('api-key'), { exact: true }).inputValue();
        assert.match(secret, /^custos_[\w-]{43}[0-9a-f]{8}$/);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await button(made, t('copy')).click();
        await eventually(async () => assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret));
        await admin.picture('api-key-secret');
        await button(made, t('api-key-stored')).click();
        await made.waitFor({ state: 'hidden' });
        assert.ok(!(await page.content()).includes(secret), 'the page keeps nothing of it');
        return secret;
      };
      let key;

      await context.test('a service account is made, and a key with what it may do, until when and from where', async () => {
        await page.goto(`${server.url}/admin/api-keys`);
        await page.getByText(t('service-accounts-none'), { exact: true }).waitFor();
        await admin.picture('api-keys-empty');
        await button(page, t('service-account-create')).click();
        await button(dialog(), t('create')).click();
        await wrong(t('hint-required'));
        await dialog().getByLabel(t('service-account-name'), { exact: true }).fill(purpose);
        await choose(page, t('user-scope'), t('scope-all'));
        await button(dialog(), t('create')).click();
        await account().getByText(t('service-account-no-role'), { exact: true }).waitFor();

        await button(account(), t('api-key-create')).click();
        await button(dialog(), t('create')).click();
        await wrong(t('hint-required'));
        await wrong(t('error-api_key-scopes-none'));
        await dialog().getByLabel(t('api-key-name'), { exact: true }).fill(name);
        for (const one of ['customer-list', 'customer-read', 'customer-create']) await scope(one).check();
        await dialog().getByLabel(t('api-key-networks'), { exact: true }).fill('127.0.0.2/33');
        await button(dialog(), t('create')).click();
        await wrong(t('error-network-invalid'));
        await admin.picture('api-key-refused');
        await dialog().getByLabel(t('api-key-networks'), { exact: true }).fill(HERE);
        await choose(page, t('api-key-life'), t('api-key-days', { days: 30 }));
        await admin.picture('api-key-create');
        await button(dialog(), t('create')).click();
        key = await shown();
        await keys().getByText(t('api-key-unused'), { exact: true }).waitFor();
        await keys().getByText(t('api-key-from', { networks: `${HERE}/32` }), { exact: true }).waitFor();
      });

      await context.test('without a role it opens nothing; the security administrator grants one', async () => {
        assert.equal((await holder(key).call('GET', '/customers?limit=1')).status, 403);
        const security = await open();
        await enterPassword(security.page, t, person('security_admin'));
        await enrol(security.page, t);
        await security.page.goto(`${server.url}/admin/users`);
        const row = security.page.getByRole('row').filter({ hasText: purpose });
        await row.getByRole('button', { name: t('user-access'), exact: true }).click();
        const drawer = security.page.getByRole('dialog');
        await drawer.getByRole('checkbox', { name: t('role-sales-duty') }).check();
        await button(drawer, t('save')).click();
        await drawer.waitFor({ state: 'hidden' });
        await security.page.goto(`${server.url}/admin/api-keys`);
        await account(security.page).getByText(`${t('role-sales')} · ${t('scope-all')}`).waitFor();
        assert.equal(await button(security.page, t('service-account-create')).count(), 0, 'making keys is for the other');
        assert.equal(await button(account(security.page), t('api-key-create')).count(), 0);
        await security.close();
      });

      await context.test('a program uses it, within its permissions and from its address only', async () => {
        const made = await holder(key).call('POST', '/customers', { fields: { name: '海棠仪表' } });
        assert.equal(made.status, 201, made.text);
        const list = await holder(key).call('GET', '/customers?limit=5');
        assert.deepEqual(list.body.items.map(({ fields }) => fields.name), ['海棠仪表']);
        const { id } = made.body;
        const remove = await holder(key).call('DELETE', `/customers/${id}`, undefined, { 'if-match': '"1"' });
        assert.equal(remove.status, 403, remove.text);
        const away = await holder(key, ELSEWHERE).call('GET', '/customers?limit=1');
        assert.deepEqual([away.status, away.body.code], [401, 'api_key.refused']);
        const broken = await holder(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`).call('GET', '/customers?limit=1');
        assert.deepEqual([broken.status, broken.body.code], [401, 'api_key.refused']);
        await page.reload();
        const last = t('api-key-used', { at: '#', address: HERE }).split('#');
        await eventually(async () => {
          const text = await keys().textContent();
          assert.ok(last.every((part) => text.includes(part)), text);
        });
      });

      await context.test('it is rotated without a gap: both work, then the new one', async () => {
        await button(account(), t('api-key-rotate-named', { name })).click();
        await choose(page, t('api-key-overlap'), t('api-key-days', { days: 1 }));
        await admin.picture('api-key-rotate');
        await button(dialog(), t('api-key-rotate')).click();
        const next = await shown();
        assert.notEqual(next, key);
        await eventually(async () => assert.equal(await keys().count(), 2));
        for (const one of [key, next]) assert.equal((await holder(one).call('GET', '/customers?limit=1')).status, 200);
        assert.equal((await holder(next, ELSEWHERE).call('GET', '/customers?limit=1')).status, 401, 'bound as the old one was');

        // The other way round: no overlap, and the old one is over at once.
        await button(keys().last(), t('api-key-rotate-named', { name })).click();
        await choose(page, t('api-key-overlap'), t('api-key-overlap-none'));
        await button(dialog(), t('api-key-rotate')).click();
        const third = await shown();
        await eventually(async () => assert.equal(await keys().count(), 3));
        assert.equal((await holder(next).call('GET', '/customers?limit=1')).status, 401);
        assert.equal((await holder(third).call('GET', '/customers?limit=1')).status, 200);
        const ended = new RegExp(t('api-key-ended', { at: '.+' }));
        await eventually(async () => assert.match(await keys().nth(1).textContent(), ended));
        key = third;
      });

      await context.test('the page is whole at every width', async () => {
        const state = await page.context().storageState();
        for (const look of LOOKS) {
          const other = await open({ state, ...look });
          await other.page.goto(`${server.url}/admin/api-keys`);
          await eventually(async () => assert.equal(await keys(other.page).count(), 3));
          await other.picture('api-keys');
          assert.equal(await other.overflow(), 0, 'nothing has to be scrolled sideways');
          await button(account(other.page), t('api-key-create')).click();
          await other.page.getByRole('dialog').waitFor();
          await other.picture('api-key-drawer');
          assert.equal(await other.overflow(), 0, 'nor with the form open');
          await other.close();
        }
      });

      await context.test('it is revoked and refused at the next request', async () => {
        assert.equal((await holder(key).call('GET', '/customers?limit=1')).status, 200);
        await button(keys().last(), t('api-key-revoke-named', { name })).click();
        await button(dialog(), t('cancel')).click();
        assert.equal((await holder(key).call('GET', '/customers?limit=1')).status, 200, 'nothing before it is confirmed');
        await button(keys().last(), t('api-key-revoke-named', { name })).click();
        await admin.picture('api-key-revoke');
        await button(dialog(), t('api-key-revoke')).click();
        await eventually(async () => assert.equal(await keys().count(), 2));
        const refused = await holder(key).call('GET', '/customers?limit=1');
        assert.deepEqual([refused.status, refused.body.code], [401, 'api_key.refused']);
      });
      await admin.close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
