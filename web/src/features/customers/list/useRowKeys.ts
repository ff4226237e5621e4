import { useEffect, useState } from "react";

/** Whether a key press is meant for the list: not while something is written, chosen or asked. */
function isForList(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (
    document.querySelector(
      ".ant-modal-wrap:not([style*='none']), .ant-drawer-open, .ant-dropdown:not(.ant-dropdown-hidden)",
    ) !== null
  )
    return false;
  const { target } = event;
  return (
    !(target instanceof HTMLElement) ||
    target.closest("input, textarea, select, button, a, [role=combobox], [contenteditable]") === null
  );
}

/** Walks the rows with j and k and opens one with Enter. Returns the key of the row the walk is on. */
export function useRowKeys(keys: string[], open: (key: string) => void): string | undefined {
  const [current, setCurrent] = useState<string>();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isForList(event)) return;
      const at = current === undefined ? -1 : keys.indexOf(current);
      if (event.key === "Enter" && current !== undefined && at >= 0) return open(current);
      const next = event.key === "j" ? at + 1 : event.key === "k" ? Math.max(at - 1, 0) : -1;
      const key = keys[next];
      if (key === undefined) return;
      event.preventDefault();
      setCurrent(key);
      document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView({ block: "nearest" });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [keys, current, open]);
  return current;
}
