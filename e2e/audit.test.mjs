// The audit desk by hand, in both languages: read, filter, verify, and take evidence away that proves itself elsewhere.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, column, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { memberOf } from './lib/tar.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const ADMINISTRATORS = ['system_admin', 'security_admin', 'audit_admin'];

/** What the command line says of evidence, on a computer that has nothing else: { status, text }. */
function verify(file, language) {
  const { status, stdout, stderr } = spawnSync(
    process.env.CUSTOS_BINARY,
    ['audit', 'verify', file, '--lang', language],
    { cwd: path.dirname(file), encoding: 'utf8' },
  );
  return { status, text: stdout + stderr };
}

for (const language of LANGUAGES) {
  test(`audit in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const elsewhere = mkdtempSync(path.join(os.tmpdir(), 'custos-evidence-'));
    const entries = t('audit-entries');
    try {
      const people = {};
      for (const role of ADMINISTRATORS) people[role] = await signInAs(browser, server, t, role, { language });
      const auditor = people.audit_admin;

      await context.test('the log is whole in every look', async () => {
        for (const look of LOOKS) {
          const { page, picture, overflow, close } = await auditor.open('/audit', look);
          await page.getByText(t('checkpoint-root'), { exact: true }).waitFor();
          await page.getByText(auditor.name).first().waitFor();
          await picture('audit');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          await close();
        }
      });

      await context.test('filters leave what they say', async () => {
        const { page, close } = await auditor.open('/audit');
        await table(page, entries).waitFor();
        await choose(page, t('entry-actor'), people.system_admin.name);
        await eventually(async () => {
          const who = new Set(await column(page, entries, t('entry-actor')));
          assert.deepEqual([...who], [people.system_admin.name]);
        });
        await choose(page, t('entry-action'), t('action-session-read'));
        await eventually(async () => {
          const what = new Set(await column(page, entries, t('entry-action')));
          assert.deepEqual([...what], [t('action-session-read')]);
        });
        await close();
      });

      await context.test('an entry says who did what, when, where, and with what hash', async () => {
        const { page, picture, close } = await auditor.open('/audit?action=session.read');
        const row = table(page, entries).getByRole('row').nth(1);
        const index = Number(await row.getByRole('button').textContent());
        await row.getByRole('button').click();
        const drawer = page.getByRole('dialog', { name: t('entry-title', { index: String(index) }) });
        await drawer.getByText('session.read', { exact: true }).waitFor();
        const { body } = await ask(page, '/audit/entries?action=session.read&limit=50');
        const entry = body.items.find((item) => item.index === index);
        assert.match(entry.hash, /^[0-9a-f]{64}$/);
        const shown = await drawer.innerText();
        for (const fact of [entry.hash, entry.address, entry.request_id, entry.at]) assert.ok(shown.includes(fact), fact);
        await picture('audit-entry');
        await close();
      });

      const evidence = path.join(elsewhere, 'evidence.tar');
      await context.test('the log verifies on the page, and its evidence elsewhere', async () => {
        const { page, picture, close } = await auditor.open('/audit');
        await button(page, t('verify-button')).click();
        const result = page.getByRole('status').filter({ hasText: /\d/ });
        await result.waitFor();
        const before = t('verify-ok', { entries: '#', checkpoints: '#' }).split('#')[0];
        assert.ok((await result.innerText()).includes(before.trim()));
        await picture('audit-verified');
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: t('evidence-export') }).click(),
        ]);
        copyFileSync(await download.path(), evidence);
        const verdict = verify(evidence, language);
        assert.equal(verdict.status, 0, verdict.text);
        await close();
      });

      await context.test('one byte changed in the evidence is found, and where', () => {
        const tar = readFileSync(evidence);
        const bundle = memberOf(tar, /tile\/entries\//);
        // In the middle of an entry's text, away from the lengths between entries.
        const at = bundle.start + tar.subarray(bundle.start, bundle.end).indexOf('session.') + 3;
        tar[at] ^= 1;
        const altered = path.join(elsewhere, 'altered.tar');
        writeFileSync(altered, tar);
        const verdict = verify(altered, language);
        assert.equal(verdict.status, 1, verdict.text);
        const { status, stdout } = spawnSync(process.env.CUSTOS_BINARY, ['audit', 'verify', altered, '--json'], { encoding: 'utf8' });
        assert.equal(status, 1);
        const { findings } = JSON.parse(stdout).verification;
        const [finding] = findings.filter(({ index }) => index !== null && index !== undefined);
        assert.ok(finding, stdout);
        assert.match(verdict.text, new RegExp(`\\b${finding.index}\\b`), 'it says where, also to people');
      });

      await context.test('administrators see no customers', async () => {
        for (const role of ADMINISTRATORS) {
          const { page, close } = await people[role].open('/');
          const navigation = page.getByRole('navigation', { name: t('nav-label') });
          await navigation.getByRole('link').first().waitFor();
          assert.equal(await navigation.getByRole('link', { name: t('nav-customers'), exact: true }).count(), 0);
          assert.equal((await ask(page, '/customers')).status, 403);
          if (role !== 'audit_admin') assert.equal((await ask(page, '/audit/entries')).status, 403);
          await close();
        }
      });
    } finally {
      await browser.close();
      await server.stop();
      rmSync(elsewhere, { recursive: true });
    }
  });
}
