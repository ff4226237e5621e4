import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";

const DIGITS = 6;

interface Props<T> {
  /** Six digits from an app or a message, or a recovery code. */
  kind: "digits" | "recovery";
  check: (code: string) => Promise<T>;
  onProven: (answer: T) => void;
  onRefused?: (error: unknown) => void;
}

/** Asks for a code. Six digits are checked as soon as they are complete. */
export function CodeForm<T>({ kind, check, onProven, onRefused }: Props<T>) {
  const t = useT();
  const text = useProblemText();
  const [form] = Form.useForm<{ code: string }>();
  const digits = kind === "digits";
  const proof = useMutation({
    mutationFn: check,
    onSuccess: onProven,
    onError: (error) => {
      form.setFieldValue("code", "");
      onRefused?.(error);
    },
  });
  const submit = ({ code }: { code: string }) => proof.mutate(digits ? code.replace(/\s/g, "") : code.trim());
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="public-form"
      onFinish={submit}
      // Not by way of the form: the check of the field that follows its change would cancel the form's own.
      onValuesChange={({ code = "" }: { code?: string }) => {
        const complete = digits && code.replace(/\s/g, "").length === DIGITS;
        if (complete && !proof.isPending) submit({ code });
      }}
    >
      {proof.isError && (
        <Form.Item>
          <Alert type="error" showIcon title={text.of(proof.error)} />
        </Form.Item>
      )}
      <Form.Item
        name="code"
        label={digits ? t("totp-code") : t("recovery-code")}
        className={digits ? "one-time" : "mono"}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <Input
          size="large"
          autoFocus
          autoComplete={digits ? "one-time-code" : "off"}
          inputMode={digits ? "numeric" : "text"}
          maxLength={digits ? DIGITS + 1 : 64}
          spellCheck={false}
        />
      </Form.Item>
      <Button type="primary" size="large" htmlType="submit" block loading={proof.isPending}>
        {t("sign-in-verify")}
      </Button>
    </Form>
  );
}
