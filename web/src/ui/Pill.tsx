import type { ReactNode } from "react";

export type Tone = "brand" | "info" | "caution" | "danger" | "quiet";

/** A small coloured label. The words carry the meaning, the colour only helps the eye. */
export function Pill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`pill pill-${tone}`}>{children}</span>;
}
