import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { OutboxMessage } from "../../api/types";
import type { Tone } from "../../ui/Pill";

export const STATES = ["queued", "sending", "sent", "failed", "dropped"] as const;
export type MessageState = (typeof STATES)[number];

const TONES: Record<MessageState, Tone> = {
  queued: "info",
  sending: "info",
  sent: "brand",
  failed: "danger",
  dropped: "quiet",
};

export function toneOf({ state }: OutboxMessage): Tone {
  return TONES[state as MessageState] ?? "quiet";
}

export function messagesQuery(limit: number, cursor: string | undefined, state: MessageState | undefined) {
  return queryOptions({
    queryKey: ["outbox-messages", limit, cursor, state],
    queryFn: () => body(api.GET("/outbox/messages", { params: { query: { limit, cursor, state } } })),
    // Messages move by themselves.
    refetchInterval: 5_000,
  });
}

export const settingsQuery = queryOptions({
  queryKey: ["outbox-settings"],
  queryFn: () => body(api.GET("/outbox/settings")),
});
