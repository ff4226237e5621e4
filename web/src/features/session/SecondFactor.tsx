import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Button } from "antd";
import { useEffect, useState } from "react";
import type { NextStep } from "../../api/types";
import { safeReturnPath } from "../../app/session/returnPath";
import { sessionQuery } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { CodeForm } from "./CodeForm";
import { Enrolment } from "./Enrolment";
import { PublicFrame } from "./PublicFrame";

/** Whether the person is signed in. A password that is too old is changed in the application, where nothing else works. */
function isOver(step: NextStep["next"]): boolean {
  return step === "done" || step === "change_password";
}

interface Props {
  first: NextStep["next"];
  /** Where the person wanted to go. */
  back: string | undefined;
  onRestart: () => void;
}

/** What follows a right password or link: a code, a recovery code, or setting the second factor up. */
export function SecondFactor({ first, back, onRestart }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const router = useRouter();
  const [step, setStep] = useState<NextStep["next"]>(first);
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
  return (
    <PublicFrame
      title={recovering ? t("recovery-title") : t("totp-title")}
      note={recovering ? t("recovery-note") : t("totp-note")}
    >
      <CodeForm key={String(recovering)} kind={recovering ? "recovery" : "totp"} onNext={setStep} />
      <div className="public-links">
        <Button type="link" onClick={() => setRecovering(!recovering)}>
          {recovering ? t("recovery-back") : t("totp-lost")}
        </Button>
        <Button type="link" onClick={onRestart}>
          {t("sign-in-restart")}
        </Button>
      </div>
    </PublicFrame>
  );
}
