// A directory server (OpenLDAP's slapd) on a free port of this machine, with one person.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const SERVICE = { dn: 'cn=custos,dc=example', password: 'service-secret' };

/** Gives { url, close() }. `person` is { login, name, mail, password }. */
export async function startDirectory(person) {
  const program = ['/usr/sbin/slapd', '/usr/local/sbin/slapd', '/usr/libexec/slapd'].find((file) => existsSync(file));
  if (!program) throw new Error('slapd is missing: scripts/install test, or apt-get install slapd');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slapd-'));
  const [config, people] = [path.join(folder, 'slapd.conf'), path.join(folder, 'people.ldif')];
  await mkdir(path.join(folder, 'data'));
  await writeFile(config, `${['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
database mdb
suffix "dc=example"
rootdn "${SERVICE.dn}"
rootpw ${SERVICE.password}
directory ${folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
`);
  await writeFile(people, `dn: dc=example
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: uid=${person.login},dc=example
objectClass: inetOrgPerson
uid: ${person.login}
cn:: ${Buffer.from(person.name).toString('base64')}
sn:: ${Buffer.from(person.name).toString('base64')}
mail: ${person.mail}
userPassword: ${person.password}
`);
  execFileSync(program, ['-T', 'add', '-f', config, '-l', people], { stdio: 'ignore' });
  const port = await freePort();
  const url = `ldap://127.0.0.1:${port}`;
  const server = spawn(program, ['-d', '0', '-h', url, '-f', config], { stdio: 'ignore' });
  await listening(port);
  return {
    url,
    close: async () => {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('slapd does not listen');
}
