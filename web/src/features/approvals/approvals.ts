import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Approval } from "../../api/types";
import type { Tone } from "../../ui/Pill";

const KEY = "approvals";

/** Everything that is shown of approvals, to be looked up anew. */
export const approvalsKey = [KEY];

/** How many characters the reasons and notes of approvals may have. */
export const REASON = { min: 2, max: 500 };

const TONES: Record<string, Tone> = {
  open: "info",
  approved: "brand",
  refused: "danger",
  withdrawn: "quiet",
  expired: "quiet",
  executing: "info",
  executed: "brand",
  failed: "caution",
};

export function toneOf(state: string): Tone {
  return TONES[state] ?? "quiet";
}

export function approvalsQuery(view: "mine" | "to_decide" | "history", cursor: string | undefined) {
  return queryOptions({
    queryKey: [KEY, view, cursor],
    queryFn: () => body(api.GET("/approvals", { params: { query: { view, cursor, limit: 20 } } })),
    refetchInterval: 30_000,
  });
}

export function approvalQuery(id: string) {
  return queryOptions({
    queryKey: [KEY, "one", id],
    queryFn: () => body(api.GET("/approvals/{id}", { params: { path: { id } } })),
    refetchInterval: 15_000,
  });
}

export const countsQuery = queryOptions({
  queryKey: [KEY, "counts"],
  queryFn: () => body(api.GET("/approvals/counts")),
  refetchInterval: 60_000,
});

export const rulesQuery = queryOptions({
  queryKey: [KEY, "rules"],
  queryFn: () => body(api.GET("/approvals/rules")),
});

export const delegationQuery = queryOptions({
  queryKey: [KEY, "delegation"],
  queryFn: () => body(api.GET("/approvals/delegation")),
});

/** The step a request waits in; the last one once it waits no more. */
export function stepOf({ steps, step }: Approval): number {
  return Math.min(step, steps.length - 1);
}
