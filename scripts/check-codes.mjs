#!/usr/bin/env node
// Every code the server can answer with has words in every language: a person must never read a bare code.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

function* files(folder, ending) {
  for (const name of readdirSync(folder)) {
    const full = path.join(folder, name);
    if (statSync(full).isDirectory()) {
      if (name !== 'tests' && name !== 'examples') yield* files(full, ending);
    } else if (name.endsWith(ending) && !name.includes('tests')) yield full;
  }
}

const PATTERNS = [
  /\b(?:FieldError|Repair|RowError|TableError)::new\(\s*"([a-z0-9_.]+)"/g,
  /\bFieldProblem::new\((?:[^()",]|\([^()]*\)|"[^"]*"\s*(?=,))+,\s*"([a-z0-9_.]+)"/g,
  /\b(?:Problem|Self)::new\(\s*(?:http::)?StatusCode[^"]*?,\s*"([a-z0-9_.]+)"/g,
  /\bbad_request\(\s*"([a-z0-9_.]+)"/g,
];

const codes = new Map();
for (const file of files(path.join(root, 'crates'), '.rs')) {
  const text = readFileSync(file, 'utf8').replace(/#\[cfg\(test\)\]\s*mod tests \{[\s\S]*$/, '');
  for (const pattern of PATTERNS) {
    for (const [, code] of text.matchAll(pattern)) codes.set(code, path.relative(root, file));
  }
}
if (codes.size < 50) throw new Error(`only ${codes.size} codes found: the patterns no longer fit the code`);

let missing = 0;
for (const language of readdirSync(path.join(root, 'locales'))) {
  const words = [...files(path.join(root, 'locales', language), '.ftl')].map((file) => readFileSync(file, 'utf8')).join('\n');
  const ids = new Set([...words.matchAll(/^([a-zA-Z][\w-]*) *=/gm)].map(([, id]) => id));
  for (const [code, file] of [...codes].sort()) {
    const id = `error-${code.replaceAll('.', '-')}`;
    if (!ids.has(id)) {
      console.error(`locales/${language}: ${id} is missing (${file})`);
      missing += 1;
    }
  }
}
if (missing > 0) process.exit(1);
console.log(`${codes.size} codes have words in every language`);
