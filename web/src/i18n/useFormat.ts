import { useMemo } from "react";
import type { Amount } from "../api/types";
import { useLanguage } from "./LanguageProvider";

export interface Format {
  /** A moment as date and time in the reader's own zone. */
  dateTime(iso: string): string;
  /** A moment to the second, for the audit desk. */
  exactTime(iso: string): string;
  /** A calendar date ("2026-11-22") or the day of a moment. */
  date(iso: string): string;
  number(value: number): string;
  money(amount: Amount): string;
  bytes(count: number): string;
  percent(share: number): string;
  /** Words as the language lists them. */
  list(words: string[]): string;
  /** Words of which one is meant. */
  either(words: string[]): string;
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** English dates are written with the year first: day and month can then not be taken for each other. */
const DATE_LOCALES: Record<string, string> = { en: "en-CA" };

export function makeFormat(language: string): Format {
  const dates = DATE_LOCALES[language] ?? language;
  const dateTime = new Intl.DateTimeFormat(dates, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  const exactTime = new Intl.DateTimeFormat(dates, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  const day = new Intl.DateTimeFormat(dates, { year: "numeric", month: "2-digit", day: "2-digit" });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const either = new Intl.ListFormat(language, { type: "disjunction" });
  return {
    dateTime: (iso) => dateTime.format(new Date(iso)),
    exactTime: (iso) => exactTime.format(new Date(iso)),
    // A bare date is a day of the calendar, not a moment: read as local noon it stays that day everywhere.
    date: (iso) => day.format(new Date(iso.length === 10 ? `${iso}T12:00:00` : iso)),
    number: (value) => number.format(value),
    money: ({ minor, currency }) => {
      const style = new Intl.NumberFormat(language, {
        style: "currency",
        currency,
        currencyDisplay: "narrowSymbol",
      });
      const digits = style.resolvedOptions().maximumFractionDigits ?? 2;
      return style.format(minor / 10 ** digits);
    },
    bytes: (count) => {
      const step = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), BYTE_UNITS.length - 1);
      return new Intl.NumberFormat(language, {
        style: "unit",
        unit: BYTE_UNITS[step],
        unitDisplay: "short",
        maximumFractionDigits: step === 0 ? 0 : 1,
      }).format(count / 1024 ** step);
    },
    percent: (share) => percent.format(share),
    list: (words) => list.format(words),
    either: (words) => either.format(words),
  };
}

export function useFormat(): Format {
  const { words } = useLanguage();
  return useMemo(() => makeFormat(words.language), [words.language]);
}
