/** The filters the address of the audit desk can hold. `from` and `to` are calendar days of the reader. */
const KEYS = [
  "from",
  "to",
  "actor_id",
  "action",
  "outcome",
  "resource_type",
  "resource_id",
  "address",
] as const;
export const OUTCOMES = ["allowed", "denied", "failed"] as const;

export type AuditSearch = { [key in (typeof KEYS)[number]]?: string };

export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const parsed: AuditSearch = {};
  for (const key of KEYS) {
    const value = search[key];
    if (typeof value === "string" && value !== "") parsed[key] = value;
  }
  return parsed;
}

/** The moment a day begins, or, with `days`, the moment the day so many days later begins, where the reader is. */
function startOfDay(day: string, days = 0): string | undefined {
  const date = new Date(`${day}T00:00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + days);
  return date.toISOString();
}

/** The filters as the server takes them: days become moments, the last day counted in whole. */
export function wireFilters({ from, to, outcome, ...rest }: AuditSearch) {
  return {
    ...rest,
    outcome: OUTCOMES.find((known) => known === outcome),
    from: from === undefined ? undefined : startOfDay(from),
    to: to === undefined ? undefined : startOfDay(to, 1),
  } as const;
}
