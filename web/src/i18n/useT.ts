import type { FluentVariable } from "@fluent/bundle";
import { useLocalization } from "@fluent/react";
import { useMemo } from "react";
import type { Params } from "../api/problem";

export interface Translate {
  /** The words for an id. */
  (id: string, args?: Record<string, FluentVariable>): string;
  /** Whether the current language has words for an id that came from the server. */
  has(id: string): boolean;
}

/** The words of the current language. */
export function useT(): Translate {
  const { l10n } = useLocalization();
  return useMemo(() => {
    const translate = (id: string, args?: Record<string, FluentVariable>) => l10n.getString(id, args ?? null);
    return Object.assign(translate, { has: (id: string) => l10n.getBundle(id) !== null });
  }, [l10n]);
}

/** The part of an id made from a server's code: dots are not allowed in message ids. */
export function idPart(code: string): string {
  return code.replace(/\./g, "-");
}

/** A server's parameters as Fluent takes them; anything that is neither text nor number is written out. */
export function fluentArgs(params: Params): Record<string, FluentVariable> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value),
    ]),
  );
}
