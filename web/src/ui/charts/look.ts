import type { Palette } from "../../app/palette";
import { FONT_FAMILY } from "../../app/theme";

const still = !window.matchMedia("(prefers-reduced-motion: no-preference)").matches;

/** What all charts have in common. */
export function base(palette: Palette) {
  return {
    animation: !still,
    animationDuration: 200,
    textStyle: { fontFamily: FONT_FAMILY, fontSize: 12, color: palette["text-soft"] },
    grid: { left: 8, right: 12, top: 16, bottom: 4, containLabel: true },
  };
}

/** Drawn on the canvas: the library's other tooltips write style attributes. */
export function tooltip(palette: Palette) {
  return {
    renderMode: "richText" as const,
    confine: true,
    backgroundColor: palette.raised,
    borderColor: palette["line-strong"],
    textStyle: { color: palette.text, fontFamily: FONT_FAMILY, fontSize: 12 },
  };
}

/** An axis with words along it. */
export function categories(palette: Palette, data: string[]) {
  return {
    type: "category" as const,
    data,
    axisLine: { lineStyle: { color: palette["line-strong"] } },
    axisTick: { show: false },
    axisLabel: { color: palette["text-soft"], hideOverlap: true },
  };
}

/** An axis of counts. */
export function counts(palette: Palette, format: (value: number) => string) {
  return {
    type: "value" as const,
    minInterval: 1,
    axisLabel: { color: palette["text-faint"], formatter: format },
    splitLine: { lineStyle: { color: palette.line } },
  };
}
