import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { LogHolder } from "../../api/types";
import type { Tone } from "../../ui/Pill";

export const settingsQuery = queryOptions({
  queryKey: ["log-settings"],
  queryFn: () => body(api.GET("/log/settings")),
});

export const holdersQuery = queryOptions({
  queryKey: ["log-witnesses"],
  queryFn: () => body(api.GET("/log/witnesses")),
  // Rounds are made every 20 seconds.
  refetchInterval: 10_000,
});

export function toneOf({ alarm, standing }: LogHolder): Tone {
  if (alarm) return "danger";
  if (standing === "continues") return "brand";
  return standing === "waiting" ? "quiet" : "caution";
}
