import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Tone } from "../../ui/Pill";

const KEY = "emergency";

/** Everything that is shown of emergency access, to be looked up anew. */
export const emergencyKey = [KEY];

export type View = "open" | "all";

const TONES: Record<string, Tone> = { active: "danger", to_review: "caution", reviewed: "quiet" };

export function toneOf(state: string): Tone {
  return TONES[state] ?? "quiet";
}

export function emergenciesQuery(view: View, cursor: string | undefined, mark: string) {
  return queryOptions({
    queryKey: [KEY, view, cursor, mark],
    queryFn: () => body(api.GET("/emergencies", { params: { query: { view, cursor, limit: 20 } } })),
  });
}

/** What goes on now. Whoever watches over it hears of it within seconds. */
export const stateQuery = queryOptions({
  queryKey: [KEY, "state"],
  queryFn: () => body(api.GET("/emergencies/state")),
  refetchInterval: 5_000,
});

/** Minutes left until a moment, the begun one included; 0 when it has passed. */
export function minutesLeft(until: string, now: number): number {
  return Math.max(0, Math.ceil((new Date(until).getTime() - now) / 60_000));
}
