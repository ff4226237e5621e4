// What people do at the door, found on the page by the words they read. One place to change when a page changes.
import assert from 'node:assert/strict';
import { button, stillness } from './lists.mjs';
import { Authenticator } from './totp.mjs';

/** The accounts a first start asks for, in the page's order. */
export const FIRST_PEOPLE = [
  { role: 'system_admin', name: '周启明', login: 'zhou.qiming', password: 'lamp-orbit-quarry-71-vessel' },
  { role: 'security_admin', name: '沈若兰', login: 'shen.ruolan', password: 'copper-thistle-88-meadow-ink' },
  { role: 'audit_admin', name: 'Ingrid Halvorsen', login: 'ingrid', password: 'glacier-42-violin-harbour-oat' },
  { role: 'sales_lead', name: '顾晓峰', login: 'gu.xiaofeng', password: 'pebble-saffron-19-tunnel-kite' },
];

export const person = (role) => FIRST_PEOPLE.find((one) => one.role === role);


/** Fills the first-run page from its first step. `look(step)` is called on each of the three, for pictures. */
export async function setUp(page, t, { code, organisation }, look = async () => {}) {
  await page.getByRole('heading', { name: t('setup-title') }).waitFor();
  await page.getByLabel(t('setup-code'), { exact: true }).fill(code);
  await page.getByLabel(t('setup-organisation'), { exact: true }).fill(organisation);
  await look('organisation');
  await button(page, t('next')).click();
  for (const { role, name, login, password } of FIRST_PEOPLE) {
    const account = page.getByRole('group', { name: t(`role-${role}`), exact: true });
    await account.getByLabel(t('user-name'), { exact: true }).fill(name);
    await account.getByLabel(t('user-login'), { exact: true }).fill(login);
    await account.getByLabel(t('sign-in-password'), { exact: true }).fill(password);
  }
  await look('accounts');
  await button(page, t('next')).click();
  await button(page, t('setup-create')).waitFor();
  await look('review');
  await button(page, t('setup-create')).click();
  await button(page, t('setup-to-sign-in')).click();
  await page.getByRole('heading', { name: t('sign-in-title') }).waitFor();
}

/** Login and password; what comes next is the caller's to see. */
export async function enterPassword(page, t, { login, password }) {
  await page.getByLabel(t('sign-in-login'), { exact: true }).fill(login);
  await page.getByLabel(t('sign-in-password'), { exact: true }).fill(password);
  await button(page, t('sign-in-continue')).click();
}

/** Sets up the second factor as an authenticator app would; gives the app and the recovery codes. */
export async function enrol(page, t, look = async () => {}) {
  await page.getByRole('heading', { name: t('enrol-title') }).waitFor();
  await page.getByRole('img', { name: t('enrol-picture') }).waitFor();
  const uri = await page.getByRole('link', { name: t('enrol-open-app') }).getAttribute('href');
  const authenticator = new Authenticator(new URL(uri).searchParams.get('secret'));
  await look('enrolment');
  await page.getByLabel(t('totp-code'), { exact: true }).fill(await authenticator.code());
  await button(page, t('enrol-confirm')).click();
  const list = page.getByRole('list', { name: t('recovery-list') });
  await list.waitFor();
  const recoveryCodes = await list.getByRole('listitem').allTextContents();
  await look('recovery-codes');
  await page.getByRole('checkbox', { name: t('recovery-stored') }).check();
  await button(page, t('recovery-continue')).click();
  await signedIn(page);
  return { authenticator, recoveryCodes };
}

/** Sends the code; the page sends it by itself when it is complete. */
export async function enterCode(page, t, authenticator) {
  await page.getByRole('heading', { name: t('totp-title') }).waitFor();
  await page.getByLabel(t('totp-code'), { exact: true }).fill(await authenticator.code());
}

export async function signedIn(page) {
  await page.waitForURL((url) => !/^\/(sign-in|link|setup)/.test(url.pathname));
}

export async function signOut(page, t, { name }) {
  await page.getByRole('button', { name: t('user-menu', { name }) }).click();
  const entry = page.getByRole('menuitem', { name: t('sign-out') });
  await entry.waitFor();
  await stillness(page);
  await entry.click();
  await page.waitForURL((url) => url.pathname === '/sign-in');
}

/** Asks the API with the page's own session, and as the page does what changes something: { status, body }. */
export async function ask(page, path, { method = 'GET', body, headers = {} } = {}) {
  return page.evaluate(
    async ([where, options]) => {
      if (options.method !== 'GET' && options.headers['x-csrf-token'] === undefined) {
        const session = await fetch('/api/v1/session');
        if (session.ok) options.headers['x-csrf-token'] = (await session.json()).csrf_token;
      }
      const answer = await fetch(`/api/v1${where}`, options);
      const text = await answer.text();
      return { status: answer.status, body: text && JSON.parse(text) };
    },
    [
      path,
      {
        method,
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      },
    ],
  );
}

/** Changes something by the API with the page's own session, and `version` of it if it has one; gives what is answered. */
export async function change(page, path, method, body, version) {
  const headers = version ? { 'if-match': `"${version}"` } : {};
  const answer = await ask(page, path, { method, body, headers });
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}

/** The page's own session in the shape of an `ApiClient`: `call` gives { status, body, text }. */
export function callerOf(page) {
  return {
    call: async (method, path, body, headers) => {
      const answer = await ask(page, path, { method, body, headers });
      return { ...answer, text: JSON.stringify(answer.body) };
    },
  };
}
