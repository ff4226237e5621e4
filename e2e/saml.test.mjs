// Signing in at a SAML provider: away to another site, back by its post, and the second factor here.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ApiClient } from './lib/api.mjs';
import { openBrowser, openPage } from './lib/browser.mjs';
import { ask, enrol, enterCode, person, setUp, signedIn, signOut } from './lib/flows.mjs';
import { button } from './lib/lists.mjs';
import { startSamlProvider } from './lib/saml.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`SAML in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer();
    const consumer = `${server.url}/api/v1/session/saml/answer`;
    const idp = await startSamlProvider({
      consumer,
      person: { subject: '8d3c5c0e', claims: { name: '李娜', login: 'li.na', groups: ['Sales'] } },
    });
    const browser = await openBrowser(server.url);
    const open = () => openPage(browser, server.url, { language, hosts: [idp.host] });
    const provider = '集团统一登录';
    const away = (page) => button(page, t('provider-sign-in', { name: provider }));
    try {
      const first = await open();
      await setUp(first.page, t, { code: server.setupCode, organisation: '青石仪器' });
      await first.close();
      await configure(server, idp, provider);

      let authenticator;
      const away1 = await open();
      await context.test('who comes for the first time gets an account and sets up the second factor', async () => {
        await away1.page.goto(`${server.url}/sign-in`);
        await away1.picture('saml-sign-in');
        await away(away1.page).click();
        ({ authenticator } = await enrol(away1.page, t));
        const session = await ask(away1.page, '/session');
        assert.equal(session.body.user.name, '李娜');
        assert.deepEqual(session.body.user.roles, ['sales']);
        const kept = await away1.page.evaluate(() => window.sessionStorage.getItem('custos.saml'));
        assert.equal(kept, null, 'nothing of the answer stays in the browser');
        await signOut(away1.page, t, { name: '李娜' });
      });

      await context.test('afterwards the code is enough, and one gets where one wanted to go', async () => {
        await away1.page.goto(`${server.url}/account`);
        await away(away1.page).click();
        await enterCode(away1.page, t, authenticator);
        await signedIn(away1.page);
        await away1.page.waitForURL((url) => url.pathname === '/account');
        await away1.close();
      });

      await context.test('an answer posted without having asked for it is refused', async () => {
        const { page, close } = await open();
        await page.evaluate(([action, state]) => {
          const form = Object.assign(document.createElement('form'), { method: 'post', action });
          for (const [name, value] of [['SAMLResponse', 'PHg+PC94Pg=='], ['RelayState', state]]) {
            form.append(Object.assign(document.createElement('input'), { name, value }));
          }
          document.body.append(form);
          form.submit();
        }, [consumer, 'A'.repeat(43)]);
        await page.getByText(t('error-federation-attempt-invalid')).waitFor();
        await close();
      });
    } finally {
      await browser.close();
      await idp.close();
      await server.stop();
    }
  });
}

/** As the system administrator and the security administrator would. */
async function configure(server, idp, name) {
  const certificate = await readFile(path.join(server.data, 'tls', 'certificate.pem'));
  const signIn = async (role) => {
    const client = new ApiClient(server.url, certificate);
    const { login, password } = person(role);
    await client.signInFirst(login, password);
    return client;
  };
  const system = await signIn('system_admin');
  const config = {
    metadata: idp.metadata, login_attribute: 'login', name_attribute: 'name', groups_attribute: 'groups',
  };
  const made = await system.call('POST', '/identity-providers', { kind: 'saml', name, accounts: 'create', config });
  assert.equal(made.status, 201, made.text);
  const match = (version) => ({ 'if-match': `"${version}"` });
  const one = `/identity-providers/${made.body.id}`;
  const on = await system.call('PATCH', one, { enabled: true }, match(made.body.version));
  assert.equal(on.status, 200, on.text);
  const security = await signIn('security_admin');
  const access = { mappings: [{ group: 'Sales', role: 'sales', data_scope: 'own' }], privileged: false, two_factors: false };
  const approved = await security.call('PUT', `${one}/access`, access, match(on.body.version));
  assert.equal(approved.status, 200, approved.text);
}
