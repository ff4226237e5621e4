/** The colours of the interface. The style sheets know them as `--<name>`. */
export interface Palette {
  ground: string;
  surface: string;
  raised: string;
  sunken: string;
  line: string;
  "line-strong": string;
  text: string;
  "text-soft": string;
  "text-faint": string;
  brand: string;
  "brand-soft": string;
  "on-brand": string;
  danger: string;
  "danger-soft": string;
  caution: string;
  "caution-soft": string;
  info: string;
  "info-soft": string;
  quiet: string;
  "quiet-soft": string;
  mark: string;
  shadow: string;
}

export const LIGHT: Palette = {
  ground: "#f4f6f5",
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#f7f9f8",
  line: "#e2e8e5",
  "line-strong": "#cbd5d0",
  text: "#17211d",
  "text-soft": "#54635d",
  "text-faint": "#63716b",
  brand: "#12705b",
  "brand-soft": "#e3f1ec",
  "on-brand": "#ffffff",
  danger: "#b3372b",
  "danger-soft": "#fbeae8",
  caution: "#8f5a00",
  "caution-soft": "#fcf1dc",
  info: "#2a62a8",
  "info-soft": "#e7eff9",
  quiet: "#5a6872",
  "quiet-soft": "#ebeff1",
  mark: "#ffeba6",
  shadow: "0 8px 24px rgb(16 33 27 / 12%)",
};

export const DARK: Palette = {
  ground: "#0e1412",
  surface: "#151c1a",
  raised: "#1b2421",
  sunken: "#111816",
  line: "#28332f",
  "line-strong": "#3a4843",
  text: "#e5ece9",
  "text-soft": "#a5b3ad",
  "text-faint": "#84928c",
  brand: "#43b394",
  "brand-soft": "#16352c",
  "on-brand": "#06130f",
  danger: "#f0847a",
  "danger-soft": "#3b1d1a",
  caution: "#e5b35c",
  "caution-soft": "#362a12",
  info: "#86b4ee",
  "info-soft": "#182a41",
  quiet: "#aab7bf",
  "quiet-soft": "#232c30",
  mark: "#5d4a0f",
  shadow: "0 8px 24px rgb(0 0 0 / 48%)",
};
