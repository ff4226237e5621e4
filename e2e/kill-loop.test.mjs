// Pulls the plug under load, again and again: no acknowledged write may be missing, and the log must verify.
// CUSTOS_KILLS sets how often (20 if not set).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { ApiClient } from './lib/api.mjs';
import { FIRST_PEOPLE, person } from './lib/flows.mjs';
import { startServer } from './lib/server.mjs';

const KILLS = Number(process.env.CUSTOS_KILLS ?? 20);
const WRITERS = 6;

test(`${KILLS} kills under load lose no acknowledged write`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
  const server = await startServer();
  try {
    const certificate = await readFile(path.join(server.data, 'tls', 'certificate.pem'));
    const client = () => new ApiClient(server.url, certificate);
    const setup = { setup_code: server.setupCode, organisation_name: '断电测试', language: 'zh-CN', users: FIRST_PEOPLE };
    assert.equal((await client().call('POST', '/setup', setup)).status, 201);
    const sales = client();
    await sales.signInFirst(person('sales_lead').login, person('sales_lead').password);
    const auditor = client();
    await auditor.signInFirst(person('audit_admin').login, person('audit_admin').password);

    const acknowledged = new Map();
    let made = 0;
    for (let round = 0; round < KILLS; round += 1) {
      let running = true;
      const fresh = [];
      const writer = async () => {
        while (running) {
          made += 1;
          const name = `客户 ${round}-${made}`;
          try {
            const { status, body } = await sales.call('POST', '/customers', { fields: { name } });
            if (status === 201) {
              acknowledged.set(body.id, name);
              fresh.push(body.id);
            }
          } catch {
            // The plug was pulled before the answer: whether it is there is left open.
          }
        }
      };
      const writers = Array.from({ length: WRITERS }, writer);
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 250));
      running = false;
      await server.kill();
      await Promise.all(writers);
      await server.start();
      sales.move(server.url);
      for (const id of fresh) {
        const { status, body } = await sales.call('GET', `/customers/${id}`);
        assert.equal(status, 200, `round ${round}: ${acknowledged.get(id)} was acknowledged and is gone`);
        assert.equal(body.fields.name, acknowledged.get(id));
      }
    }
    assert.ok(acknowledged.size > KILLS, `only ${acknowledged.size} writes were acknowledged: no load`);
    for (const [id, name] of acknowledged) {
      const { body } = await sales.call('GET', `/customers/${id}`);
      assert.equal(body?.fields?.name, name, `${name} was acknowledged and is gone`);
    }
    auditor.move(server.url);
    const verification = await auditor.call('POST', '/audit/verification', {});
    assert.equal(verification.status, 200, verification.text);
    assert.deepEqual(verification.body.findings, []);
    assert.ok(verification.body.entries_checked > acknowledged.size);
    console.log(`${KILLS} kills, ${acknowledged.size} acknowledged writes, all there; ${verification.body.entries_checked} entries verified`);
  } finally {
    await server.stop();
  }
});
