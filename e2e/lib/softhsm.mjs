// A security module in software (SoftHSM), with a token of its own in a folder of its own.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
];

/**
 * Makes a token. Gives { module, pin, folder, environment, run(args), close() }: `environment` is what whoever uses it
 * needs, `run` is softhsm2-util.
 */
export async function makeToken({ label, pin = '73910462' }) {
  const module = MODULES.find((file) => existsSync(file));
  if (!module) throw new Error('SoftHSM is missing: scripts/install test, or apt-get install softhsm2');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'softhsm-'));
  const config = path.join(folder, 'softhsm2.conf');
  const tokens = path.join(folder, 'tokens');
  await mkdir(tokens);
  await writeFile(config, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const run = (args) =>
    execFileSync('softhsm2-util', args, { env: { ...process.env, SOFTHSM2_CONF: config }, stdio: 'pipe' }).toString();
  run(['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '90817263']);
  return {
    module,
    pin,
    folder,
    tokens,
    environment: { SOFTHSM2_CONF: config, CUSTOS_PKCS11_MODULE: module },
    run,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
