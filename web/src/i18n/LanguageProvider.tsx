import { LocalizationProvider, ReactLocalization } from "@fluent/react";
import dayjs from "dayjs";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { type Language, loadWords, storeLanguage, type Words } from "./languages";

interface LanguageChoice {
  words: Words;
  /** Switches the page at a person's wish, which is yet to be kept with their account. */
  choose: (language: Language) => Promise<void>;
  /** Switches the page to what the account is known to want. */
  follow: (language: Language) => Promise<void>;
  /** A wish of this visit that was not kept with an account yet; made at the door, perhaps. */
  unkept: Language | null;
  /** The wish was kept, or cannot be. */
  settle: () => void;
}

const Choice = createContext<LanguageChoice | null>(null);

/** Makes one language current in the document: its `lang`, and the calendar's words. */
export function applyLanguage(language: Language): void {
  document.documentElement.lang = language;
  dayjs.locale(language === "zh-CN" ? "zh-cn" : "en");
}

export function LanguageProvider({ initial, children }: { initial: Words; children: ReactNode }) {
  const [words, setWords] = useState(initial);
  const [unkept, setUnkept] = useState<Language | null>(null);
  const follow = useCallback(async (language: Language) => {
    const next = await loadWords(language);
    storeLanguage(language);
    applyLanguage(language);
    setWords(next);
  }, []);
  const choose = useCallback(
    async (language: Language) => {
      await follow(language);
      setUnkept(language);
    },
    [follow],
  );
  const settle = useCallback(() => setUnkept(null), []);
  const l10n = useMemo(() => new ReactLocalization([words.bundle]), [words]);
  const choice = useMemo(
    () => ({ words, choose, follow, unkept, settle }),
    [words, choose, follow, unkept, settle],
  );
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
