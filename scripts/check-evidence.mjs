#!/usr/bin/env node
// Documents that name tests as evidence name tests that exist, and the table of OWASP ASVS has a line for every
// requirement it promises. A test is named as `file::function` (Rust) or `file: "words of its name"` (browser).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Requirements of levels 1 and 2 of ASVS 5.0.0 in the chapters on authentication, sessions, tokens, OAuth and OIDC. */
export const ASVS = {
  '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4,
  '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2,
  '9.1': 3, '9.2': 4,
  '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3,
};

const RUST = /`((?:crates|fuzz)\/[\w./-]+\.rs)::(\w+)`/g;
const BROWSER = /`((?:e2e|web)\/[\w./-]+\.(?:mjs|ts|tsx)): "([^"`]+)"`/g;

/** What is wrong with a document. `read` gives the text of a file, or undefined. */
export function unfounded(name, text, read) {
  const offences = [];
  for (const [, file, test] of text.matchAll(RUST)) {
    const code = read(file);
    if (code === undefined) offences.push(`${name}: ${file} is gone`);
    else if (!new RegExp(`\\bfn ${test}\\b`).test(code)) offences.push(`${name}: ${file} has no test ${test}`);
  }
  for (const [, file, test] of text.matchAll(BROWSER)) {
    const code = read(file);
    if (code === undefined) offences.push(`${name}: ${file} is gone`);
    else if (!code.includes(test)) offences.push(`${name}: ${file} has no test "${test}"`);
  }
  return offences;
}

/** Requirements without a line, and lines that say neither which test shows it nor why none does. */
export function uncovered(text) {
  const offences = [];
  for (const [section, count] of Object.entries(ASVS)) {
    for (let number = 1; number <= count; number += 1) {
      const id = `${section}.${number}`;
      const line = text.split('\n').find((row) => row.startsWith(`| ${id} |`));
      if (line === undefined) offences.push(`ASVS ${id} has no line`);
      else if (!/::\w+`|: "[^"]+"`|\bn\/a: .+|\bdocument: .+|\bgap: .+/.test(line)) offences.push(`ASVS ${id} names no test and no reason`);
    }
  }
  return offences;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = path.resolve(import.meta.dirname, '..');
  const read = (file) => {
    const full = path.join(root, file);
    return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
  };
  const folder = 'docs/security';
  const offences = [];
  for (const file of readdirSync(path.join(root, folder)).filter((entry) => entry.endsWith('.md'))) {
    offences.push(...unfounded(`${folder}/${file}`, read(`${folder}/${file}`), read));
  }
  offences.push(...uncovered(read(`${folder}/asvs.md`) ?? ''));
  for (const offence of offences) console.error(offence);
  console.log(`evidence: ${offences.length} offences`);
  if (offences.length > 0) process.exit(1);
}
