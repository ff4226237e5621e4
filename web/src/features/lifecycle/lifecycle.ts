import { queryOptions } from "@tanstack/react-query";
import { api, body, done, ifMatch } from "../../api/client";
import { ApiError } from "../../api/problem";
import type { Handover, User } from "../../api/types";

/** How often a handover under way is looked at, in milliseconds. */
const POLL_MS = 700;

export type TakeOver = "nobody" | "colleague" | "leads";

export interface Choice {
  to: TakeOver;
  colleague_id?: string | null;
}

export function leaveQuery(id: string) {
  return queryOptions({
    queryKey: ["leaving", id],
    staleTime: 0,
    queryFn: () => body(api.GET("/users/{id}/leaving", { params: { path: { id } } })),
  });
}

export function moveQuery(id: string, department_id: string | null) {
  return queryOptions({
    queryKey: ["move", id, department_id],
    staleTime: 0,
    queryFn: () =>
      body(
        api.GET("/users/{id}/move", {
          params: { path: { id }, query: department_id === null ? {} : { department_id } },
        }),
      ),
  });
}

/** The last handover of a person; null if there was none. Looked at again for as long as it goes on. */
export function handoverQuery(id: string) {
  return queryOptions({
    queryKey: ["handover", id],
    staleTime: 0,
    queryFn: async (): Promise<Handover | null> => {
      try {
        return await body(api.GET("/users/{id}/handover", { params: { path: { id } } }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data?.running ? POLL_MS : false),
  });
}

export function movePerson(user: User, department_id: string | null, choice: Choice): Promise<void> {
  return done(
    api.POST("/users/{id}/move", {
      params: { path: { id: user.id }, header: { "If-Match": ifMatch(user.version) } },
      body: { department_id, ...choice },
    }),
  );
}

export function letLeave(user: User): Promise<void> {
  return done(
    api.POST("/users/{id}/leaving", {
      params: { path: { id: user.id }, header: { "If-Match": ifMatch(user.version) } },
    }),
  );
}

/** Names who takes over from somebody who left. */
export function handOver(id: string, choice: Choice): Promise<void> {
  return done(api.POST("/users/{id}/handover", { params: { path: { id } }, body: choice }));
}
