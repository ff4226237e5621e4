// Background jobs, in both languages: what the server does by itself is seen, ended, and comes again by its schedule, also
// after the server was killed; and others do not see it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, PHONE } from './lib/browser.mjs';
import { ask } from './lib/flows.mjs';
import { button, choose, column, eventually, table } from './lib/lists.mjs';
import { signInAs } from './lib/people.mjs';
import { startServer } from './lib/server.mjs';
import { LANGUAGES, words } from './lib/words.mjs';

for (const language of LANGUAGES) {
  test(`jobs in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer({ arguments: ['--demo'] });
    const browser = await openBrowser(server.url);
    const states = (page) => column(page, t('jobs-title'), t('jobs-state'));
    try {
      const system = await signInAs(browser, server, t, 'system_admin', { language });
      const lead = await signInAs(browser, server, t, 'sales_lead', { language });

      await context.test('the schedule of every organisation is there, with its next job', async () => {
        const { page, picture, overflow, close } = await system.open('/admin/jobs');
        await eventually(async () => assert.deepEqual(await states(page), [t('job-state-waiting')]));
        assert.deepEqual(await column(page, t('jobs-schedules'), t('jobs-catch-up')), [t('job-catch-up-once')]);
        assert.deepEqual(await column(page, t('jobs-schedules'), t('jobs-kind')), [t('job-kind-jobs_sweep')]);
        await picture('jobs');
        assert.equal(await overflow(), 0);
        await close();
        const small = await system.open('/admin/jobs', { size: PHONE, theme: 'dark' });
        await small.page.getByText(t('job-state-waiting'), { exact: true }).first().waitFor();
        await small.picture('jobs-phone');
        assert.equal(await small.overflow(), 0);
        await small.close();
      });

      await context.test('a job is ended, and the schedule goes on', async () => {
        const { page, picture, close } = await system.open('/admin/jobs');
        await button(table(page, t('jobs-title')), t('jobs-cancel')).click();
        const dialog = page.getByRole('dialog', { name: t('jobs-cancel-title') });
        await dialog.waitFor();
        await picture('jobs-cancel');
        await button(dialog, t('jobs-cancel')).click();
        await eventually(async () =>
          assert.deepEqual((await states(page)).sort(), [t('job-state-cancelled'), t('job-state-waiting')].sort()),
        );
        await choose(page, t('jobs-state'), t('job-state-cancelled'));
        await eventually(async () => assert.deepEqual(await states(page), [t('job-state-cancelled')]));
        await close();
      });

      await context.test('a server that is killed has its jobs afterwards, once', async () => {
        const listed = async () => {
          const { page, close } = await system.open('/admin/jobs');
          const { body } = await ask(page, '/jobs?limit=200');
          await close();
          return body.items.map(({ id, state, due_at: due }) => `${id} ${state} ${due}`).sort();
        };
        const before = await listed();
        assert.equal(before.length, 2);
        await server.kill();
        await server.start();
        assert.deepEqual(await listed(), before);
      });

      await context.test('nobody else sees them', async () => {
        const { page, close } = await lead.open('/customers');
        for (const path of ['/jobs', '/jobs/schedules']) assert.equal((await ask(page, path)).status, 403, path);
        assert.equal(await page.getByRole('link', { name: t('nav-jobs'), exact: true }).count(), 0);
        await close();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
