// A witness on another machine, by hand in both languages: set on the page, asked by itself, shown to the auditor, and
// verified where nobody needs to trust the server.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { LOOKS, openBrowser } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

/** `custos witness` for one log: { url, key, stop }. */
async function startWitness(folder, log) {
  const child = spawn(process.env.CUSTOS_BINARY, [
    'witness', '--json', '--state', path.join(folder, 'witness'), '--name', 'witness.example.cn/w1', '--log', log, '--listen', '127.0.0.1:0',
  ]);
  const told = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(JSON.parse(text));
    });
    child.once('exit', () => reject(new Error(`the witness ended: ${text}`)));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = () => child.kill('SIGTERM') && ended;
  const url = told.url.replace('localhost', '127.0.0.1');
  return { url, key: told.witness_key, stop };
}

for (const language of LANGUAGES) {
  test(`witness in ${language}`, { timeout: 240_000 }, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const elsewhere = mkdtempSync(path.join(os.tmpdir(), 'custos-witness-'));
    let witness;
    try {
      const admin = await signInAs(browser, server, t, 'system_admin', { language });
      const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
      const key = await (async () => {
        const { page, close } = await auditor.open('/audit');
        const { body } = await ask(page, '/audit/checkpoint');
        await close();
        return body.verifier_key;
      })();
      witness = await startWitness(elsewhere, key);

      await context.test('without a witness the page says what that means', async () => {
        const { page, picture, close } = await admin.open('/admin/log');
        await page.getByText(t('witnesses-none'), { exact: true }).waitFor();
        await picture('witnesses-none');
        await close();
      });

      await context.test('the system administrator names one', async () => {
        const { page, picture, close } = await admin.open('/admin/log');
        await button(page, t('witnesses-settings')).click();
        const drawer = page.getByRole('dialog');
        await button(drawer, t('witnesses-add')).click();
        await drawer.getByLabel(t('witness-url'), { exact: true }).fill(witness.url);
        await drawer.getByLabel(t('witness-key-field'), { exact: true }).fill('nonsense');
        await drawer.getByLabel(t('witness-quorum'), { exact: true }).fill('1');
        await button(drawer, t('save')).click();
        await drawer.getByText(t('error-log-witness_key'), { exact: true }).waitFor();
        await drawer.getByLabel(t('witness-key-field'), { exact: true }).fill(witness.key);
        await picture('witnesses-settings');
        await button(drawer, t('save')).click();
        await drawer.waitFor({ state: 'detached' });
        await close();
      });

      await context.test('within a minute it has signed, and the auditor sees it in every look', async () => {
        const began = Date.now();
        for (const look of LOOKS) {
          const { page, picture, overflow, close } = await auditor.open('/admin/log', look);
          await page.getByText(t('standing-continues'), { exact: true }).waitFor({ timeout: 60_000 });
          assert.ok(Date.now() - began < 60_000 || look !== LOOKS[0]);
          await picture('witnesses');
          assert.equal(await overflow(), 0, 'nothing has to be scrolled sideways');
          assert.equal(await button(page, t('witnesses-settings')).count(), 0, 'the auditor sees it and changes nothing');
          await close();
        }
      });

      await context.test('the evidence carries its signature, for whoever asks for it', async () => {
        const { page, close } = await auditor.open('/audit');
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: t('evidence-export') }).click(),
        ]);
        const file = await download.path();
        const policy = path.join(elsewhere, 'policy.txt');
        const { body } = await ask(page, '/log/settings');
        writeFileSync(policy, body.policy);
        const verify = (...more) =>
          spawnSync(process.env.CUSTOS_BINARY, ['audit', 'verify', file, '--lang', language, ...more], { encoding: 'utf8' });
        const good = verify('--witness-policy', policy);
        assert.equal(good.status, 0, good.stdout + good.stderr);
        assert.ok(good.stdout.includes('witness.example.cn/w1'), good.stdout);
        assert.ok(good.stdout.includes('policies/'), good.stdout);
        await close();
      });

      await context.test('a witness that does not answer is told', async () => {
        await witness.stop();
        const { page, picture, close } = await auditor.open('/admin/log');
        await page.getByText(t('standing-unreachable'), { exact: true }).waitFor({ timeout: 60_000 });
        await picture('witness-unreachable');
        await close();
      });
    } finally {
      await witness?.stop();
      await browser.close();
      await server.stop();
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
}
