// The page of messages, as its administrator uses it.
import { button, choose } from './lists.mjs';

/** Sets the mail server of a test up, on the page of messages. */
export async function setUpMail(page, t, { port, user, password }) {
  await button(page, t('outbox-settings')).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('switch', { name: t('outbox-mail-use') }).click();
  const fill = (label, value) => drawer.getByLabel(t(label), { exact: true }).fill(value);
  await fill('outbox-host', '127.0.0.1');
  await fill('outbox-port', String(port));
  await choose(drawer, t('outbox-security'), t('outbox-security-plain'));
  await fill('outbox-user', user);
  await fill('outbox-password', password);
  await fill('outbox-from-name', '青石仪器');
  await fill('outbox-from-address', 'crm@example.cn');
  await button(drawer, t('save')).click();
  await drawer.waitFor({ state: 'detached' });
}
