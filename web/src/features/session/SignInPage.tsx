import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Alert } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import { provePasskey } from "../../api/passkey";
import type { NextStep } from "../../api/types";
import { barQuery } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { ProviderButtons } from "../federation/ProviderButtons";
import { PasskeyButton } from "./PasskeyButton";
import { PasswordStep } from "./PasswordStep";
import { PublicFrame } from "./PublicFrame";
import { SecondFactor } from "./SecondFactor";

export function SignInPage() {
  const t = useT();
  const text = useProblemText();
  const { data: bar } = useQuery(barQuery);
  const { return: back, reason } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const [step, setStep] = useState<NextStep | null>(null);
  const restart = () => {
    setStep(null);
    void navigate({ to: "/sign-in", search: { return: back } });
  };
  if (step !== null) return <SecondFactor first={step} back={back} onRestart={restart} />;
  return (
    <PublicFrame title={t("sign-in-title")} note={t("sign-in-note")}>
      {reason === "idle" && <Alert type="info" showIcon title={t("sign-in-after-idle")} />}
      {bar != null ? (
        <Alert type="warning" showIcon title={text.of(bar)} />
      ) : (
        reason === "lost" && <Alert type="info" showIcon title={t("sign-in-after-loss")} />
      )}
      <PasswordStep onNext={setStep} />
      <PasskeyButton
        prove={async () => {
          const challenge = await body(api.POST("/session/passkey/options"));
          const credential = await provePasskey(challenge);
          return body(api.POST("/session/passkey", { body: { state: challenge.state, credential } }));
        }}
        onProven={setStep}
      />
      <div className="public-links">
        <Link to="/forgot">{t("reset-forgot")}</Link>
      </div>
      <ProviderButtons back={back} />
    </PublicFrame>
  );
}
