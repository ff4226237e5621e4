// Looks for many texts in many files, as an intruder with the disk would: in UTF-8 and UTF-16, anywhere.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Shorter sequences of bytes occur in encrypted data by chance. */
const LEAST_BYTES = 8;
const ENCODINGS = ['utf8', 'utf16le'];

/** Where any of `texts` stands in a file of `folder` or below: [{ file, text }]. */
export function findTexts(folder, texts) {
  const sought = new Map();
  const starts = new Uint8Array(1 << 20);
  for (const text of new Set(texts)) {
    for (const encoding of ENCODINGS) {
      const bytes = Buffer.from(text, encoding);
      if (bytes.length < LEAST_BYTES) continue;
      const start = bytes.readUInt32LE(0);
      starts[slot(start)] = 1;
      sought.set(start, [...(sought.get(start) ?? []), { bytes, text }]);
    }
  }
  const found = [];
  for (const file of filesIn(folder)) {
    const content = readFileSync(file);
    let window = 0;
    for (let end = 0; end < content.length; end += 1) {
      window = ((window >>> 8) | (content[end] << 24)) >>> 0;
      if (starts[slot(window)] === 0) continue;
      for (const { bytes, text } of sought.get(window) ?? []) {
        const at = end - 3;
        if (at >= 0 && content.compare(bytes, 0, bytes.length, at, Math.min(at + bytes.length, content.length)) === 0) {
          found.push({ file, text });
        }
      }
    }
  }
  return found;
}

/** Every file of a folder and those below it. */
export function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function slot(start) {
  return (Math.imul(start, 0x9e3779b1) >>> 12) & 0xfffff;
}
