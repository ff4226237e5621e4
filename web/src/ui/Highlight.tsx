/** The places of `term` in `text`, without regard to case. */
export function matchesOf(text: string, term: string): [start: number, end: number][] {
  const found: [number, number][] = [];
  const needle = term.trim().toLowerCase();
  const hay = text.toLowerCase();
  // Lower-casing may change the length of rare letters; the places would then be wrong.
  if (needle === "" || hay.length !== text.length) return found;
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + needle.length)) {
    found.push([at, at + needle.length]);
  }
  return found;
}

/** A text with the sought words marked. */
export function Highlight({ text, term }: { text: string; term: string | undefined }) {
  if (term === undefined) return text;
  const parts = [];
  let from = 0;
  for (const [start, end] of matchesOf(text, term)) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  parts.push(text.slice(from));
  return parts;
}
