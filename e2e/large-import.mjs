// Imports a big generated file on the command line and prints speed and memory; by hand, not part of the tests:
//   CUSTOS_BINARY=… node large-import.mjs [rows, 1000000] [folder for the data]
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { ApiClient } from './lib/api.mjs';
import { custos } from './lib/cli.mjs';
import { FIRST_PEOPLE } from './lib/flows.mjs';
import { startServer } from './lib/server.mjs';

const rows = Number(process.argv[2] ?? 1_000_000);
if (process.argv[3]) process.env.TMPDIR = process.argv[3];
const folder = await mkdtemp(path.join(os.tmpdir(), 'custos-large-'));
const lead = { role: 'sales_lead', name: '主管', login: 'lead', password: 'pebble-saffron-31-tunnel-kite' };

/** Memory of the server in MB: now, and at most since it started. */
async function memory(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return { resident: Math.round(kib('VmRSS') / 1024), peak: Math.round(kib('VmHWM') / 1024) };
}

async function generate(file) {
  const out = createWriteStream(file);
  out.write('公司名称,联系人,手机,邮箱,地址,备注\n');
  for (let at = 0; at < rows; at += 1) {
    const phone = 13_000_000_000 + at;
    // Every 1,000th number is not one: those rows have to come back as rejected.
    const number = at % 1000 === 999 ? 'x' : phone;
    const line = `华东样本${at}贸易有限公司,王${at % 97}明,${number},buyer${at}@example.com,杭州市西湖区文三路${at % 900}号,第${at}条备注\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

const server = await startServer();
try {
  const file = path.join(folder, 'large.csv');
  await generate(file);
  const ca = await readFile(path.join(server.data, 'tls', 'certificate.pem'));
  const api = new ApiClient(server.url, ca);
  const users = [...FIRST_PEOPLE, lead];
  await api.call('POST', '/setup', { setup_code: server.setupCode, organisation_name: '大文件', language: 'zh-CN', users });
  const authenticator = await new ApiClient(server.url, ca).signInFirst(lead.login, lead.password);
  const before = await memory(server.pid);
  let most = 0;
  const sampling = setInterval(async () => {
    const { resident } = await memory(server.pid);
    most = Math.max(most, resident);
  }, 500);
  const start = performance.now();
  const args = ['import', file, '--json', '--server', server.url, '--data', server.data, '--account', lead.login];
  const input = `${lead.password}\n${await authenticator.code()}\n`;
  const { code, out, err } = await custos([...args, '--password-file', '-', '--totp-file', '-'], { input, cwd: folder });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampling);
  console.log(out || err);
  const after = await memory(server.pid);
  await server.kill();
  await server.start();
  let idle;
  // The index is read behind the start.
  for (let second = 0; second < 30; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    idle = await memory(server.pid);
  }
  console.log(JSON.stringify({ code, rows, seconds: Math.round(seconds), rowsPerSecond: Math.round(rows / seconds), before, most, after, afterRestart: idle }));
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
