// Provisioning by SCIM: the token is made on the page, a program keeps users and groups with it, and whom it disables is out.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { ApiClient } from './lib/api.mjs';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { ask, change, enrol, enterPassword, FIRST_PEOPLE, person, setUp, signedIn } from './lib/flows.mjs';
import { eventually } from './lib/lists.mjs';
import { scimClient } from './lib/scim.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const CHECKER = path.resolve(import.meta.dirname, '../scripts/scim-check');
const NAME = 'Northgate';
const PERSON = { userName: 'lin.shu', externalId: 'u-1001', displayName: '林舒', active: true };

/**
 * What the checker finds otherwise than it expects, and why. `externalId` is the subject by which the provider vouches for
 * somebody at sign-in, and an account is active or not: neither can be without a value.
 */
const OTHERWISE = [
  'check_remove_attribute of User: PATCH modify() did not remove attribute \'active\'',
  'check_remove_attribute of User: PATCH modify() did not remove attribute \'externalId\'',
];
/** Fewer checks than this, and the checker did not get far. */
const CHECKS = 50;

test('a checker of the RFCs finds what it expects', { timeout: 300_000 }, async () => {
  const server = await startServer();
  try {
    const certificate = path.join(server.data, 'tls', 'certificate.pem');
    const api = new ApiClient(server.url, await readFile(certificate));
    const done = async (...call) => {
      const answer = await api.call(...call);
      assert.ok(answer.status < 300, answer.text);
      return answer.body;
    };
    await done('POST', '/setup', { setup_code: server.setupCode, organisation_name: '青石仪器', language: 'en', users: FIRST_PEOPLE });
    const { login, password } = person('system_admin');
    await api.signInFirst(login, password);
    const config = { issuer: 'https://idp.example.com', client_id: 'custos' };
    const { id } = await done('POST', '/identity-providers', { kind: 'oidc', name: NAME, accounts: 'create', secret: 's3cret', config });
    await done('PATCH', `/identity-providers/${id}`, { enabled: true }, { 'if-match': '"1"' });
    const { token } = await done('POST', `/identity-providers/${id}/provisioning-token`, { days: 1 }, { 'if-match': '"2"' });
    const output = execFileSync(CHECKER, [`${server.url}/scim/v2`, certificate], {
      encoding: 'utf8',
      env: { ...process.env, SCIM_TOKEN: token },
      maxBuffer: 1 << 24,
    });
    const results = output.trim().split('\n').map((line) => JSON.parse(line));
    const passed = results.filter(({ status }) => status === 'SUCCESS');
    assert.ok(passed.length >= CHECKS, `${passed.length} checks passed`);
    const otherwise = results.filter(({ status }) => !['SUCCESS', 'SKIPPED'].includes(status));
    const told = otherwise.map(({ check, resource, reason }) => `${check} of ${resource}: ${reason}`);
    assert.deepEqual(told.sort(), OTHERWISE);
  } finally {
    await server.stop();
  }
});

for (const language of LANGUAGES) {
  test(`provisioning in ${language}`, { timeout: 300_000 }, async (context) => {
    const t = words(language);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const emptyStyles = 'an empty style element on the sign-in page';
    const open = (look = {}) => openPage(browser, server.url, { language, emptyStyles, ...look });
    const providers = `${server.url}/admin/identity-providers`;
    try {
      const system = await open();
      await setUp(system.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await enterPassword(system.page, t, person('system_admin'));
      await enrol(system.page, t);
      const config = { issuer: 'https://idp.example.com', client_id: 'custos' };
      const made = await change(system.page, '/identity-providers', 'POST', { kind: 'oidc', name: NAME, accounts: 'create', secret: 's3cret', config });
      const path = `/identity-providers/${made.id}`;
      await change(system.page, path, 'PATCH', { enabled: true }, 1);
      let scim;
      let user;

      /** Makes a token in the dialog, and gives it. */
      const makeToken = async (page, label, look = async () => {}) => {
        await page.getByRole('button', { name: t('provider-token'), exact: true }).click();
        const dialog = page.getByRole('dialog', { name: t('provider-token-of', { name: NAME }) });
        await dialog.getByRole('button', { name: label, exact: true }).waitFor();
        await look('provisioning');
        await dialog.getByRole('button', { name: label, exact: true }).click();
        const shown = page.getByRole('dialog', { name: t('provider-token'), exact: true });
        await shown.getByText(t('provider-token-once')).waitFor();
        await shown.getByText(`${server.url}/scim/v2`, { exact: true }).waitFor();
        await look('provisioning-token');
        const token = await shown.locator('code').filter({ hasText: 'custos_scim_' }).textContent();
        await shown.getByRole('button', { name: t('api-key-stored'), exact: true }).click();
        await shown.waitFor({ state: 'hidden' });
        return token;
      };

      await context.test('the token is made on the page of providers and shown once', async () => {
        const { page, picture } = system;
        await page.goto(providers);
        const token = await makeToken(page, t('provider-token-create'), picture);
        assert.equal(await page.getByText('custos_scim_').count(), 0);
        await picture('provisioning-providers');
        scim = scimClient(server.url, token);
        assert.equal((await scim('GET', '/Users')).body.totalResults, 0);
        const state = await page.context().storageState();
        const phone = await open({ state, size: PHONE, theme: 'dark' });
        await phone.page.goto(providers);
        await phone.page.getByRole('button', { name: t('provider-token'), exact: true }).click();
        await phone.page.getByRole('button', { name: t('provider-token-rotate'), exact: true }).waitFor();
        await phone.page.getByText(t('provider-token-renew')).waitFor();
        assert.equal(await phone.overflow(), 0);
        await phone.picture('provisioning');
        await phone.close();
      });

      await context.test('a user and a group come by it, and the group gives what was approved', async () => {
        const security = await open();
        await enterPassword(security.page, t, person('security_admin'));
        await enrol(security.page, t);
        const mappings = [{ group: 'sales', role: 'sales', data_scope: 'own' }];
        await change(security.page, `${path}/access`, 'PUT', { privileged: false, two_factors: false, mappings }, 3);
        await security.close();
        const created = await scim('POST', '/Users', PERSON);
        assert.equal(created.status, 201, JSON.stringify(created.body));
        user = created.body.id;
        const group = await scim('POST', '/Groups', { displayName: 'sales', members: [{ value: user }] });
        assert.equal(group.status, 201, JSON.stringify(group.body));
        const { page, picture } = system;
        await page.goto(`${server.url}/admin/users`);
        const row = page.getByRole('row').filter({ hasText: PERSON.displayName });
        await row.getByText(t('role-sales'), { exact: true }).waitFor();
        await picture('provisioned-account');
      });

      const someone = await open();
      await context.test('who is disabled at the provider is out with the next request', async () => {
        const { sign_in_link: link } = await change(system.page, `/users/${user}/sign-in-link`, 'POST', {});
        await someone.page.goto(new URL(link, server.url).href);
        await someone.page.getByRole('button', { name: t('link-use'), exact: true }).click();
        await enrol(someone.page, t);
        await signedIn(someone.page);
        const { body } = await ask(someone.page, '/session');
        assert.deepEqual([body.user.name, body.user.login, body.user.roles], [PERSON.displayName, PERSON.userName, ['sales']]);
        const off = { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };
        const done = await scim('PATCH', `/Users/${user}`, off);
        assert.equal(done.body.active, false, JSON.stringify(done.body));
        assert.equal((await ask(someone.page, '/session')).status, 401);
        await someone.page.goto(`${server.url}/customers`);
        await someone.page.getByRole('heading', { name: t('sign-in-title') }).waitFor();
        const { page } = system;
        await page.goto(`${server.url}/admin/users`);
        const row = page.getByRole('row').filter({ hasText: PERSON.displayName });
        await row.getByText(t('user-status-disabled'), { exact: true }).waitFor();
      });

      await context.test('a new token ends the one before, and withdrawn none works', async () => {
        const { page } = system;
        await page.goto(providers);
        const token = await makeToken(page, t('provider-token-rotate'));
        assert.equal((await scim('GET', '/Users')).status, 401);
        const renewed = scimClient(server.url, token);
        assert.equal((await renewed('GET', `/Users/${user}`)).body.active, false);
        await page.getByRole('button', { name: t('provider-token'), exact: true }).click();
        await page.getByRole('button', { name: t('provider-token-withdraw'), exact: true }).click();
        const sure = page.getByRole('dialog').filter({ hasText: t('provider-token-withdraw-text') });
        await sure.getByRole('button', { name: t('provider-token-withdraw'), exact: true }).last().click();
        await eventually(async () => assert.equal((await renewed('GET', '/Users')).status, 401));
      });
      await someone.close();
      await system.close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
