// The rules about what needs the yes of somebody else, where a test is about something else.
import assert from 'node:assert/strict';
import { callerOf } from './flows.mjs';
import { button } from './lists.mjs';

const NOBODY_ASKED_ABOVE = 1_000_000;

/** Has exports of up to a million customers pass without approval: asked for by one administrator, approved by another. */
export function letLargeExportsPass(security, system) {
  return letManyPass(security, system, 'customers_export');
}

/** The same for any operation that counts customers. */
export function letManyPass(security, system, what) {
  return changeRule(security, system, what, { records_above: NOBODY_ASKED_ABOVE });
}

/** Changes the rule of an operation: asked for by one administrator, approved by another. */
async function changeRule(requester, approver, operation, change) {
  const { body: present } = await requester.call('GET', '/approvals/rules');
  const rules = present.rules.filter((rule) => rule.operation === operation).map((rule) => ({ ...rule, ...change }));
  assert.equal(rules.length, 1);
  await asApproved(requester, approver, 'PUT', '/approvals/rules', present.version, { rules });
}

/** Has a change that needs the yes of somebody else asked for, approved and carried out. */
export async function asApproved(requester, approver, method, path, version, body) {
  const change = (headers) => requester.call(method, path, body, { 'if-match': `"${version}"`, ...headers });
  const asked = await change({ 'x-approval-reason': 'e2e%20test' });
  assert.equal(asked.status, 202, asked.text);
  const decided = await approver.call('POST', `/approvals/${asked.body.approval}/decision`, { approve: true });
  assert.ok(decided.status < 300, decided.text);
  const done = await change({ 'x-approval': asked.body.approval });
  assert.ok(done.status < 300, done.text);
}

/** As `changeRule`, both administrators signed in by the page. */
export async function setRule({ requester, approver }, operation, change) {
  const asking = await requester.open('/approvals');
  const deciding = await approver.open('/approvals');
  await changeRule(callerOf(asking.page), callerOf(deciding.page), operation, change);
  await asking.close();
  await deciding.close();
}

/** Gives the reason in the dialog that an action opens which needs the yes of somebody else. */
export async function requestApproval(page, t, why) {
  const dialog = page.getByRole('dialog', { name: t('approval-needed-title') });
  await dialog.getByLabel(t('approval-reason'), { exact: true }).fill(why);
  await button(dialog, t('approval-ask')).click();
  await page.getByText(t('approval-requested-title'), { exact: true }).waitFor();
}

/** Has `approver` approve the request with this reason, and `requester` carry it out. `look` is called on what is decided on. */
export async function passApproval(t, { requester, approver, why }, look = async () => {}) {
  const open = (page) => page.getByRole('link').filter({ hasText: why }).first().click();
  const deciding = await approver.open('/approvals');
  await open(deciding.page);
  await button(deciding.page, t('approval-approve')).waitFor();
  await look(deciding);
  await button(deciding.page, t('approval-approve')).click();
  await deciding.page.getByText(t('approval-approved'), { exact: true }).waitFor();
  await deciding.close();
  const { page, close } = await requester.open('/approvals?view=mine');
  await open(page);
  await button(page, t('approval-execute')).click();
  await page.getByText(t('approval-state-executed-note'), { exact: true }).waitFor();
  await close();
}
