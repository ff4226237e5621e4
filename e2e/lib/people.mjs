// People of a test: those of the demonstration organisation, with one-time links instead of a setup and passwords, so that a
// test begins where it means to; and those who are invited.
import assert from 'node:assert/strict';
import { openPage } from './browser.mjs';
import { ask, enrol } from './flows.mjs';
import { button } from './lists.mjs';

/**
 * Signs the first person of `role` (or the one at `position`) in through their one-time link, with a second factor.
 * Gives { name, login, state, open(look), visit(path, look) }: `open` gives further windows of the same session, as
 * `openPage` does. The link is spent afterwards.
 */
export async function signInAs(browser, server, t, role, { language, position = 0 } = {}) {
  const invited = server.links.filter((link) => link.role === role)[position];
  const { page, close } = await openPage(browser, invited.link, { language });
  await page.getByRole('button', { name: t('link-use'), exact: true }).click();
  await enrol(page, t);
  const state = await page.context().storageState();
  await close();
  return {
    name: invited.name,
    login: invited.login,
    /** A window of its own, signed in as this person, at `path`. */
    open: (path, look = {}) => openPage(browser, server.url + path, { language, state, ...look }),
  };
}

/** Proves a mail address as the person's own. `mail` is the server that takes the code. */
export async function proveMail(person, mail, address) {
  const { page, close } = await person.open('/account');
  const begun = await ask(page, '/me/contacts/mail', { method: 'PUT', body: { value: address } });
  assert.equal(begun.status, 202, JSON.stringify(begun.body));
  const code = (await mail.next(address)).text.match(/\b\d{6}\b/)[0];
  const proven = await ask(page, '/me/contacts/mail/verification', { method: 'POST', body: { code } });
  assert.equal(proven.status, 204, JSON.stringify(proven.body));
  await close();
}

/** Invites somebody by mail, on the page of users. */
export async function invite(page, t, { name, login, mail }) {
  await button(page, t('user-create')).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel(t('user-name'), { exact: true }).fill(name);
  await drawer.getByLabel(t('user-login'), { exact: true }).fill(login);
  await drawer.getByLabel(t('invite-mail'), { exact: true }).fill(mail);
  await button(drawer, t('create')).click();
  await page.getByText(t('invite-sent', { mail }), { exact: true }).waitFor();
}
