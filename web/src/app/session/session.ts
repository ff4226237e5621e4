import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { api, body, setCsrfToken } from "../../api/client";
import { ApiError } from "../../api/problem";
import type { Session } from "../../api/types";
import { adopt } from "../../features/devices/prover";

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async (): Promise<Session | null> => {
    try {
      // Answers leave nothing out, only requests may.
      let session = (await body(api.GET("/session"))) as Session;
      if (await adopt(session.user.id, session.device_id ?? null))
        session = (await body(api.GET("/session"))) as Session;
      setCsrfToken(session.csrf_token);
      return session;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      setCsrfToken(null);
      return null;
    }
  },
});

/** What keeps a session of this browser from being used here and now, such as the network; null when nothing does. */
export const barQuery = queryOptions({
  queryKey: ["session-bar"],
  gcTime: 0,
  retry: false,
  queryFn: async (): Promise<ApiError | null> => {
    try {
      await body(api.GET("/session"));
    } catch (error) {
      if (error instanceof ApiError && error.code.startsWith("session.barred.")) return error;
    }
    return null;
  },
});

export const statusQuery = queryOptions({
  queryKey: ["status"],
  staleTime: 60_000,
  queryFn: () => body(api.GET("/status")),
});

/** Drops everything that was read under a session, and the session itself. */
export function forgetSession(queryClient: QueryClient): void {
  setCsrfToken(null);
  queryClient.clear();
}

/** The session of a page behind the sign-in; the router let nobody else through. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (data === undefined || data === null) throw new Error("page shown without a session");
  return data;
}

/** Whether the server listed a permission for this person. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}
