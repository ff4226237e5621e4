import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { AssignedFinding } from "../../api/types";
import { useMay } from "../../app/session/session";
import type { Tone } from "../../ui/Pill";

export const PAGE = 50;
/** Whether there are any is asked now and then only: every look leaves an entry in the log. */
const FRESH_MS = 10 * 60_000;

export const findingsKey = ["findings"];

export function findingsQuery(cursor?: string) {
  return queryOptions({
    queryKey: [...findingsKey, cursor ?? null],
    staleTime: FRESH_MS,
    queryFn: ({ signal }) =>
      body(api.GET("/me/findings", { signal, params: { query: { limit: PAGE, cursor } } })),
  });
}

/** How many findings the person has to look after, and whether there are any, done or not. */
export function useFindingsToDo(): { any: boolean; count: number } {
  const may = useMay();
  const { data } = useQuery({ ...findingsQuery(), enabled: may("assigned_finding.list") });
  const items = data?.items ?? [];
  return { any: items.length > 0, count: items.filter((one) => stateOf(one) === "open").length };
}

export type FindingState = "open" | "done" | "accepted" | "resolved";

/** What is left of it for whoever looks after it. */
export function stateOf({ state, remedied }: AssignedFinding): FindingState {
  return state === "open" && remedied ? "done" : state;
}

export const STATE_TONES: Record<FindingState, Tone> = {
  open: "caution",
  done: "info",
  accepted: "quiet",
  resolved: "brand",
};
