// Reads the first sheet of a workbook: enough for what the product writes, by means of Node alone.
import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;

/** The rows of the first sheet, as texts. */
export function sheetRows(workbook) {
  const parts = unzip(workbook);
  const shared = [...(parts.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, item]) => textOf(item));
  const sheet = [...parts.keys()].filter((name) => name.startsWith('xl/worksheets/')).sort()[0];
  return [...parts.get(sheet).matchAll(/<row\b[^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
    const cells = [];
    for (const [, attributes, content = ''] of row.matchAll(/<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const place = /r="([A-Z]+)\d+"/.exec(attributes)?.[1];
      const kind = /t="(\w+)"/.exec(attributes)?.[1];
      const value = /<v>(.*?)<\/v>/s.exec(content)?.[1] ?? '';
      cells[place === undefined ? cells.length : columnOf(place)] =
        kind === 's' ? shared[Number(value)] : kind === 'inlineStr' ? textOf(content) : unescape(value);
    }
    return Array.from(cells, (cell) => cell ?? '');
  });
}

function columnOf(letters) {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function textOf(xml) {
  return unescape([...xml.matchAll(/<t\b[^>]*>(.*?)<\/t>/gs)].map(([, text]) => text).join(''));
}

function unescape(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (_, name) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.replace('#x', '0x').replace('#', ''))) : named[name],
  );
}

/** The text files of an archive, by name, from its central directory. */
function unzip(archive) {
  const end = archive.lastIndexOf(Buffer.from(Uint32Array.of(END).buffer));
  const parts = new Map();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const header = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const bytes = archive.subarray(start, start + size);
    parts.set(name, (method === 0 ? bytes : inflateRawSync(bytes)).toString('utf8'));
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}
