import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { AccessConfiguration, AccessRules } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { rulesQuery } from "../access";
import { beginDraft, configurationOf, type Difference, type Draft, differences, edited } from "./draft";

/** Kept beside what was read, so that it goes with the session and never to a disk. */
const DRAFT_KEY = ["access-draft"];

export function isDraft([name]: readonly unknown[]): boolean {
  return name === DRAFT_KEY[0];
}

export interface Access {
  saved: UseQueryResult<AccessRules>;
  /** Roles, rules and labels as the draft has them; as they are in force where there is none. */
  current: AccessConfiguration | undefined;
  draft: Draft | null;
  changes: Difference[];
  /** Whether others have saved something since the draft was begun. */
  stale: boolean;
  mayEdit: boolean;
  edit: (change: (configuration: AccessConfiguration) => AccessConfiguration) => void;
  replace: (draft: Draft | null) => void;
}

/** What is in force, and the one draft in which all changes to it are collected. */
export function useAccess(): Access {
  const may = useMay();
  const queryClient = useQueryClient();
  const saved = useQuery(rulesQuery);
  const { data } = useQuery<Draft | null>({
    queryKey: DRAFT_KEY,
    enabled: false,
    queryFn: () => null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const draft = data ?? null;
  const inForce = saved.data;
  const current = useMemo(
    () => draft?.mine ?? (inForce === undefined ? undefined : configurationOf(inForce)),
    [draft, inForce],
  );
  const changes = useMemo(() => (draft === null ? [] : differences(draft.base, draft.mine)), [draft]);
  const replace = useCallback(
    (next: Draft | null) => queryClient.setQueryData<Draft | null>(DRAFT_KEY, next),
    [queryClient],
  );
  const edit = useCallback(
    (change: (configuration: AccessConfiguration) => AccessConfiguration) => {
      const held = queryClient.getQueryData<Draft | null>(DRAFT_KEY) ?? null;
      const from = held ?? (inForce === undefined ? null : beginDraft(inForce));
      if (from !== null) replace(edited(from, change));
    },
    [queryClient, inForce, replace],
  );
  return {
    saved,
    current,
    draft,
    changes,
    stale: draft !== null && inForce !== undefined && draft.generation !== inForce.generation,
    mayEdit: may("access_rules.update"),
    edit,
    replace,
  };
}
