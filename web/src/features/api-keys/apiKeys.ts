import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { ApiKey } from "../../api/types";

export const serviceAccountsQuery = queryOptions({
  queryKey: ["service-accounts"],
  queryFn: () => body(api.GET("/service-accounts")),
});

const DAY_MS = 24 * 3600 * 1000;

/** How long a key can be made to last, in days. */
export const LIVES = [30, 90, 180, 365] as const;

export function endAfter(days: number, now = Date.now()): string {
  return new Date(now + days * DAY_MS).toISOString();
}

/** Scopes by the kind of record they are about, in the order of the list. */
export function byResource(scopes: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const scope of scopes) {
    const resource = scope.split(".")[0] ?? scope;
    groups.set(resource, [...(groups.get(resource) ?? []), scope]);
  }
  return [...groups];
}

/** Whether a key or token works, ends within a fortnight, or has ended. */
export function standing(key: Pick<ApiKey, "expires_at">, now = Date.now()): "works" | "ending" | "ended" {
  const left = Date.parse(key.expires_at) - now;
  return left <= 0 ? "ended" : left < 14 * DAY_MS ? "ending" : "works";
}
