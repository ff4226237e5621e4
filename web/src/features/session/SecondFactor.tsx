import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { api, body } from "../../api/client";
import { provePasskey } from "../../api/passkey";
import type { NextStep } from "../../api/types";
import { safeReturnPath } from "../../app/session/returnPath";
import { sessionQuery } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { CodeForm } from "./CodeForm";
import { Enrolment } from "./Enrolment";
import { PasskeyButton } from "./PasskeyButton";
import { PublicFrame } from "./PublicFrame";
import { SentCode, sendingWays } from "./SentCode";

/** Whether the person is signed in. A password that is too old is changed in the application, where nothing else works. */
function isOver(step: NextStep["next"]): boolean {
  return step === "done" || step === "change_password";
}

interface Props {
  first: NextStep;
  /** Where the person wanted to go. */
  back: string | undefined;
  onRestart: () => void;
}

/** What follows a right password or link: a code, a recovery code, or setting the second factor up. */
export function SecondFactor({ first, back, onRestart }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const router = useRouter();
  const [step, setStep] = useState<NextStep["next"]>(first.next);
  const { methods } = first;
  const [recovering, setRecovering] = useState(false);

  useEffect(() => {
    if (!isOver(step)) return;
    queryClient.removeQueries(sessionQuery);
    router.history.push(safeReturnPath(back));
  }, [step, back, queryClient, router]);

  if (isOver(step)) return null;
  if (step === "enrol_totp") {
    return (
      <PublicFrame title={t("enrol-title")} note={t("enrol-note")}>
        <Enrolment onDone={() => setStep("done")} />
      </PublicFrame>
    );
  }
  const app = methods.includes("totp");
  const ways = sendingWays(methods);
  const note = app ? t("totp-note") : t(ways.length > 0 ? "sent-code-note" : "passkey-note");
  return (
    <PublicFrame
      title={recovering ? t("recovery-title") : t("totp-title")}
      note={recovering ? t("recovery-note") : note}
    >
      {recovering ? (
        <CodeForm
          key="recovery"
          kind="recovery"
          check={(code) => body(api.POST("/session/recovery", { body: { code } }))}
          onProven={({ next }) => setStep(next)}
        />
      ) : (
        app && (
          <CodeForm
            key="totp"
            kind="digits"
            check={(code) => body(api.POST("/session/totp", { body: { code } }))}
            onProven={({ next }) => setStep(next)}
          />
        )
      )}
      {!recovering && ways.length > 0 && (
        <SentCode
          ways={ways}
          send={(kind) => body(api.POST("/session/code/message", { body: { kind } }))}
          check={(code) => body(api.POST("/session/code", { body: { code } }))}
          onProven={({ next }) => setStep(next)}
        />
      )}
      {!recovering && methods.includes("passkey") && (
        <PasskeyButton
          primary={!app}
          prove={async () => {
            const challenge = await body(api.POST("/session/second-factor/passkey/options"));
            const credential = await provePasskey(challenge);
            return body(
              api.POST("/session/second-factor/passkey", { body: { state: challenge.state, credential } }),
            );
          }}
          onProven={({ next }) => setStep(next)}
        />
      )}
      <div className="public-links">
        {(recovering || methods.includes("recovery")) && (
          <Button type="link" onClick={() => setRecovering(!recovering)}>
            {recovering ? t("recovery-back") : t(ways.length > 0 ? "sent-code-lost" : "totp-lost")}
          </Button>
        )}
        {!recovering && ways.length > 0 && methods.includes("enrol_totp") && (
          <Button type="link" onClick={() => setStep("enrol_totp")}>
            {t("sent-code-enrol")}
          </Button>
        )}
        <Button type="link" onClick={onRestart}>
          {t("sign-in-restart")}
        </Button>
      </div>
    </PublicFrame>
  );
}
