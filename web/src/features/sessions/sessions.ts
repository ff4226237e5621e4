import { queryOptions } from "@tanstack/react-query";
import { api, body, done } from "../../api/client";

/** Whose sessions: one's own, or another account's in the hands of an administrator. */
export type Owner = { own: true } | { own: false; id: string; name: string };

export function sessionsQuery(owner: Owner) {
  return queryOptions({
    queryKey: ["sessions", owner.own ? "me" : owner.id],
    queryFn: () =>
      body(
        owner.own
          ? api.GET("/me/sessions")
          : api.GET("/users/{id}/sessions", { params: { path: { id: owner.id } } }),
      ),
  });
}

/** Ends one session, or with null all of them; of one's own, the one that asks stays. */
export function endSessions(owner: Owner, session_id: string | null): Promise<void> {
  if (owner.own) {
    return session_id === null
      ? done(api.DELETE("/me/sessions"))
      : done(api.DELETE("/me/sessions/{session_id}", { params: { path: { session_id } } }));
  }
  const { id } = owner;
  return session_id === null
    ? done(api.DELETE("/users/{id}/sessions", { params: { path: { id } } }))
    : done(api.DELETE("/users/{id}/sessions/{session_id}", { params: { path: { id, session_id } } }));
}
