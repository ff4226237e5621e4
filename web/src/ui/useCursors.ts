import { useState } from "react";

export interface Cursors {
  /** The cursor of the page shown; undefined for the first. */
  cursor: string | undefined;
  index: number;
  next: (cursor: string) => void;
  previous: () => void;
}

/** Remembers the cursors of the pages passed, so that one can go back. Starts over when `list` (what is listed) changes. */
export function useCursors(list: string): Cursors {
  const [trail, setTrail] = useState<{ list: string; cursors: string[] }>({ list, cursors: [] });
  const cursors = trail.list === list ? trail.cursors : [];
  return {
    cursor: cursors.at(-1),
    index: cursors.length,
    next: (cursor) => setTrail({ list, cursors: [...cursors, cursor] }),
    previous: () => setTrail({ list, cursors: cursors.slice(0, -1) }),
  };
}
