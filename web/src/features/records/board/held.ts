import type { Held } from "./BoardColumns";

/** The name under which a card travels with the pointer. */
const HELD = Symbol("held");

export function withHeld(held: Held): Record<symbol, unknown> {
  return { [HELD]: held };
}

/** The card a drag is of; undefined when something else is dragged. */
export function heldIn(data: Record<string | symbol, unknown>): Held | undefined {
  return data[HELD] as Held | undefined;
}
