import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASVS, uncovered, unfounded } from './check-evidence.mjs';

const files = { 'crates/a/tests/b.rs': 'async fn holds() {}', 'e2e/a.test.mjs': "test('signs in', …)" };
const read = (file) => files[file];

test('tests that exist are evidence', () => {
  const text = '`crates/a/tests/b.rs::holds` and `e2e/a.test.mjs: "signs in"`';
  assert.deepEqual(unfounded('x', text, read), []);
});

test('tests that do not exist are none', () => {
  const text = '`crates/a/tests/b.rs::hold` `crates/a/tests/c.rs::holds` `e2e/a.test.mjs: "signs out"`';
  assert.equal(unfounded('x', text, read).length, 3);
});

test('every requirement needs a line with a test or a reason', () => {
  const all = Object.values(ASVS).reduce((sum, count) => sum + count, 0);
  assert.equal(uncovered('').length, all);
  assert.equal(uncovered('| 6.1.1 | limits | `crates/a/tests/b.rs::holds` |').length, all - 1);
  assert.equal(uncovered('| 6.1.1 | limits | yes |').length, all);
  assert.equal(uncovered('| 10.4.1 | | n/a: there is no authorization server |').length, all - 1);
});
