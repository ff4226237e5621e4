/** A place in a text: from and to in UTF-16 units, line and column from 1 on. */
export interface Place {
  from: number;
  to: number;
  line: number;
  column: number;
}

/** The place that the server names in bytes of UTF-8; null where it names none. */
export function placeOf(text: string, start: string | undefined, end: string | undefined): Place | null {
  if (start === undefined || start === "" || !/^\d+$/.test(start)) return null;
  const from = unitsOf(text, Number(start));
  const to = Math.max(from, end === undefined || end === "" ? from : unitsOf(text, Number(end)));
  const before = text.slice(0, from);
  const line = before.split("\n").length;
  return { from, to, line, column: [...before.slice(before.lastIndexOf("\n") + 1)].length + 1 };
}

/** How many UTF-16 units the first `bytes` bytes of a text are. */
function unitsOf(text: string, bytes: number): number {
  let passed = 0;
  let units = 0;
  for (const character of text) {
    if (passed >= bytes) break;
    const code = character.codePointAt(0) ?? 0;
    passed += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += character.length;
  }
  return units;
}

/** The width of the longest line in columns; characters of Chinese take two. */
export function columnsOf(text: string): number {
  const width = (line: string) =>
    [...line].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0);
  return Math.max(...text.split("\n").map(width));
}
