import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { AuditCounts } from "../../api/types";
import { type AuditSearch, dayOf, wireFilters } from "./auditSearch";

/** The counts of a filter. Which record, and which hour of the week, is not counted by. */
export function countsQuery(search: AuditSearch) {
  const { resource_id: _record, week_hour: _hour, ...counted } = search;
  return queryOptions({
    queryKey: ["audit", "counts", counted],
    queryFn: ({ signal }) =>
      body(api.GET("/audit/counts", { signal, params: { query: wireFilters(counted) } })),
  });
}

export const readersQuery = queryOptions({
  queryKey: ["audit", "readers"],
  queryFn: () => body(api.GET("/audit/readers")),
});

export interface Slice {
  key: string;
  from: string;
  to: string;
  allowed: number;
  refused: number;
}

const HOUR = 3_600_000;
/** Up to so many hours a series is shown by the hour. */
const HOURLY = 50 * HOUR;

/** The hours of an answer as bars: by the hour for a day or two, otherwise by the reader's days, without gaps. */
export function slices(counts: AuditCounts): { hourly: boolean; bars: Slice[] } {
  const [start, end] = [new Date(counts.from).getTime(), new Date(counts.to).getTime()];
  const hourly = end - start <= HOURLY;
  const keyOf = (at: Date) => (hourly ? at.toISOString() : dayOf(at));
  const bars = new Map<string, Slice>();
  const at = new Date(start);
  if (hourly) at.setTime(Math.floor(start / HOUR) * HOUR);
  else at.setHours(0, 0, 0, 0);
  while (at.getTime() < end) {
    const from = new Date(at);
    if (hourly) at.setTime(at.getTime() + HOUR);
    else at.setDate(at.getDate() + 1);
    bars.set(keyOf(from), {
      key: keyOf(from),
      from: from.toISOString(),
      to: at.toISOString(),
      allowed: 0,
      refused: 0,
    });
  }
  for (const hour of counts.hours) {
    const bar = bars.get(keyOf(new Date(hour.at)));
    if (bar === undefined) continue;
    bar.allowed += hour.allowed;
    bar.refused += hour.refused;
  }
  return { hourly, bars: [...bars.values()] };
}

/** 168 figures from Monday midnight on, by the desk's clock. */
export function weekHours(counts: AuditCounts): number[] {
  const sums = Array<number>(168).fill(0);
  const ahead = counts.utc_offset_minutes * 60_000;
  for (const { at, allowed, refused } of counts.hours) {
    // The count of hours began on a Thursday.
    const hour = (Math.floor((new Date(at).getTime() + ahead) / HOUR) + 72) % 168;
    sums[hour] = (sums[hour] ?? 0) + allowed + refused;
  }
  return sums;
}
