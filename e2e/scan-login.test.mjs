// Scan login of WeCom, DingTalk and Feishu: set up on the page of providers, away to the service's page, back with a code,
// refused for who is no member; and an account connected with one of them by its owner, and parted again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { ask, enrol, enterCode, enterPassword, person, setUp, signedIn, signOut } from './lib/flows.mjs';
import { button, choose, eventually } from './lib/lists.mjs';
import { AGENT, APP, CUSTOMER, MEMBER, REFUSE, SECRET, startScanService } from './lib/scan.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const SERVICES = [
  { kind: 'wecom', name: '青石企业微信', who: { id: 'ZhangWei', login: 'zhangwei', name: '张伟' } },
  { kind: 'dingtalk', name: '青石钉钉', who: { id: 'manager4711', login: 'manager4711', name: '李娜' } },
  { kind: 'feishu', name: '青石飞书', who: { id: 'ou_7dab8a3d3cdc', login: 'wang.fang', name: '王芳' } },
];

for (const language of LANGUAGES) {
  test(`scan login in ${language}`, { timeout: 300_000 }, async (context) => {
    const t = words(language);
    const server = await startServer();
    const services = [];
    for (const one of SERVICES) services.push({ ...one, ...(await startScanService(one.kind, one.who)) });
    const hosts = services.map(({ host }) => host);
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, hosts, ...look });
    const away = (page, name) => button(page, t('provider-sign-in', { name }));
    const scan = (page, as) => page.getByRole('link', { name: as, exact: true }).click();
    try {
      const system = await open();
      await setUp(system.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(system.page, t, person('system_admin'));
      await enrol(system.page, t);

      await context.test('the page of providers takes what the three services need, and tests them', async () => {
        const { page, picture } = system;
        for (const { kind, name, config } of services) {
          await page.goto(`${server.url}/admin/identity-providers`);
          await button(page, t('provider-create')).first().click();
          const drawer = page.getByRole('dialog');
          await choose(drawer, t('provider-kind'), t(`provider-kind-${kind}`));
          await drawer.getByText(`${server.url}/sign-in/callback`, { exact: true }).waitFor();
          const fill = (id, text) => drawer.getByLabel(t(id), { exact: true }).fill(text);
          await fill('provider-name', name);
          await fill('provider-config-client_id', APP);
          if (kind === 'wecom') await fill('provider-config-agent_id', AGENT);
          await fill('provider-config-authorize_url', config.authorize_url);
          await fill('provider-config-api_url', config.api_url);
          await fill('provider-secret', kind === 'wecom' ? 'wrong' : SECRET);
          if (kind === 'wecom') await picture('scan-provider');
          await button(drawer, t('create')).click();
          await drawer.waitFor({ state: 'hidden' });
        }
        const row = (name) => page.getByRole('row').filter({ hasText: name });
        const probe = (name) => button(row(name), t('provider-test')).click();
        await probe(services[0].name);
        await page.getByText(t('error-federation-answer_invalid')).waitFor();
        await button(row(services[0].name), t('provider-edit')).click();
        const drawer = page.getByRole('dialog');
        await drawer.getByLabel(t('provider-secret'), { exact: true }).fill(SECRET);
        await button(drawer, t('save')).click();
        await drawer.waitFor({ state: 'hidden' });
        for (const { name } of services) {
          await probe(name);
          await page.getByText(t('provider-test-good')).last().waitFor();
          await page.getByRole('switch', { name: t('provider-enabled-of', { name }) }).click();
          await eventually(async () => {
            const { body } = await ask(page, '/identity-providers');
            assert.equal(body.items.find((provider) => provider.name === name).enabled, true);
          });
        }
        await picture('scan-providers');
      });

      for (const { kind, name, who } of services) {
        await context.test(`${kind}: a member comes in, a customer and who refuses do not`, async () => {
          const { page, picture, overflow, close } = await open(kind === 'dingtalk' ? { size: PHONE, theme: 'dark' } : {});
          await page.goto(`${server.url}/sign-in?return=/account`);
          await away(page, name).waitFor();
          assert.equal(await overflow(), 0);
          await picture(`scan-sign-in-${kind}`);
          await away(page, name).click();
          await scan(page, CUSTOMER);
          await page.getByText(t('error-federation-answer_invalid')).waitFor();
          await page.goto(`${server.url}/sign-in?return=/account`);
          await away(page, name).click();
          await scan(page, REFUSE);
          await page.getByText(t('error-federation-cancelled')).waitFor();
          await picture(`scan-refused-${kind}`);
          await page.goto(`${server.url}/sign-in?return=/account`);
          await away(page, name).click();
          await scan(page, MEMBER);
          const { authenticator } = await enrol(page, t);
          await page.waitForURL((url) => url.pathname === '/account');
          const { body } = await ask(page, '/session');
          assert.deepEqual([body.user.name, body.user.login], [who.name, who.login]);
          // This is the only way into the account: it cannot be given up.
          await button(page, t('connection-remove-named', { name })).click();
          await button(page.getByRole('dialog'), t('connection-remove')).click();
          await page.getByText(t('error-federation-last_way')).waitFor();
          await signOut(page, t, { name: who.name });
          await away(page, name).click();
          await scan(page, MEMBER);
          await enterCode(page, t, authenticator);
          await signedIn(page);
          await close();
        });
      }

      await context.test('an account is connected by its owner, and parted again', async () => {
        const lead = await open();
        const { page, picture } = lead;
        const [wecom, , feishu] = services;
        await enterPassword(page, t, person('sales_lead'));
        const { authenticator } = await enrol(page, t);
        // Nobody is connected with an identity that has an account.
        await page.goto(`${server.url}/account`);
        await button(page, t('connection-add', { name: wecom.name })).click();
        await scan(page, MEMBER);
        await page.getByText(t('error-federation-linked_already')).waitFor();
        await picture('connection-refused');

        // Another answer in this browser, and it is a sign-in: what an attacker would send.
        await page.goto(`${server.url}/sign-in/callback?state=${'A'.repeat(43)}&code=code-1`);
        await page.getByText(t('error-federation-attempt-invalid')).waitFor();

        // A new colleague's own phone.
        feishu.person({ id: 'ou_lead', login: 'lead', name: '顾晓峰' });
        await page.goto(`${server.url}/account`);
        await button(page, t('connection-add', { name: feishu.name })).click();
        await scan(page, MEMBER);
        await page.waitForURL((url) => url.pathname === '/account');
        await page.getByText(t('connection-added')).waitFor();
        await page.getByText(t('connection-unused')).waitFor();
        await picture('connections');
        const state = await page.context().storageState();
        const phone = await open({ state, size: PHONE, theme: 'dark' });
        await phone.page.goto(`${server.url}/account`);
        await phone.page.getByText(t('connection-unused')).waitFor();
        assert.equal(await phone.overflow(), 0);
        await phone.picture('connections');
        await phone.close();

        await signOut(page, t, { name: person('sales_lead').name });
        await away(page, feishu.name).click();
        await scan(page, MEMBER);
        await enterCode(page, t, authenticator);
        await signedIn(page);
        const { body } = await ask(page, '/session');
        assert.equal(body.user.login, person('sales_lead').login);
        await page.goto(`${server.url}/account`);
        await button(page, t('connection-remove-named', { name: feishu.name })).click();
        await button(page.getByRole('dialog'), t('connection-remove')).click();
        // The session was begun with it.
        await page.waitForURL((url) => url.pathname === '/sign-in');
        await lead.close();
      });
      await system.close();
    } finally {
      await browser.close();
      for (const service of services) await service.close();
      await server.stop();
    }
  });
}
