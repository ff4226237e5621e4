import { queryOptions } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, body } from "../../api/client";
import type { AssignedFinding, AuditFinding, AuditFindingState } from "../../api/types";
import { fluentArgs, useT } from "../../i18n/useT";
import type { Tone } from "../../ui/Pill";
import type { AuditSearch } from "./auditSearch";

export const STATES: readonly AuditFindingState[] = ["open", "accepted", "resolved"];
export const TONES: Record<string, Tone> = { high: "danger", medium: "caution", low: "info" };
const POLL_MS = 1000;

export function findingsQuery(state: AuditFindingState, limit: number, cursor: string | undefined) {
  return queryOptions({
    queryKey: ["audit", "findings", state, limit, cursor],
    queryFn: ({ signal }) =>
      body(api.GET("/audit/findings", { signal, params: { query: { state, limit, cursor } } })),
  });
}

/** The runs; asked again and again while one is under way. */
export const runsQuery = queryOptions({
  queryKey: ["audit", "runs"],
  queryFn: () => body(api.GET("/audit/runs")),
  refetchInterval: ({ state }) => (state.data?.items[0]?.state === "running" ? POLL_MS : false),
});

export const rulesQuery = queryOptions({
  queryKey: ["audit", "rules"],
  queryFn: () => body(api.GET("/audit/rules")),
});

/** The entries that are a finding's evidence. */
export function evidenceOf({ trace }: AuditFinding): AuditSearch | null {
  const { entries: _places, ...filter } = trace;
  const search: AuditSearch = {};
  for (const [key, value] of Object.entries(filter)) {
    if (typeof value === "string") search[key as keyof AuditSearch] = value;
  }
  return Object.keys(search).length === 0 ? null : search;
}

/** A finding in words: what was found, and whom or what it is about. */
export function useFindingWords() {
  const t = useT();
  const what = useCallback(
    ({ rule, detail }: AssignedFinding | AuditFinding) =>
      t(`rule-${rule}`, fluentArgs(detail as Record<string, unknown>)),
    [t],
  );
  const about = useCallback(
    ({ subject, subject_name }: AssignedFinding | AuditFinding) => {
      const [kind, ...rest] = subject.split(":");
      const id = rest.join(":");
      if (kind === "user") return subject_name ?? id;
      if (kind === "role") return t(`role-${id}`);
      if (kind === "address") return t("finding-address", { id });
      const short = id.slice(-8);
      if (kind === "api_key") return t("finding-api-key", { id: short });
      if (kind === "customer") return t("finding-customer", { id: short });
      if (kind === "break_glass") return t("finding-break-glass", { id: short });
      return t("finding-organisation");
    },
    [t],
  );
  return { what, about };
}
