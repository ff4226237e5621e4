import { App } from "antd";
import { useCallback, useMemo } from "react";
import { APPROVAL_REQUESTED } from "../api/client";
import { type Params, toApiError } from "../api/problem";
import { fluentArgs, idPart, useT } from "../i18n/useT";

export interface ProblemText {
  /** The sentence for a code of the server; a code without words is shown as it is. */
  ofCode(code: string, params: Params): string;
  /** The sentence for anything that was thrown, with the request's number when the words cannot say more. */
  of(error: unknown): string;
}

export function useProblemText(): ProblemText {
  const t = useT();
  const ofCode = useCallback(
    (code: string, params: Params) => {
      const id = `error-${idPart(code)}`;
      return t.has(id) ? t(id, fluentArgs(params)) : t("error-unknown", { code });
    },
    [t],
  );
  const of = useCallback(
    (thrown: unknown) => {
      const error = toApiError(thrown);
      const known = t.has(`error-${idPart(error.code)}`);
      const sentence = ofCode(error.code, error.params);
      const traceable = error.requestId !== null && (!known || error.status >= 500);
      return traceable ? `${sentence} ${t("error-request", { id: error.requestId ?? "" })}` : sentence;
    },
    [t, ofCode],
  );
  return useMemo(() => ({ ofCode, of }), [ofCode, of]);
}

/** Shows a refusal as a short message at the top of the page. */
export function useShowProblem(): (error: unknown) => void {
  const { message } = App.useApp();
  const text = useProblemText();
  return useCallback(
    (error: unknown) => {
      // That it waits for approval was said by who asked for the reason.
      if (toApiError(error).code !== APPROVAL_REQUESTED) void message.error(text.of(error), 6);
    },
    [message, text],
  );
}
