import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { Locale } from "antd/es/locale";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything that has to change together when the language changes. */
export interface Words {
  language: Language;
  bundle: FluentBundle;
  /** The component library's own words. */
  antd: Locale;
}

const loaders: Record<Language, () => Promise<{ resources: string[]; antd: Locale }>> = {
  "zh-CN": () => import("./zh-CN"),
  en: () => import("./en"),
};

/** Loads one language; the other stays on the server until it is asked for. */
export async function loadWords(language: Language): Promise<Words> {
  const { resources, antd } = await loaders[language]();
  // Isolation marks are for mixed writing directions; both languages run left to right.
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const source of resources) bundle.addResource(new FluentResource(source));
  return { language, bundle, antd };
}

const STORAGE_KEY = "custos.language";

/** The language chosen in this browser, if any. */
export function storedLanguage(): Language | null {
  const stored = localStorage.getItem(STORAGE_KEY);
  return asLanguage(stored);
}

export function storeLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
}

/** A supported language for a tag like "zh-TW" or "en-GB"; null when neither fits. */
export function asLanguage(tag: string | null | undefined): Language | null {
  if (tag === null || tag === undefined) return null;
  if (tag.toLowerCase().startsWith("zh")) return "zh-CN";
  if (tag.toLowerCase().startsWith("en")) return "en";
  return null;
}

/** The language to begin with: the choice made here, else the browser's, else Chinese. */
export function initialLanguage(): Language {
  return storedLanguage() ?? asLanguage(navigator.language) ?? "zh-CN";
}
