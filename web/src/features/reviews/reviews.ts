import { queryOptions } from "@tanstack/react-query";
import { api, body, done } from "../../api/client";
import type { AccessReviewLine, AccessReviewScope, AccessReviewVerdict } from "../../api/types";
import type { Tone } from "../../ui/Pill";

const KEY = "access-reviews";
/** Most decisions the server takes at once. */
const AT_ONCE = 200;
const PAGE = 200;

/** Everything that is shown of reviews, to be looked up anew. */
export const reviewsKey = [KEY];

const TONES: Record<string, Tone> = {
  preparing: "info",
  open: "brand",
  closing: "info",
  ended: "quiet",
  cancelled: "quiet",
};

export function toneOf(state: string): Tone {
  return TONES[state] ?? "quiet";
}

export const ownReviewsQuery = queryOptions({
  queryKey: [KEY, "own"],
  queryFn: () => body(api.GET("/access-reviews/own")),
});

export const reviewsQuery = queryOptions({
  queryKey: [KEY, "all"],
  queryFn: () => body(api.GET("/access-reviews")),
});

export function reviewQuery(id: string) {
  return queryOptions({
    queryKey: [KEY, "one", id],
    queryFn: () => body(api.GET("/access-reviews/{id}", { params: { path: { id } } })),
  });
}

export interface LinesOf {
  view: "open" | "all";
  own?: boolean;
  reviewer?: string | undefined;
  cursor?: string | undefined;
}

export function linesQuery(id: string, of: LinesOf) {
  return queryOptions({
    queryKey: [KEY, "lines", id, of],
    queryFn: () =>
      body(
        api.GET("/access-reviews/{id}/lines", { params: { path: { id }, query: { ...of, limit: PAGE } } }),
      ),
  });
}

export function previewQuery(scope: AccessReviewScope) {
  return queryOptions({
    queryKey: [KEY, "preview", scope],
    queryFn: () => body(api.POST("/access-reviews/preview", { body: scope })),
    staleTime: 0,
    gcTime: 0,
  });
}

export interface Deciding {
  line: string;
  verdict: AccessReviewVerdict | null;
  note?: string;
}

/** Decides on lines, as many at once as the server takes. */
export async function decide(id: string, decisions: Deciding[]): Promise<void> {
  for (let from = 0; from < decisions.length; from += AT_ONCE) {
    await done(
      api.PUT("/access-reviews/{id}/decisions", {
        params: { path: { id } },
        body: { decisions: decisions.slice(from, from + AT_ONCE) },
      }),
    );
  }
}

/** Lines one after another that are about the same, together. */
export function bySubject(lines: AccessReviewLine[]): AccessReviewLine[][] {
  const groups: AccessReviewLine[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    if (group?.[0]?.subject.id === line.subject.id) group.push(line);
    else groups.push([line]);
  }
  return groups;
}

/** Whole days until a moment, the begun one included. */
export function daysLeft(until: string, now: number): number {
  return Math.max(0, Math.ceil((new Date(until).getTime() - now) / 86_400_000));
}
