import type { Session } from "../../api/types";

/** How long before the end of a session its end is announced. */
export const WARNING_MS = 120_000;

/** When a session ends by itself, in milliseconds of this machine's clock. */
export interface Deadline {
  /** How long the server waits for a request. */
  allowanceMs: number;
  /** The end if nothing more is sent. */
  idleAt: number;
  /** The end whatever is sent. */
  absoluteAt: number;
}

/**
 * Reads a deadline from an answer of the server.
 * @param startedAt when this machine received the answer; the allowance is counted from there, so that a clock that
 * runs ahead of the server's only shortens the session shown, never the session itself.
 */
export function deadlineOf(session: Session, startedAt: number): Deadline {
  const idleAt = Date.parse(session.idle_expires_at);
  return {
    allowanceMs: Math.max(idleAt - startedAt, 0),
    idleAt,
    absoluteAt: Date.parse(session.absolute_expires_at),
  };
}

/** The deadline after the server answered something at `at`. */
export function extended(deadline: Deadline, at: number): Deadline {
  return { ...deadline, idleAt: Math.max(deadline.idleAt, at + deadline.allowanceMs) };
}

export type Phase = "active" | "warning" | "over";

export function phaseAt(
  deadline: Deadline,
  now: number,
): { phase: Phase; leftMs: number; absolute: boolean } {
  const absolute = deadline.absoluteAt <= deadline.idleAt;
  const leftMs = Math.min(deadline.idleAt, deadline.absoluteAt) - now;
  return { phase: leftMs <= 0 ? "over" : leftMs <= WARNING_MS ? "warning" : "active", leftMs, absolute };
}

/** Whether a person at work should be reported to the server: a third of the allowance has passed in silence. */
export function worthReporting(deadline: Deadline, now: number): boolean {
  return now > deadline.idleAt - (deadline.allowanceMs * 2) / 3;
}
