import { createContext, type ReactNode, useContext, useLayoutEffect, useMemo, useState } from "react";
import { applyPalette } from "./theme";

export const APPEARANCES = ["system", "light", "dark"] as const;
export type Appearance = (typeof APPEARANCES)[number];

interface AppearanceChoice {
  appearance: Appearance;
  dark: boolean;
  choose: (appearance: Appearance) => void;
}

const STORAGE_KEY = "custos.appearance";
const Choice = createContext<AppearanceChoice | null>(null);

function stored(): Appearance {
  const value = localStorage.getItem(STORAGE_KEY);
  return APPEARANCES.find((appearance) => appearance === value) ?? "system";
}

const systemDark = () => window.matchMedia("(prefers-color-scheme: dark)");

/** Light, dark or as the system does, remembered in this browser. */
export function AppearanceProvider({ children }: { children: ReactNode }) {
  const [appearance, setAppearance] = useState(stored);
  const [system, setSystem] = useState(() => systemDark().matches);
  useLayoutEffect(() => {
    const query = systemDark();
    const follow = () => setSystem(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  const dark = appearance === "dark" || (appearance === "system" && system);
  useLayoutEffect(() => applyPalette(dark), [dark]);
  const choice = useMemo(
    () => ({
      appearance,
      dark,
      choose: (next: Appearance) => {
        localStorage.setItem(STORAGE_KEY, next);
        setAppearance(next);
      },
    }),
    [appearance, dark],
  );
  return <Choice.Provider value={choice}>{children}</Choice.Provider>;
}

export function useAppearance(): AppearanceChoice {
  const choice = useContext(Choice);
  if (choice === null) throw new Error("useAppearance outside AppearanceProvider");
  return choice;
}
