import { type ThemeConfig, theme } from "antd";
import { DARK, LIGHT, type Palette } from "./palette";

export const FONT_FAMILY =
  'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';

export function paletteOf(dark: boolean): Palette {
  return dark ? DARK : LIGHT;
}

/** The component library in our colours and at our density. */
export function antdTheme(dark: boolean): ThemeConfig {
  const colour = paletteOf(dark);
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: colour.brand,
      colorInfo: colour.info,
      colorError: colour.danger,
      colorWarning: colour.caution,
      colorSuccess: colour.brand,
      colorLink: colour.brand,
      colorPrimaryBg: colour["brand-soft"],
      colorPrimaryBgHover: colour["brand-soft"],
      colorSuccessBg: colour["brand-soft"],
      colorSuccessBorder: colour.line,
      colorWarningBg: colour["caution-soft"],
      colorWarningBorder: colour.line,
      colorErrorBg: colour["danger-soft"],
      colorErrorBorder: colour.line,
      colorInfoBg: colour["info-soft"],
      colorInfoBorder: colour.line,
      colorTextBase: colour.text,
      colorBgBase: colour.surface,
      colorBgLayout: colour.ground,
      colorBgContainer: colour.surface,
      colorBgElevated: colour.raised,
      colorText: colour.text,
      colorTextSecondary: colour["text-soft"],
      colorTextDescription: colour["text-soft"],
      colorTextPlaceholder: colour["text-faint"],
      colorBorder: colour["line-strong"],
      colorBorderSecondary: colour.line,
      colorTextLightSolid: colour["on-brand"],
      fontFamily: FONT_FAMILY,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      wireframe: false,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.18s",
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", fontWeight: 500 },
      Form: { itemMarginBottom: 16, verticalLabelPadding: "0 0 4px" },
      Drawer: { paddingLG: 20 },
      Modal: { titleFontSize: 16 },
      Tooltip: { colorBgSpotlight: dark ? "#33413c" : "#26332e", colorTextLightSolid: "#ffffff" },
    },
  };
}

/** Hands the palette to the style sheets. Set through the object model, which the page's policy allows. */
export function applyPalette(dark: boolean): void {
  const { style } = document.documentElement;
  for (const [name, value] of Object.entries(paletteOf(dark))) style.setProperty(`--${name}`, value);
  style.setProperty("color-scheme", dark ? "dark" : "light");
}
