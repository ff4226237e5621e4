import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { KeyRotation, KeyVersion } from "../../api/types";
import type { Tone } from "../../ui/Pill";

export const SUITES = ["aes", "sm"] as const;
export type Suite = (typeof SUITES)[number];

const TONES: Record<string, Tone> = {
  arriving: "info",
  current: "brand",
  draining: "caution",
  retired: "quiet",
};

export function toneOf({ state }: KeyVersion): Tone {
  return TONES[state] ?? "quiet";
}

/** The rotation that goes on, if there is one. */
export function underWay(rotations: readonly KeyRotation[]): KeyRotation | undefined {
  return rotations.find(({ finished_at }) => finished_at == null);
}

export function percentOf({ done, total }: KeyRotation): number {
  return total === 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
}

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: () => body(api.GET("/keys")),
  // A rotation moves by itself.
  refetchInterval: ({ state }) => (underWay(state.data?.rotations ?? []) === undefined ? 30_000 : 1_500),
});
