// Fails when the first page weighs too much: everything the browser needs before it can show the sign-in or the
// customer list, whichever is heavier, in one language, compressed.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 450;
const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

/** The files a chunk needs, its static imports and style sheets included. */
function filesOf(key, found = new Set()) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`${key} is not in the build`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const sheet of chunk.css ?? []) found.add(sheet);
  for (const other of chunk.imports ?? []) filesOf(other, found);
  return found;
}

const kilobytes = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1000;

const pages = {
  "sign-in": "src/features/session/SignInPage.tsx",
  customers: "src/features/customers/list/CustomersPage.tsx",
};
const languages = ["src/i18n/zh-CN.ts", "src/i18n/en.ts"];
let failed = false;
for (const [page, key] of Object.entries(pages)) {
  for (const language of languages) {
    const files = filesOf("index.html");
    for (const part of [key, language]) filesOf(part, files);
    const total = [...files].reduce((sum, file) => sum + kilobytes(file), 0);
    const over = total > LIMIT_KB;
    failed ||= over;
    console.log(
      `${page} in ${language.replace(/.*\/|\.ts/g, "")}: ${total.toFixed(1)} kB of ${LIMIT_KB}${over ? ": too much" : ""}`,
    );
  }
}
process.exit(failed ? 1 : 0);
