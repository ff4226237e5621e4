import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Job } from "../../api/types";
import type { Tone } from "../../ui/Pill";

export const STATES = ["waiting", "running", "done", "failed", "cancelled"] as const;
export type JobState = (typeof STATES)[number];

const TONES: Record<JobState, Tone> = {
  waiting: "info",
  running: "caution",
  done: "brand",
  failed: "danger",
  cancelled: "quiet",
};

export function toneOf({ state }: Job): Tone {
  return TONES[state as JobState] ?? "quiet";
}

/** How soon to look again: soon while something runs, now and then otherwise. Each look leaves an entry in the log. */
const WHILE_RUNNING = 3_000;
const OTHERWISE = 15_000;

export interface Wanted {
  kind?: string | undefined;
  state?: JobState | undefined;
}

export function jobsQuery(limit: number, cursor: string | undefined, { kind, state }: Wanted) {
  return queryOptions({
    queryKey: ["jobs", limit, cursor, kind, state],
    queryFn: () => body(api.GET("/jobs", { params: { query: { limit, cursor, kind, state } } })),
    refetchInterval: (query) =>
      query.state.data?.items.some((job) => job.state === "running") ? WHILE_RUNNING : OTHERWISE,
  });
}

export const schedulesQuery = queryOptions({
  queryKey: ["job-schedules"],
  queryFn: () => body(api.GET("/jobs/schedules")),
  refetchInterval: 60_000,
});

/** The time of a cron expression that comes once every day, such as "03:17". */
export function timeOfDay(cron: string): string | undefined {
  const daily = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron);
  return daily === null ? undefined : `${daily[2]?.padStart(2, "0")}:${daily[1]?.padStart(2, "0")}`;
}
