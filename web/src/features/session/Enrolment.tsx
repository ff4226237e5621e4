import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Spin } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { useProblemText } from "../../ui/useProblemText";
import { AuthenticatorSecret, FirstCode, MADE_ONCE } from "./NewAuthenticator";
import { RecoveryCodes } from "./RecoveryCodes";

/** Sets up the authenticator app: picture, secret, proof, recovery codes. */
export function Enrolment({ onDone }: { onDone: () => void }) {
  const t = useT();
  const text = useProblemText();
  const [codes, setCodes] = useState<string[] | null>(null);
  const enrolment = useQuery({
    queryKey: ["totp-enrolment"],
    ...MADE_ONCE,
    queryFn: () => body(api.POST("/session/totp/enrolment")),
  });
  const confirm = useMutation({
    mutationFn: (code: string) => body(api.POST("/session/totp/confirmation", { body: { code } })),
    onSuccess: ({ recovery_codes }) => setCodes(recovery_codes),
  });

  if (codes !== null) return <RecoveryCodes codes={codes} onStored={onDone} />;
  if (enrolment.isError)
    return <ErrorState error={enrolment.error} onRetry={() => void enrolment.refetch()} />;
  if (enrolment.data === undefined) return <Spin />;
  return (
    <>
      <AuthenticatorSecret secret={enrolment.data} />
      <Form
        layout="vertical"
        requiredMark={false}
        onFinish={({ code }: { code: string }) => confirm.mutate(code.replace(/\s/g, ""))}
      >
        {confirm.isError && (
          <Form.Item>
            <Alert type="error" showIcon title={text.of(confirm.error)} />
          </Form.Item>
        )}
        <FirstCode />
        <Button type="primary" size="large" htmlType="submit" block loading={confirm.isPending}>
          {t("enrol-confirm")}
        </Button>
      </Form>
    </>
  );
}
