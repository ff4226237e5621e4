import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { PreparedReassignment, Reassignment } from "../../api/types";
import type { ListSearch } from "../customers/list/listSearch";

/** How often one under way is looked at, in milliseconds. */
const POLL_MS = 700;
const KEY = "reassignments";

/** Everything that is shown of them, to be looked up anew. */
export const reassignmentsKey = [KEY];

/** The customers chosen: some by name, or all that the list shows. */
export type Chosen = { customers: string[] } | { filter: ListSearch };

export function underWay({ state, rests }: Reassignment): boolean {
  return state === "running" && !rests;
}

export function reassignmentQuery(id: string) {
  return queryOptions({
    queryKey: [KEY, id],
    queryFn: () => body(api.GET("/customers/reassignments/{id}", { params: { path: { id } } })),
    refetchInterval: (query) =>
      query.state.data !== undefined && underWay(query.state.data) ? POLL_MS : false,
  });
}

/** One's own that were started, newest first. */
export const reassignmentsQuery = queryOptions({
  queryKey: [KEY],
  queryFn: () => body(api.GET("/customers/reassignments")),
});

export function prepare(chosen: Chosen, to_id: string, reason: string): Promise<PreparedReassignment> {
  const which = "filter" in chosen ? { filter: withoutSort(chosen.filter) } : chosen;
  return body(api.POST("/customers/reassignments", { body: { ...which, to_id, reason } }));
}

function withoutSort({ sort: _, ...filter }: ListSearch): ListSearch {
  return filter;
}

export function begin(id: string): Promise<Reassignment> {
  return body(api.POST("/customers/reassignments/{id}/start", { params: { path: { id } } }));
}

export function stop(id: string): Promise<Reassignment> {
  return body(api.POST("/customers/reassignments/{id}/cancel", { params: { path: { id } } }));
}

export function goOn(id: string): Promise<Reassignment> {
  return body(api.POST("/customers/reassignments/{id}/resume", { params: { path: { id } } }));
}
