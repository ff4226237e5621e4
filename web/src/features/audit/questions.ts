import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { AuditQuestion } from "../../api/types";
import { type AuditSearch, dayOf, wireFilters } from "./auditSearch";

export const questionsQuery = queryOptions({
  queryKey: ["audit", "questions"],
  queryFn: () => body(api.GET("/audit/questions")),
});

export const QUESTION_DAYS = [1, 7, 30, 90, 365] as const;

/** What the desk shows when a question is asked today. */
export function searchOf({ filter }: AuditQuestion): AuditSearch {
  const { days, from, to, ...rest } = filter;
  const search: AuditSearch = {};
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value === "string") search[key as keyof AuditSearch] = value;
  }
  if (days != null) {
    const first = new Date();
    first.setDate(first.getDate() - days + 1);
    search.from = dayOf(first);
  } else {
    if (from != null) search.from = from;
    if (to != null) search.to = to;
  }
  return search;
}

/** What is saved of the filters shown: days counted back from when it is asked, or the times as they are. */
export function filterOf(search: AuditSearch, days: number | null): AuditQuestion["filter"] {
  const { from, to, outcome } = wireFilters(search);
  return {
    days,
    from: days === null ? (from ?? null) : null,
    to: days === null ? (to ?? null) : null,
    actor_id: search.actor_id ?? null,
    action: search.action ?? null,
    resource_type: search.resource_type ?? null,
    resource_id: search.resource_id ?? null,
    outcome: outcome ?? null,
    address: search.address ?? null,
  };
}
