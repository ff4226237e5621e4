import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { api } from "../../api/client";
import { forgetSession } from "./session";

/** Ends the session on the server and forgets everything it had shown, even when the server cannot be reached. */
export function useSignOut(): () => void {
  const queryClient = useQueryClient();
  const router = useRouter();
  return useCallback(() => {
    // The pages go first: they cannot be shown without the session they are about to lose.
    const leave = () => router.navigate({ to: "/sign-in" }).finally(() => forgetSession(queryClient));
    void api.DELETE("/session").then(leave, leave);
  }, [queryClient, router]);
}
