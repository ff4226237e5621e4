import { useEffect, useState } from "react";
import { intentOf, isCovered, isForList, neighbour } from "./keys";

interface Steps {
  /** The record whose panel is open. */
  openId: string | undefined;
  open: (id: string) => void;
  close: () => void;
}

/**
 * Walks the rows with j and k or the arrows, opens one with Enter; with a record open the walk shows the next in its
 * place, and Esc closes it. Returns the row the walk is on.
 */
export function useRecordKeys(ids: readonly string[], { openId, open, close }: Steps): string | undefined {
  const [walked, setWalked] = useState<string>();
  const current = openId ?? walked;
  useEffect(() => {
    // What lies over the list may have closed itself by the key before this hears of it: one looks first, acts last.
    let covered = false;
    const look = () => {
      covered = isCovered();
    };
    const onKey = (event: KeyboardEvent) => {
      const intent = intentOf(event.key);
      if (intent === undefined || covered || !isForList(event)) return;
      if (intent === "close") {
        if (openId === undefined) return;
        setWalked(openId);
        return close();
      }
      if (intent === "open") {
        if (openId === undefined && current !== undefined && ids.includes(current)) open(current);
        return;
      }
      const id = neighbour(ids, current, intent);
      if (id === undefined) return;
      event.preventDefault();
      setWalked(id);
      document.querySelector(`[data-key="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
      if (openId !== undefined) open(id);
    };
    window.addEventListener("keydown", look, { capture: true });
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", look, { capture: true });
      window.removeEventListener("keydown", onKey);
    };
  }, [ids, current, openId, open, close]);
  return current;
}
