import { LocalizationProvider, ReactLocalization } from "@fluent/react";
import dayjs from "dayjs";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { type Language, loadWords, storeLanguage, type Words } from "./languages";

interface LanguageChoice {
  words: Words;
  /** Switches the page; remembers the choice in this browser. */
  choose: (language: Language) => Promise<void>;
}

const Choice = createContext<LanguageChoice | null>(null);

/** Makes one language current in the document: its `lang`, and the calendar's words. */
export function applyLanguage(language: Language): void {
  document.documentElement.lang = language;
  dayjs.locale(language === "zh-CN" ? "zh-cn" : "en");
}

export function LanguageProvider({ initial, children }: { initial: Words; children: ReactNode }) {
  const [words, setWords] = useState(initial);
  const choose = useCallback(async (language: Language) => {
    const next = await loadWords(language);
    storeLanguage(language);
    applyLanguage(language);
    setWords(next);
  }, []);
  const l10n = useMemo(() => new ReactLocalization([words.bundle]), [words]);
  const choice = useMemo(() => ({ words, choose }), [words, choose]);
  return (
    <Choice.Provider value={choice}>
      <LocalizationProvider l10n={l10n}>{children}</LocalizationProvider>
    </Choice.Provider>
  );
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(Choice);
  if (choice === null) throw new Error("useLanguage outside LanguageProvider");
  return choice;
}
