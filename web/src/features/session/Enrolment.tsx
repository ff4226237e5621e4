import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Spin } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { ErrorState } from "../../ui/ErrorState";
import { useProblemText } from "../../ui/useProblemText";
import { RecoveryCodes } from "./RecoveryCodes";

/** A picture the server drew, as an address the page's policy allows. */
export function pictureAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

/** The secret in groups of four, as authenticator apps show it. */
export function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}

/** Sets up the authenticator app: picture, secret, proof, recovery codes. */
export function Enrolment({ onDone }: { onDone: () => void }) {
  const t = useT();
  const text = useProblemText();
  const [codes, setCodes] = useState<string[] | null>(null);
  const enrolment = useQuery({
    queryKey: ["totp-enrolment"],
    staleTime: Number.POSITIVE_INFINITY,
    // The secret must not outlive the page that shows it.
    gcTime: 0,
    retry: false,
    refetchOnReconnect: false,
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
  const { secret, qr_svg, otpauth_uri } = enrolment.data;
  return (
    <>
      <div className="qr">
        <img src={pictureAddress(qr_svg)} alt={t("enrol-picture")} />
        <div>
          <p className="soft">{t("enrol-manual")}</p>
          <code>{grouped(secret)}</code>
          <CopyButton text={secret} />
          <p>
            <a href={otpauth_uri}>{t("enrol-open-app")}</a>
          </p>
        </div>
      </div>
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
        <Form.Item
          name="code"
          label={t("totp-code")}
          className="one-time"
          rules={[{ required: true, message: t("hint-required") }]}
        >
          <Input size="large" autoComplete="one-time-code" inputMode="numeric" maxLength={7} />
        </Form.Item>
        <Button type="primary" size="large" htmlType="submit" block loading={confirm.isPending}>
          {t("enrol-confirm")}
        </Button>
      </Form>
    </>
  );
}
