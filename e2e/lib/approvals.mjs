// The rules about what needs the yes of somebody else, where a test is about something else.
import assert from 'node:assert/strict';

const NOBODY_ASKED_ABOVE = 1_000_000;

/** Has exports of up to a million customers pass without approval: asked for by one administrator, approved by another. */
export async function letLargeExportsPass(security, system) {
  const { body: present } = await security.call('GET', '/approvals/rules');
  const rules = present.rules
    .filter(({ operation }) => operation === 'customers_export')
    .map((rule) => ({ ...rule, records_above: NOBODY_ASKED_ABOVE }));
  assert.equal(rules.length, 1);
  const change = (headers) =>
    security.call('PUT', '/approvals/rules', { rules }, { 'if-match': `"${present.version}"`, ...headers });
  const asked = await change({ 'x-approval-reason': 'e2e%20test' });
  assert.equal(asked.status, 202, asked.text);
  const decided = await system.call('POST', `/approvals/${asked.body.approval}/decision`, { approve: true });
  assert.ok(decided.status < 300, decided.text);
  const done = await change({ 'x-approval': asked.body.approval });
  assert.ok(done.status < 300, done.text);
}
