import { useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { api, body, onStepUp, setCsrfToken } from "../../api/client";
import { provePasskey } from "../../api/passkey";
import { toApiError } from "../../api/problem";
import type { FreshSession } from "../../api/types";
import { sessionQuery, useSession } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { CodeForm } from "./CodeForm";
import { PasskeyButton } from "./PasskeyButton";
import { SentCode, sendingWays } from "./SentCode";
import "./public.css";

/** Asks for a fresh factor whenever the server wants one, and lets the waiting requests go on. */
export function StepUpDialog() {
  const t = useT();
  const [open, setOpen] = useState(false);
  const answer = useRef<(proven: boolean) => void>(() => {});

  useEffect(() => {
    const stop = onStepUp(
      () =>
        new Promise((resolve) => {
          answer.current = resolve;
          setOpen(true);
        }),
    );
    return () => {
      stop();
      // Nobody will be asked any more.
      answer.current(false);
    };
  }, []);

  const close = (proven: boolean) => {
    setOpen(false);
    answer.current(proven);
  };
  return (
    <Modal
      open={open}
      title={t("step-up-title")}
      footer={<Button onClick={() => close(false)}>{t("cancel")}</Button>}
      onCancel={() => close(false)}
      mask={{ closable: false }}
      destroyOnHidden
      width={400}
    >
      <Prove onProven={() => close(true)} onLost={() => close(false)} />
    </Modal>
  );
}

interface Props {
  onProven: () => void;
  /** The session ended with the last wrong code. */
  onLost: () => void;
}

function Prove({ onProven, onLost }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const { step_up } = useSession();
  const proven = ({ csrf_token, fresh_until }: FreshSession) => {
    setCsrfToken(csrf_token);
    queryClient.setQueryData(sessionQuery.queryKey, (session) =>
      session ? { ...session, csrf_token, fresh_until, fresh: true } : session,
    );
    onProven();
  };
  const refused = (error: unknown) => {
    if (["session.expired", "session.missing"].includes(toApiError(error).code)) {
      onLost();
      void queryClient.invalidateQueries(sessionQuery);
    }
  };
  if (step_up.length === 0) return <p className="soft">{t("step-up-none")}</p>;
  const app = step_up.includes("totp");
  const ways = sendingWays(step_up);
  const note = app ? "step-up-note" : ways.length > 0 ? "step-up-note-code" : "step-up-note-passkey";
  return (
    <>
      <p className="soft">{t(note)}</p>
      {app && (
        <CodeForm
          kind="digits"
          check={(code) => body(api.POST("/session/step-up/totp", { body: { code } }))}
          onProven={proven}
          onRefused={refused}
        />
      )}
      {ways.length > 0 && (
        <SentCode
          ways={ways}
          send={(kind) => body(api.POST("/session/step-up/code/message", { body: { kind } }))}
          check={(code) => body(api.POST("/session/step-up/code", { body: { code } }))}
          onProven={proven}
          onRefused={refused}
        />
      )}
      {step_up.includes("passkey") && (
        <PasskeyButton
          primary={!app}
          prove={async () => {
            const challenge = await body(api.POST("/session/step-up/passkey/options"));
            const credential = await provePasskey(challenge);
            return body(
              api.POST("/session/step-up/passkey", { body: { state: challenge.state, credential } }),
            );
          }}
          onProven={proven}
          onRefused={refused}
        />
      )}
    </>
  );
}
