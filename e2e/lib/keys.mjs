// An installation with customers in it, whose root key is moved about, stopped and started.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ApiClient } from './api.mjs';
import { custos } from './cli.mjs';
import { FIRST_PEOPLE, person } from './flows.mjs';
import { startServer } from './server.mjs';

export const CUSTOMER = { name: '沉香木业有限公司', phone: '13912345678', notes: '年底前补签保密协议' };
/** What an intruder would look for. */
export const SECRETS = [CUSTOMER.name, CUSTOMER.phone, CUSTOMER.notes, '顾晓峰', 'gu.xiaofeng'];

/**
 * A running server, set up, with `count` customers: { server, sales, system, customers, keys(args, options), file(), seen() }.
 * `environment` is shared by the server and the command line, and may be changed between two starts.
 */
export async function installation({ count = 1, environment = {} } = {}) {
  const server = await startServer({ environment });
  const certificate = await readFile(path.join(server.data, 'tls', 'certificate.pem'));
  const client = () => new ApiClient(server.url, certificate);
  const setup = { setup_code: server.setupCode, organisation_name: '密钥试验', language: 'zh-CN', users: FIRST_PEOPLE };
  assert.equal((await client().call('POST', '/setup', setup)).status, 201);
  const [sales, system, security] = await Promise.all(
    ['sales_lead', 'system_admin', 'security_admin'].map(async (role) => {
      const api = client();
      await api.signInFirst(person(role).login, person(role).password);
      return api;
    }),
  );
  const customers = [];
  for (let number = 0; number < count; number += 1) {
    const fields = number === 0 ? CUSTOMER : { name: `客户 ${number}`, phone: `138${String(number).padStart(8, '0')}` };
    const made = await sales.call('POST', '/customers', { fields });
    assert.equal(made.status, 201, made.text);
    customers.push(made.body.id);
  }
  const keyFile = path.join(server.data, 'keys', 'root.key');
  return {
    server,
    sales,
    system,
    security,
    certificate,
    customers,
    /** `custos keys …` on its data folder. */
    keys: (args, options = {}) =>
      custos(['keys', '--data', server.data, ...args], {
        ...options,
        environment: { ...environment, ...options.environment },
      }),
    file: () => readFile(keyFile, 'utf8'),
    put: (text) => writeFile(keyFile, text, { mode: 0o600 }),
    /** Starts it, and looks at the customer as somebody who works there. */
    async opens() {
      await server.start();
      sales.move(server.url);
      const { status, body } = await sales.call('GET', `/customers/${customers[0]}`);
      assert.equal(status, 200);
      assert.equal(body.fields.name, CUSTOMER.name);
      await server.kill();
    },
    /** Ends it, if it runs, and removes its data. */
    async close() {
      await server.kill();
      await rm(server.data, { recursive: true, force: true });
    },
    /** Tries to start it: what it says, once it has given up. */
    async refuses(more = {}) {
      const told = await custos(['serve', '--data', server.data, '--listen', '127.0.0.1:0', '--lang', 'en'], {
        environment: { ...environment, ...more },
      });
      assert.equal(told.code, 2, told.err);
      assert.equal(told.out, '', 'it never said that it listens');
      return told.err;
    },
  };
}
