const BLOCK = 512;

/** Where the content of the first member whose name matches stands in a tar file: { name, start, end }. */
export function memberOf(tar, pattern) {
  const text = (from, length) => tar.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = [text(at + 345, 155), text(at, 100)].filter(Boolean).join('/');
    const size = Number.parseInt(text(at + 124, 12), 8);
    const start = at + BLOCK;
    if (size > 0 && pattern.test(name)) return { name, start, end: start + size };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error(`no member of the file matches ${pattern}`);
}
