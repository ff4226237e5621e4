import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, done } from "../../api/client";
import { ApiError } from "../../api/problem";
import { useLanguage } from "../../i18n/LanguageProvider";
import { asLanguage, type Language } from "../../i18n/languages";
import { useShowProblem } from "../../ui/useProblemText";
import { sessionQuery, useSession } from "./session";

/** Keeps the language with the account: the newest wish of this visit is saved, else the account's own is followed. */
export function AccountLanguage() {
  const { user } = useSession();
  const { words, follow, unkept, settle } = useLanguage();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const { mutate: keep } = useMutation({
    mutationFn: (language: Language) =>
      done(
        api.PUT("/me/preferences/{key}", {
          params: { path: { key: "language" } },
          body: { value: language },
        }),
      ),
    onSuccess: (_, language) => {
      queryClient.setQueryData(sessionQuery.queryKey, (session) =>
        session ? { ...session, user: { ...session.user, language, language_chosen: true } } : session,
      );
    },
    onError: (error) => {
      // Nothing is kept for an account without a role; the browser remembers all the same.
      if (!(error instanceof ApiError && error.status === 404)) showProblem(error);
    },
    onSettled: settle,
  });
  const own = user.language_chosen ? asLanguage(user.language) : null;
  useEffect(() => {
    if (unkept !== null) keep(unkept);
    else if (own !== null && own !== words.language) void follow(own);
  }, [unkept, own, words.language, keep, follow]);
  return null;
}
