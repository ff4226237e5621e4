// Each rule must bite on what it forbids and keep still on what it allows.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DIRECTION,
  foldersNamedAsCrates,
  incompleteLocales,
  LINES,
  machinePaths,
  messagesOf,
  namelessConcepts,
  openEnds,
  tooLong,
  wordsInRust,
  wrongDirection,
} from './check-layout.mjs';

const files = (entries) => new Map(Object.entries(entries));
const lines = (count) => 'x\n'.repeat(count);

test('a file may have the full number of lines and not one more', () => {
  assert.deepEqual(tooLong(files({ 'crates/a/src/b.rs': lines(LINES) }), {}), []);
  assert.equal(tooLong(files({ 'crates/a/src/b.rs': lines(LINES + 1) }), {}).length, 1);
  assert.deepEqual(tooLong(files({ 'web/src/api/schema.ts': lines(LINES + 1) }), {}), [], 'generated');
});

test('an allowance only shrinks and goes when it is not needed', () => {
  const long = files({ 'a.rs': lines(LINES + 10) });
  assert.deepEqual(tooLong(long, { 'a.rs': LINES + 10 }), []);
  assert.equal(tooLong(long, { 'a.rs': LINES + 9 }).length, 1);
  assert.match(tooLong(files({ 'a.rs': lines(3) }), { 'a.rs': LINES + 10 })[0], /strike/);
  assert.match(tooLong(files({}), { 'a.rs': LINES + 10 })[0], /gone/);
});

test('names that name nothing are refused', () => {
  for (const bad of ['crates/a/src/utils.rs', 'crates/common/src/lib.rs', 'web/src/ui/helpers.ts', 'a/test_util.rs']) {
    assert.equal(namelessConcepts(files({ [bad]: '' })).length, 1, bad);
  }
  assert.deepEqual(namelessConcepts(files({ 'crates/a/src/community.rs': '', 'web/src/utility_bill.ts': '' })), []);
});

test('an open end names its issue', () => {
  assert.equal(openEnds(files({ 'a.rs': '// TODO later' })).length, 1);
  assert.deepEqual(openEnds(files({ 'a.rs': '// TODO(#12): later', 'b.md': 'TODO is a word' })), []);
});

test('paths of one machine are refused, general ones are not', () => {
  for (const bad of ['x = "/root/a/b"', 'see /home/anna/custos', "('/Users/Anna/x')"]) {
    assert.equal(machinePaths(files({ 'a.md': bad })).length, 1, bad);
  }
  assert.deepEqual(machinePaths(files({ 'a.md': '/usr/bin/chromium /api/v1/users/ $HOME/.cache web/root/ "/root"' })), []);
});

test('Chinese in Rust stays in tests, data and comments', () => {
  assert.equal(wordsInRust(files({ 'crates/a/src/b.rs': 'let x = "客户"; // why' })).length, 1);
  const fine = {
    'crates/a/src/b.rs': '/// 客户 is a customer\nlet x = 1; // 客户\n\n#[cfg(test)]\nmod tests {\n  let x = "客户";\n}\n',
    'crates/a/src/data/headers.rs': 'let x = "客户";',
    'crates/a/src/b/tests.rs': 'let x = "客户";',
    'crates/a/tests/b.rs': 'let x = "客户";',
  };
  assert.deepEqual(wordsInRust(files(fine)), []);
});

test('every language has every message once', () => {
  const complete = { 'locales/en/a.ftl': 'x = X\n    .title = T\n', 'locales/zh-CN/a.ftl': 'x = 某\n    .title = 题\n' };
  assert.deepEqual(incompleteLocales(files(complete)), []);
  assert.match(incompleteLocales(files({ ...complete, 'locales/en/a.ftl': 'x = X\n' }))[0], /en\/a\.ftl: lacks x\.title/);
  assert.match(incompleteLocales(files({ ...complete, 'locales/en/b.ftl': 'y = Y\n' }))[0], /zh-CN\/b\.ftl: lacks y/);
  assert.match(
    incompleteLocales(files({ 'locales/en/a.ftl': 'x = X\nx = Y\n', 'locales/zh-CN/a.ftl': 'x = 某\n' }))[0],
    /x twice/,
  );
  assert.deepEqual(messagesOf('# note = no\na = {\n  $b = c\n}\n-brand = Custos\n'), ['a', '-brand']);
});

test('dependencies point one way', () => {
  const crate = (name, ...dependencies) => ({ name, dependencies });
  const on = (name, kind = null) => ({ name, kind });
  assert.deepEqual(wrongDirection([crate('custos-store', on('custos-kernel'), on('serde'))]), []);
  assert.deepEqual(wrongDirection([crate('custos-store', on('custos-testkit', 'dev'))]), []);
  for (const [from, to] of [
    ['custos-kernel', 'custos-store'],
    ['custos-http', 'custos-store'],
    ['custos-store', 'custos-http'],
    ['custos-values', 'custos-kernel'],
    ['custos-crm', 'custos'],
    ['custos-crm', 'custos-testkit'],
  ]) {
    assert.equal(wrongDirection([crate(from, on(to))]).length, 1, `${from} → ${to}`);
  }
  assert.match(wrongDirection([crate('custos-new')])[0], /say/);
});

test('the allowed directions have no cycle', () => {
  const reach = (name, seen = new Set()) => {
    for (const next of DIRECTION[name]) {
      if (!seen.has(next)) {
        seen.add(next);
        reach(next, seen);
      }
    }
    return seen;
  };
  for (const name of Object.keys(DIRECTION)) assert.ok(!reach(name).has(name), name);
});

test('a folder has the name of its crate', () => {
  const at = (name, folder) => ({ name, manifest_path: `/r/${folder}/Cargo.toml` });
  assert.deepEqual(foldersNamedAsCrates([at('custos-store', 'crates/store'), at('custos', 'crates/custos')], '/r'), []);
  assert.equal(foldersNamedAsCrates([at('custos-store', 'crates/database')], '/r').length, 1);
});
