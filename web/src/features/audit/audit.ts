import { queryOptions } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, body } from "../../api/client";
import type { AuditEntry } from "../../api/types";
import { idPart, useT } from "../../i18n/useT";
import { type AuditSearch, wireFilters } from "./auditSearch";

export function entriesQuery(search: AuditSearch, limit: number, cursor: string | undefined) {
  return queryOptions({
    queryKey: ["audit", "entries", search, limit, cursor],
    queryFn: ({ signal }) =>
      body(
        api.GET("/audit/entries", { signal, params: { query: { ...wireFilters(search), limit, cursor } } }),
      ),
  });
}

export const checkpointQuery = queryOptions({
  queryKey: ["audit", "checkpoint"],
  queryFn: () => body(api.GET("/audit/checkpoint")),
});

export const actionsQuery = queryOptions({
  queryKey: ["audit", "actions"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => body(api.GET("/audit/actions")),
});

/** The words for an action of the log; one without words is shown by its name. */
export function useActionLabel(): (action: string) => string {
  const t = useT();
  return useCallback(
    (action: string) => {
      const id = `action-${idPart(action)}`;
      return t.has(id) ? t(id) : action;
    },
    [t],
  );
}

/** Who acted, in words: people by their names, everything else by what it is. */
export function useActorLabel(): (actor: AuditEntry["actor"]) => string {
  const t = useT();
  return useCallback(
    ({ kind, name, id }: AuditEntry["actor"]) => {
      if (kind === "user") return name ?? id ?? t("actor-unknown");
      if (kind === "system") return t("actor-system");
      return kind === "anonymous" ? t("actor-anonymous") : t("actor-unknown");
    },
    [t],
  );
}

/** The words for a kind of record in the log. */
export function useResourceLabel(): (type: string) => string {
  const t = useT();
  return useCallback(
    (type: string) => {
      const id = `resource-${idPart(type)}`;
      return t.has(id) ? t(id) : type;
    },
    [t],
  );
}
