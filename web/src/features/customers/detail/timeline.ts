import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, body } from "../../../api/client";

const PAGE = 30;

/** What happened around a customer, newest first, as far as one has scrolled. */
export function timelineQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["customers", "timeline", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/customers/{id}/timeline", {
          params: { path: { id }, query: { limit: PAGE, cursor: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The kinds of follow-up one can write down. */
export const FOLLOW_UP_KINDS = ["call", "visit", "message", "email", "note"] as const;
export type FollowUpKind = (typeof FOLLOW_UP_KINDS)[number];
