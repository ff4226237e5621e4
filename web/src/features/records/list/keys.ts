export type KeyIntent = "next" | "previous" | "open" | "close";

const INTENTS: Record<string, KeyIntent> = {
  j: "next",
  ArrowDown: "next",
  k: "previous",
  ArrowUp: "previous",
  Enter: "open",
  Escape: "close",
};

/** What a key means to a list beside which a record may be open. */
export function intentOf(key: string): KeyIntent | undefined {
  return INTENTS[key];
}

/** The row after or before one; the first when one is on none, and none beyond the ends. */
export function neighbour(
  ids: readonly string[],
  current: string | undefined,
  intent: "next" | "previous",
): string | undefined {
  const at = current === undefined ? -1 : ids.indexOf(current);
  if (at < 0) return intent === "next" ? ids[0] : undefined;
  return ids[intent === "next" ? at + 1 : at - 1];
}

/** What lies over the list and takes keys for itself. The panel of a record, beside which one walks on, does not. */
const OVERLAYS = [
  ".ant-modal-wrap:not([style*='none'])",
  ".ant-drawer-open:not(.record-panel-root)",
  ".ant-dropdown:not(.ant-dropdown-hidden)",
  ".ant-select-dropdown:not(.ant-select-dropdown-hidden)",
  ".ant-picker-dropdown:not(.ant-picker-dropdown-hidden)",
  ".ant-popover:not(.ant-popover-hidden)",
].join(",");

/** What is written in takes every key. */
const WRITING = "input, textarea, select, [contenteditable], [role=combobox]";
/** What is walked through by itself takes the keys for that. */
const WALKS = "[role=tab], [role=radio], [role=listbox], [role=menu], [data-own-keys]";
const WALKING = new Set(["ArrowDown", "ArrowUp", "Enter"]);

/** Whether something lies over the list now. */
export function isCovered(): boolean {
  return document.querySelector(OVERLAYS) !== null;
}

/** Whether a key press is meant for the list: not while something is written or chosen in its place. */
export function isForList(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target, key } = event;
  if (!(target instanceof HTMLElement)) return true;
  if (target.closest(WRITING) !== null) return false;
  if (WALKING.has(key) && target.closest(WALKS) !== null) return false;
  // Enter on a button or a link is for it.
  return key !== "Enter" || target.closest("button, a") === null;
}
