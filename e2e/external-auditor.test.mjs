// An external auditor, from the invitation to the end, in both languages: what they see, what they do not, and that it ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { openBrowser, openPage, PHONE } from './lib/browser.mjs';
import { ask, enrol } from './lib/flows.mjs';
import { button, confirm, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

const GUEST = { name: '方知远', login: 'fang.zhiyuan', firm: '明信会计师事务所' };

/** A calendar day so many days from today, where the page is. */
function day(offset) {
  const at = new Date(Date.now() + offset * 86_400_000);
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(at);
}

async function pick(drawer, label, value) {
  const field = drawer.getByLabel(label, { exact: true });
  await field.fill(value);
  await field.press('Enter');
}

for (const language of LANGUAGES) {
  test(`an external auditor in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const elsewhere = mkdtempSync(path.join(os.tmpdir(), 'custos-external-'));
    const list = t('audit-tab-external');
    try {
      const auditor = await signInAs(browser, server, t, 'audit_admin', { language });
      const window = await auditor.open('/audit/external');
      const { page } = window;
      const drawer = () => page.getByRole('dialog').last();
      let guest;

      await context.test('is invited with a period and an end', async () => {
        await page.getByText(t('external-none'), { exact: true }).waitFor();
        await window.picture('external-none');
        await button(page, t('external-invite')).click();
        for (const [label, value] of [['user-name', GUEST.name], ['external-firm', GUEST.firm], ['user-login', GUEST.login]]) {
          await drawer().getByLabel(t(label), { exact: true }).fill(value);
        }
        await pick(drawer(), t('external-from'), day(-1));
        await pick(drawer(), t('external-to'), day(0));
        await window.picture('external-invite');
        await button(drawer(), t('create')).click();
        const link = page.getByLabel(t('link-for', { name: GUEST.name }), { exact: true }).last();
        await link.waitFor();
        const address = await link.inputValue();
        await button(page.getByRole('dialog').last(), t('close')).last().click();
        guest = await openPage(browser, address, { language });
        await guest.page.getByRole('button', { name: t('link-use'), exact: true }).click();
        await enrol(guest.page, t);
      });

      await context.test('sees the log of the period, and what they are here for', async () => {
        await guest.page.waitForURL((url) => url.pathname === '/audit');
        await table(guest.page, t('audit-entries')).waitFor();
        const notice = guest.page.getByRole('alert').filter({ hasText: GUEST.firm });
        await notice.waitFor();
        const tabs = guest.page.getByRole('navigation', { name: t('audit-parts') });
        assert.equal(await tabs.getByRole('link', { name: t('audit-tab-rules') }).count(), 0);
        assert.equal(await tabs.getByRole('link', { name: list }).count(), 0);
        await guest.picture('external-desk');
        for (const part of ['charts', 'sightings', 'findings']) {
          await guest.page.goto(`${server.url}/audit/${part}`);
          await notice.waitFor();
          await guest.picture(`external-${part}`);
        }
        await guest.page.goto(`${server.url}/account`);
        await guest.page.getByText(GUEST.firm, { exact: true }).waitFor();
        await guest.page.getByText(t('external-ends-at'), { exact: true }).waitFor();
        await guest.picture('external-account');
      });

      await context.test('changes nothing and sees no customer', async () => {
        for (const [where, method, body] of [
          ['/customers', 'GET'],
          ['/users/directory', 'GET'],
          ['/audit/rules', 'GET'],
          ['/audit/runs', 'POST', {}],
          ['/external-auditors', 'GET'],
        ]) {
          assert.equal((await ask(guest.page, where, { method, body })).status, 403, where);
        }
      });

      await context.test('takes evidence away that holds elsewhere', async () => {
        await guest.page.goto(`${server.url}/audit`);
        const [download] = await Promise.all([
          guest.page.waitForEvent('download'),
          guest.page.getByRole('button', { name: t('evidence-export') }).click(),
        ]);
        const file = path.join(elsewhere, 'evidence.tar');
        copyFileSync(await download.path(), file);
        const { status, stdout } = spawnSync(process.env.CUSTOS_BINARY, ['audit', 'verify', file, '--json'], { encoding: 'utf8' });
        assert.equal(status, 0, stdout);
      });

      await context.test('on a phone in the dark, nothing has to be scrolled sideways', async () => {
        const state = await guest.page.context().storageState();
        for (const [who, where, name] of [
          [(look) => openPage(browser, `${server.url}/audit`, { language, state, ...look }), '', 'external-desk'],
          [(look) => auditor.open('/audit/external', look), '', 'external-list'],
        ]) {
          const phone = await who({ size: PHONE, theme: 'dark' });
          await phone.page.getByText(GUEST.firm).first().waitFor();
          await phone.picture(name);
          assert.equal(await phone.overflow(), 0, name + where);
          await phone.close();
        }
      });

      await context.test('sees nothing of another period, and is out when their time is ended', async () => {
        const row = () => page.getByRole('row').filter({ hasText: GUEST.login });
        await page.goto(`${server.url}/audit/external`);
        await window.picture('external-list');
        await row().getByRole('button', { name: t('external-period-change'), exact: true }).click();
        await pick(drawer(), t('external-from'), day(-30));
        await pick(drawer(), t('external-to'), day(-20));
        await button(drawer(), t('save')).click();
        await eventually(async () => {
          const { status, body } = await ask(guest.page, '/audit/entries');
          assert.deepEqual([status, body.items], [200, []]);
        });
        await row().getByRole('button', { name: t('external-end'), exact: true }).click();
        await confirm(page, t('external-end'));
        await page.getByText(t('external-ended'), { exact: true }).waitFor();
        assert.equal((await ask(guest.page, '/session')).status, 401);
        await window.picture('external-ended');
      });
      await guest.close();
      await window.close();
    } finally {
      await browser.close();
      await server.stop();
      rmSync(elsewhere, { recursive: true });
    }
  });
}
