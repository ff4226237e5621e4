// The demonstration organisation: one-time links instead of a setup and passwords, so that a test begins where it means to.
import { openPage } from './browser.mjs';
import { enrol } from './flows.mjs';

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
