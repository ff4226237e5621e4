import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Alert } from "antd";
import { useEffect, useState } from "react";
import { api, body } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { NextStep } from "../../api/types";
import { PagePending } from "../../app/layout/PageStates";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { PublicFrame } from "../session/PublicFrame";
import { SecondFactor } from "../session/SecondFactor";
import { forgetConnecting, isConnecting, keepForAccount, type ProviderAnswer } from "./connecting";
import { forgetSamlAnswer, keptSamlAnswer } from "./samlAnswer";

/** What the provider put into the address, or a SAML provider's page had posted. DingTalk calls its code otherwise. */
function answerOfProvider(): ProviderAnswer {
  const query = new URLSearchParams(window.location.search);
  const posted = query.has("state") ? null : keptSamlAnswer();
  if (posted !== null) return { state: posted.state, code: posted.response };
  const text = (name: string) => query.get(name) ?? undefined;
  return { state: text("state") ?? "", code: text("code") ?? text("authCode"), iss: text("iss") };
}

interface Arrival {
  step: NextStep;
  back: string;
}

/** Hands the answer of a sign-in in. */
async function handIn(answer: ProviderAnswer): Promise<Arrival> {
  const call = api.POST("/session/federation/callback", { body: answer });
  const step = await body(call);
  const back = (await call).response.headers.get("X-Return-To") ?? "/";
  return { step, back };
}

/** The one request per answer: an answer counts once, and React may begin an effect twice. */
const underWay = new Map<string, Promise<Arrival>>();

/** The page identity providers lead back to. */
export function CallbackPage() {
  const t = useT();
  const text = useProblemText();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [answer] = useState(answerOfProvider);
  const [arrival, setArrival] = useState<Arrival | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  useEffect(() => {
    // It must not stay in the address bar, the history or the browser.
    window.history.replaceState(window.history.state, "", "/sign-in/callback");
    forgetSamlAnswer();
    if (isConnecting(answer.state)) {
      forgetConnecting();
      keepForAccount(answer);
      void navigate({ to: "/account", replace: true });
      return;
    }
    // A connection that was given up.
    forgetConnecting();
    let first = underWay.get(answer.state);
    if (first === undefined) {
      first = handIn(answer);
      underWay.set(answer.state, first);
    }
    first.then(setArrival, (error: unknown) => setProblem(toApiError(error)));
    queryClient.removeQueries({ queryKey: ["session"] });
  }, [answer, navigate, queryClient]);

  if (arrival !== null) {
    return (
      <SecondFactor
        first={arrival.step}
        back={arrival.back}
        onRestart={() => void navigate({ to: "/sign-in" })}
      />
    );
  }
  if (problem === null) return <PagePending />;
  return (
    <PublicFrame title={t("provider-callback-failed")}>
      <Alert type="error" showIcon title={text.of(problem)} />
      <div className="public-links">
        <Link to="/sign-in">{t("link-to-sign-in")}</Link>
      </div>
    </PublicFrame>
  );
}
