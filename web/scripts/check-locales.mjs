// Holds the two languages and the pages together: same messages with the same parameters, none missing, none unused,
// and no words in the pages themselves.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@fluent/syntax";

const here = dirname(fileURLToPath(import.meta.url));
const locales = join(here, "../../locales");
const source = join(here, "../src");
const LANGUAGES = ["zh-CN", "en"];
const FEATURES = [
  "access",
  "account",
  "admin",
  "app",
  "approvals",
  "audit",
  "customers",
  "emergency",
  "errors",
  "federation",
  "fields",
  "findings",
  "imports",
  "keys",
  "objects",
  "outbox",
  "records",
  "reviews",
  "security",
  "session",
  "setup",
  "unused",
  "witnesses",
];

const faults = [];
const fault = (text) => faults.push(text);

/** The parameters a piece of a message mentions. */
function variablesOf(node, found = new Set()) {
  if (Array.isArray(node)) for (const part of node) variablesOf(part, found);
  else if (node !== null && typeof node === "object") {
    if (node.type === "VariableReference") found.add(node.id.name);
    for (const [key, value] of Object.entries(node)) if (key !== "span") variablesOf(value, found);
  }
  return found;
}

/** The messages of one language: id → file and parameters. */
function messagesOf(language) {
  const messages = new Map();
  for (const feature of FEATURES) {
    const file = `${language}/${feature}.ftl`;
    for (const entry of parse(readFileSync(join(locales, file), "utf8"), { withSpans: false }).body) {
      if (entry.type === "Junk") fault(`${file}: cannot be read: ${entry.content.split("\n")[0]}`);
      if (entry.type !== "Message") continue;
      const id = entry.id.name;
      if (messages.has(id)) fault(`${file}: ${id} is also in ${messages.get(id).file}`);
      messages.set(id, { file, feature, variables: [...variablesOf(entry.value)].sort().join(" ") });
    }
  }
  return messages;
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) && entry.name !== "schema.ts" ? [path] : [];
  });
}

const [reference, ...others] = LANGUAGES.map((language) => [language, messagesOf(language)]);
const known = reference[1];
for (const [language, messages] of others) {
  for (const [id, { feature, variables }] of known) {
    const other = messages.get(id);
    if (other === undefined) fault(`${language}: ${id} is missing`);
    else if (other.feature !== feature)
      fault(`${language}: ${id} stands in ${other.feature}, not in ${feature}`);
    else if (other.variables !== variables)
      fault(`${language}: ${id} takes {${other.variables}}, not {${variables}}`);
  }
  for (const id of messages.keys()) if (!known.has(id)) fault(`${reference[0]}: ${id} is missing`);
}

const literals = new Set();
const prefixes = new Set();
for (const path of sourceFiles(source)) {
  const name = relative(source, path);
  const code = readFileSync(path, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[\s;{(])\/\/.*$/gm, "$1");
  for (const [, id] of code.matchAll(/\bt(?:\.has)?\(\s*"([^"]+)"/g))
    if (!known.has(id)) fault(`${name}: no words for ${id}`);
  for (const [, literal] of code.matchAll(/"([a-z][a-z0-9_-]*)"/gi)) literals.add(literal);
  for (const [, prefix] of code.matchAll(/`([a-z][a-z0-9-]*-)\$\{/g)) prefixes.add(prefix);
  const han = /\p{Script=Han}[^"`\n]*/u.exec(code);
  if (han !== null) fault(`${name}: words in the code: ${han[0]}`);
  for (const [, text] of code.matchAll(/>\s*([A-Z][a-z]+(?: [A-Za-z]+)+[.!?]?)\s*<\//g))
    fault(`${name}: words in the code: ${text}`);
  for (const [, text] of code.matchAll(
    /\b(?:title|placeholder|aria-label|alt|label|description|okText)="([^"]+)"/g,
  )) {
    fault(`${name}: words in the code: ${text}`);
  }
}
for (const id of known.keys()) {
  if (!literals.has(id) && ![...prefixes].some((prefix) => id.startsWith(prefix))) fault(`${id} is not used`);
}

for (const text of faults) console.error(text);
console.log(`${known.size} messages in ${LANGUAGES.length} languages, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
