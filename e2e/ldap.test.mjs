// The password of a directory at the usual sign-in page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { ApiClient } from './lib/api.mjs';
import { openBrowser, openPage } from './lib/browser.mjs';
import { ask, enrol, enterPassword, person, setUp } from './lib/flows.mjs';
import { startServer } from './lib/server.mjs';
import { SERVICE, startDirectory } from './lib/slapd.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const LI_NA = { login: 'li.na', name: '李娜', mail: 'li.na@example.com', password: 'a right password' };

for (const language of LANGUAGES) {
  test(`LDAP in ${language}`, async () => {
    const t = words(language);
    const server = await startServer();
    const directory = await startDirectory(LI_NA);
    const browser = await openBrowser(server.url);
    try {
      const { page, close } = await openPage(browser, server.url, { language });
      await setUp(page, t, { code: server.setupCode, organisation: '青石仪器' });
      await configure(server, directory);
      await enterPassword(page, t, { ...LI_NA, password: 'a wrong password' });
      await page.getByText(t('error-session-credentials-wrong')).waitFor();
      await enterPassword(page, t, LI_NA);
      await enrol(page, t);
      const { body } = await ask(page, '/session');
      assert.equal(body.user.name, LI_NA.name);
      assert.equal(body.user.login, LI_NA.login);
      await close();
    } finally {
      await browser.close();
      await directory.close();
      await server.stop();
    }
  });
}

async function configure(server, directory) {
  const certificate = await readFile(path.join(server.data, 'tls', 'certificate.pem'));
  const client = new ApiClient(server.url, certificate);
  const { login, password } = person('system_admin');
  await client.signInFirst(login, password);
  const config = {
    url: directory.url, bind_dn: SERVICE.dn, user_base: 'dc=example', user_filter: '(&(objectClass=inetOrgPerson)(uid={login}))',
    subject_attribute: 'entryUUID', login_attribute: 'uid', name_attribute: 'cn', mail_attribute: 'mail',
  };
  const made = await client.call('POST', '/identity-providers', {
    kind: 'ldap', name: '公司目录', accounts: 'create', config, secret: SERVICE.password,
  });
  assert.equal(made.status, 201, made.text);
  const one = `/identity-providers/${made.body.id}`;
  const on = await client.call('PATCH', one, { enabled: true }, { 'if-match': `"${made.body.version}"` });
  assert.equal(on.status, 200, on.text);
}
