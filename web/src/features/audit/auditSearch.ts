/** The filters the address of the audit desk can hold. `from` and `to` are calendar days of the reader, or moments. */
const KEYS = [
  "from",
  "to",
  "actor_id",
  "action",
  "outcome",
  "resource_type",
  "resource_id",
  "address",
  "week_hour",
] as const;
export const OUTCOMES = ["allowed", "denied", "failed"] as const;

export type AuditSearch = { [key in (typeof KEYS)[number]]?: string };

export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const parsed: AuditSearch = {};
  for (const key of KEYS) {
    // A number in an address arrives as one.
    const value = typeof search[key] === "number" ? String(search[key]) : search[key];
    if (typeof value === "string" && value !== "") parsed[key] = value;
  }
  return parsed;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The moment a day begins, or, with `days`, the moment the day so many days later begins, where the reader is. */
export function startOfDay(day: string, days = 0): string | undefined {
  const date = new Date(`${day}T00:00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + days);
  return date.toISOString();
}

function moment(text: string | undefined, days: number): string | undefined {
  if (text === undefined) return undefined;
  if (DAY.test(text)) return startOfDay(text, days);
  return Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();
}

/** The filters as the server takes them: days become moments, the last day counted in whole. */
export function wireFilters({ from, to, outcome, ...rest }: AuditSearch) {
  return {
    ...rest,
    outcome: OUTCOMES.find((known) => known === outcome),
    from: moment(from, 0),
    to: moment(to, 1),
  } as const;
}

/** The calendar day of a moment where the reader is. */
export function dayOf(iso: string | Date): string {
  const date = typeof iso === "string" ? new Date(iso) : iso;
  const part = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}
