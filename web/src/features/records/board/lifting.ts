/** A card that is carried by keyboard, and the column it is held over. */
export interface Lifted {
  id: string;
  from: string;
  over: string;
}

/**
 * The column to hold a card over next, to the left or the right: columns it may not go to are passed by, the one it came
 * from is always open.
 */
export function heldOver(
  columns: readonly string[],
  { from, over }: Lifted,
  by: -1 | 1,
  mayGo: (code: string) => boolean,
): string {
  for (let at = columns.indexOf(over) + by; at >= 0 && at < columns.length; at += by) {
    const code = columns[at];
    if (code !== undefined && (code === from || mayGo(code))) return code;
  }
  return over;
}

export type Direction = "up" | "down" | "left" | "right";

export const DIRECTIONS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** The card to go to from another: within its column, or at the same height of the next column that has any. */
export function cardBeside(
  columns: readonly { items: readonly { id: string }[] }[],
  id: string,
  direction: Direction,
): string | undefined {
  const column = columns.findIndex(({ items }) => items.some((item) => item.id === id));
  const items = columns[column]?.items ?? [];
  const row = items.findIndex((item) => item.id === id);
  if (direction === "up" || direction === "down") return items[row + (direction === "down" ? 1 : -1)]?.id;
  const by = direction === "right" ? 1 : -1;
  for (let at = column + by; at >= 0 && at < columns.length; at += by) {
    const beside = columns[at]?.items ?? [];
    if (beside.length > 0) return beside[Math.min(row, beside.length - 1)]?.id;
  }
  return undefined;
}
