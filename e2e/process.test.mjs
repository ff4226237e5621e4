// What the running server keeps from other people on the machine.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { filesIn } from './lib/plaintext.mjs';
import { startServer } from './lib/server.mjs';

test('a server leaves no core dump and makes files for its owner only', async () => {
  const server = await startServer();
  try {
    const limits = await readFile(`/proc/${server.pid}/limits`, 'utf8');
    assert.match(limits, /^Max core file size +0 +0 /m);
    const files = filesIn(server.data);
    assert.ok(files.length > 3, files.join(' '));
    for (const file of [server.data, ...files]) {
      const { mode } = await stat(file);
      assert.equal(mode & 0o077, 0, `${path.relative(server.data, file)} is open to others: ${(mode & 0o777).toString(8)}`);
    }
  } finally {
    await server.stop();
  }
});
