import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { api, body } from "../../api/client";
import type { NextStep } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";

const TOTP_DIGITS = 6;

interface Props {
  kind: "totp" | "recovery";
  onNext: (next: NextStep["next"]) => void;
}

/** Asks for the code of the authenticator app, or for a recovery code. */
export function CodeForm({ kind, onNext }: Props) {
  const t = useT();
  const text = useProblemText();
  const [form] = Form.useForm<{ code: string }>();
  const check = useMutation({
    mutationFn: (code: string) =>
      body(
        kind === "totp"
          ? api.POST("/session/totp", { body: { code } })
          : api.POST("/session/recovery", { body: { code } }),
      ),
    onSuccess: ({ next }) => onNext(next),
    onError: () => form.setFieldValue("code", ""),
  });
  const submit = ({ code }: { code: string }) =>
    check.mutate(kind === "totp" ? code.replace(/\s/g, "") : code.trim());
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="public-form"
      onFinish={submit}
      // Not by way of the form: the check of the field that follows its change would cancel the form's own.
      onValuesChange={({ code = "" }: { code?: string }) => {
        const complete = kind === "totp" && code.replace(/\s/g, "").length === TOTP_DIGITS;
        if (complete && !check.isPending) submit({ code });
      }}
    >
      {check.isError && (
        <Form.Item>
          <Alert type="error" showIcon title={text.of(check.error)} />
        </Form.Item>
      )}
      <Form.Item
        name="code"
        label={kind === "totp" ? t("totp-code") : t("recovery-code")}
        className={kind === "totp" ? "one-time" : "mono"}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <Input
          size="large"
          autoFocus
          autoComplete={kind === "totp" ? "one-time-code" : "off"}
          inputMode={kind === "totp" ? "numeric" : "text"}
          maxLength={kind === "totp" ? TOTP_DIGITS + 1 : 64}
          spellCheck={false}
        />
      </Form.Item>
      <Button type="primary" size="large" htmlType="submit" block loading={check.isPending}>
        {t("sign-in-verify")}
      </Button>
    </Form>
  );
}
