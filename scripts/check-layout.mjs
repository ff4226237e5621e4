// Keeps the layout that ARCHITECTURE.md promises. Each rule looks at one thing and returns sentences, one per
// offence; no sentence, no offence. `node scripts/check-layout.mjs` prints them and fails if there is one.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Lines a file may have. Those that had more when the rule came are in the allowance list, which may only shrink. */
export const LINES = 600;
const ALLOWANCES = 'scripts/check-layout.allowances.json';

const CODE = /\.(rs|ts|tsx|mjs|js|css|cedar|sql|sh)$|^scripts\/[a-z-]+$|^\.ci\/run$/;
const GENERATED = /^web\/src\/api\/schema\.ts$|package-lock\.json$|^Cargo\.lock$/;
/** Rust that may hold text in a customer's language: tests, tables of data, and the crates that parse what people write. */
const CJK_WELCOME = /^crates\/(values|tabular|search)\/|(^|\/)(tests?|data|fixtures|presets|demo)(\/|\.rs$|_tests?\.rs$)|_tests?\.rs$|(^|\/)benches\//;
const CJK = /[\u3400-\u9fff\uf900-\ufaff]/;

/** Which crates of ours each crate may name. What is not listed is forbidden. */
const BASE = ['custos-values'];
const LIBRARIES = [...BASE, 'custos-kernel', 'custos-store', 'custos-http', 'custos-search', 'custos-tabular'];
/** Protocols and services between the libraries and the features. */
const SERVICES = ['custos-outbox', 'custos-jobs', 'custos-keys', 'custos-federation', 'custos-saml', 'custos-scim'];
const FEATURES = [...SERVICES, 'custos-transparency', 'custos-access', 'custos-identity', 'custos-audit', 'custos-crm'];
export const DIRECTION = {
  'custos-values': [],
  'custos-kernel': BASE,
  'custos-tabular': BASE,
  'custos-search': [...BASE, 'custos-kernel'],
  // Pages: it knows nothing of what stands on them.
  'custos-paper': [],
  // Read by those who rely on it: nothing of the server but its kernel.
  'custos-verify': [...BASE, 'custos-kernel'],
  'custos-store': [...BASE, 'custos-kernel'],
  'custos-http': [...BASE, 'custos-kernel'],
  'custos-outbox': LIBRARIES,
  'custos-jobs': LIBRARIES,
  'custos-keys': LIBRARIES,
  // Protocols only: no database, no routes.
  'custos-federation': [...BASE, 'custos-kernel'],
  'custos-saml': [...BASE, 'custos-kernel'],
  'custos-scim': [],
  // It knows people through a trait only.
  'custos-transparency': [...LIBRARIES, 'custos-outbox'],
  'custos-access': [...LIBRARIES, 'custos-outbox', 'custos-paper'],
  'custos-identity': [...LIBRARIES, ...SERVICES, 'custos-access'],
  'custos-audit': [...LIBRARIES, 'custos-identity', 'custos-access', 'custos-outbox'],
  'custos-crm': [...LIBRARIES, 'custos-jobs', 'custos-identity', 'custos-access'],
  'custos-testkit': [...LIBRARIES, ...FEATURES],
  custos: [...LIBRARIES, ...FEATURES, 'custos-verify'],
  // It measures the binary from outside.
  'custos-bench': [],
};

/** `files`: Map of path → text. `allowances`: path → lines it may still have. */
export function tooLong(files, allowances) {
  const offences = [];
  for (const [file, text] of files) {
    if (!CODE.test(file) || GENERATED.test(file)) continue;
    const lines = text.split('\n').length - 1;
    const allowed = allowances[file];
    if (allowed === undefined && lines > LINES) {
      offences.push(`${file}: ${lines} lines, more than ${LINES}: give each purpose a file`);
    } else if (allowed !== undefined && lines > allowed) {
      offences.push(`${file}: ${lines} lines, it had ${allowed}: it may only shrink`);
    } else if (allowed !== undefined && lines <= LINES) {
      offences.push(`${file}: ${lines} lines: strike it from ${ALLOWANCES}`);
    }
  }
  for (const file of Object.keys(allowances)) {
    if (!files.has(file)) offences.push(`${file}: gone: strike it from ${ALLOWANCES}`);
  }
  return offences;
}

export function namelessConcepts(files) {
  const vague = /(^|[\/_-])(utils?|common|helpers?|misc)([_-]|\.[a-z]+$|\/)/i;
  return [...files.keys()].filter((file) => vague.test(file)).map((file) => `${file}: name the concept`);
}

export function openEnds(files) {
  const offences = [];
  eachLine(files, CODE, (file, line, number) => {
    const mark = /\b(TODO|FIXME|XXX|HACK)\b/.exec(line);
    if (mark && !/#\d+/.test(line)) offences.push(`${file}:${number}: ${mark[1]} without an issue (#number)`);
  });
  return offences;
}

export function machinePaths(files) {
  const offences = [];
  const somebodysMachine = /(^|[\s"'`(=:])\/(root|work|home\/(?!\$)[a-z][a-z0-9_-]*|Users\/[A-Za-z]\w*)\//;
  eachLine(files, /./, (file, line, number) => {
    if (/package-lock\.json$|\.csv$/.test(file)) return;
    if (somebodysMachine.test(line)) offences.push(`${file}:${number}: a path of one machine`);
  });
  return offences;
}

/** Words that people read are in locales/; see CJK_WELCOME for text that is not shown but read or compared. */
export function wordsInRust(files) {
  const offences = [];
  for (const [file, text] of files) {
    if (!file.endsWith('.rs') || CJK_WELCOME.test(file)) continue;
    const production = text.split(/^#\[cfg\(test\)\]\s*\n(?:#\[.*\n)*mod tests? \{/m)[0];
    production.split('\n').forEach((line, index) => {
      // Comments may name things as the trade names them.
      const code = line.replace(/(^|\s)\/\/.*$/, '');
      if (CJK.test(code)) offences.push(`${file}:${index + 1}: words belong in locales/, data in a folder data/`);
    });
  }
  return offences;
}

/** Message ids (with attributes) of a Fluent file. */
export function messagesOf(text) {
  const ids = [];
  let message = '';
  for (const line of text.split('\n')) {
    const id = /^(-?[a-zA-Z][\w-]*)\s*=/.exec(line);
    const attribute = /^\s+\.([a-zA-Z][\w-]*)\s*=/.exec(line);
    if (id) ids.push((message = id[1]));
    else if (attribute) ids.push(`${message}.${attribute[1]}`);
  }
  return ids;
}

export function incompleteLocales(files) {
  const offences = [];
  const languages = new Map();
  for (const [file, text] of files) {
    const place = /^locales\/([^/]+)\/(.+\.ftl)$/.exec(file);
    if (!place) continue;
    const ids = messagesOf(text);
    for (const id of ids.filter((id, index) => ids.indexOf(id) !== index)) offences.push(`${file}: ${id} twice`);
    if (!languages.has(place[1])) languages.set(place[1], new Map());
    languages.get(place[1]).set(place[2], new Set(ids));
  }
  for (const [language, features] of languages) {
    for (const [other, theirs] of languages) {
      for (const [feature, ids] of theirs) {
        const missing = [...ids].filter((id) => !features.get(feature)?.has(id));
        if (missing.length) {
          offences.push(`locales/${language}/${feature}: lacks ${missing.join(', ')} of locales/${other}/${feature}`);
        }
      }
    }
  }
  return offences;
}

/** `packages`: the workspace's packages as `cargo metadata` gives them. */
export function wrongDirection(packages) {
  const offences = [];
  for (const { name, dependencies } of packages) {
    const allowed = DIRECTION[name];
    if (!allowed) {
      offences.push(`crate ${name}: say in scripts/check-layout.mjs which crates it may use`);
      continue;
    }
    for (const dependency of dependencies) {
      const ours = dependency.name === 'custos' || dependency.name.startsWith('custos-');
      const forTests = dependency.kind === 'dev' && ['custos-testkit', ...LIBRARIES].includes(dependency.name);
      if (ours && !forTests && !allowed.includes(dependency.name)) {
        offences.push(`crate ${name}: must not depend on ${dependency.name}`);
      }
    }
  }
  return offences;
}

export function foldersNamedAsCrates(packages, root) {
  return packages
    .map(({ name, manifest_path }) => [name, path.relative(root, path.dirname(manifest_path))])
    .filter(([name, folder]) => folder !== (name === 'custos-bench' ? 'bench' : `crates/${name.replace(/^custos-/, '')}`))
    .map(([name, folder]) => `crate ${name}: lies in ${folder}`);
}

function eachLine(files, which, look) {
  for (const [file, text] of files) {
    if (!which.test(file) || GENERATED.test(file)) continue;
    text.split('\n').forEach((line, index) => look(file, line, index + 1));
  }
}

function trackedFiles(root) {
  const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
    .toString()
    .split('\0')
    .filter((file) => file && existsSync(path.join(root, file)));
  const files = new Map();
  for (const file of names) {
    const bytes = readFileSync(path.join(root, file));
    // Pictures and spreadsheets count by name only.
    files.set(file, bytes.includes(0) ? '' : bytes.toString('utf8'));
  }
  return files;
}

function metadata(root) {
  const told = spawnSync('cargo', ['metadata', '--format-version', '1', '--no-deps', '--locked'], {
    cwd: root,
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Cargo has said why.
  if (told.status !== 0) process.exit(1);
  return JSON.parse(told.stdout);
}

function main() {
  const root = path.resolve(import.meta.dirname, '..');
  const files = trackedFiles(root);
  // These two name what they look for.
  for (const own of ['scripts/check-layout.mjs', 'scripts/check-layout.test.mjs']) files.delete(own);
  const { packages } = metadata(root);
  const offences = [
    ...tooLong(files, JSON.parse(readFileSync(path.join(root, ALLOWANCES), 'utf8'))),
    ...namelessConcepts(files),
    ...openEnds(files),
    ...machinePaths(files),
    ...wordsInRust(files),
    ...incompleteLocales(files),
    ...wrongDirection(packages),
    ...foldersNamedAsCrates(packages, root),
  ];
  for (const offence of offences) console.error(offence);
  console.log(`layout: ${files.size} files, ${offences.length} offences`);
  process.exitCode = offences.length ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
