import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { api, body, onStepUp, setCsrfToken } from "../../api/client";
import { provePasskey } from "../../api/passkey";
import { toApiError } from "../../api/problem";
import type { FreshSession } from "../../api/types";
import { sessionQuery, useSession } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { PasskeyButton } from "./PasskeyButton";
import "./public.css";

const TOTP_DIGITS = 6;

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
      footer={null}
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
  const text = useProblemText();
  const queryClient = useQueryClient();
  const { step_up } = useSession();
  const [form] = Form.useForm<{ code: string }>();
  const proven = ({ csrf_token, fresh_until }: FreshSession) => {
    setCsrfToken(csrf_token);
    queryClient.setQueryData(sessionQuery.queryKey, (session) =>
      session ? { ...session, csrf_token, fresh_until, fresh: true } : session,
    );
    onProven();
  };
  const refused = (error: unknown) => {
    form.setFieldValue("code", "");
    if (["session.expired", "session.missing"].includes(toApiError(error).code)) {
      onLost();
      void queryClient.invalidateQueries(sessionQuery);
    }
  };
  const prove = useMutation({
    mutationFn: (code: string) => body(api.POST("/session/step-up/totp", { body: { code } })),
    onSuccess: proven,
    onError: refused,
  });
  const submit = ({ code }: { code: string }) => prove.mutate(code.replace(/\s/g, ""));
  if (step_up.length === 0) return <p className="soft">{t("step-up-none")}</p>;
  const app = step_up.includes("totp");
  return (
    <>
      <p className="soft">{t(app ? "step-up-note" : "step-up-note-passkey")}</p>
      {app && (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          onFinish={submit}
          onValuesChange={({ code = "" }: { code?: string }) => {
            if (code.replace(/\s/g, "").length === TOTP_DIGITS && !prove.isPending) submit({ code });
          }}
        >
          {prove.isError && (
            <Form.Item>
              <Alert type="error" showIcon title={text.of(prove.error)} />
            </Form.Item>
          )}
          <Form.Item
            name="code"
            label={t("totp-code")}
            className="one-time"
            rules={[{ required: true, message: t("hint-required") }]}
          >
            <Input
              size="large"
              autoFocus
              autoComplete="one-time-code"
              inputMode="numeric"
              maxLength={TOTP_DIGITS + 1}
            />
          </Form.Item>
          <Button type="primary" size="large" htmlType="submit" block loading={prove.isPending}>
            {t("sign-in-verify")}
          </Button>
        </Form>
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
