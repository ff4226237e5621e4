import { useSyncExternalStore } from "react";

/** Whether the page is as narrow as a phone; matches the break in the style sheets. */
export function usePhone(): boolean {
  return useMediaQuery("(max-width: 600px)");
}

export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}
