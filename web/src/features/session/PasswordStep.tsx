import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { api, body } from "../../api/client";
import type { NextStep } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";

interface Values {
  login: string;
  password: string;
}

export function PasswordStep({ onNext }: { onNext: (next: NextStep) => void }) {
  const t = useT();
  const text = useProblemText();
  const signIn = useMutation({
    mutationFn: (values: Values) => body(api.POST("/session", { body: values })),
    onSuccess: onNext,
  });
  return (
    <Form<Values>
      layout="vertical"
      requiredMark={false}
      className="public-form"
      onFinish={(values) => signIn.mutate(values)}
    >
      {signIn.isError && (
        <Form.Item>
          <Alert type="error" showIcon title={text.of(signIn.error)} />
        </Form.Item>
      )}
      <Form.Item
        name="login"
        label={t("sign-in-login")}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <Input
          size="large"
          autoFocus
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={200}
        />
      </Form.Item>
      <Form.Item
        name="password"
        label={t("sign-in-password")}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <Input.Password size="large" autoComplete="current-password" maxLength={1024} />
      </Form.Item>
      <Button type="primary" size="large" htmlType="submit" block loading={signIn.isPending}>
        {t("sign-in-continue")}
      </Button>
    </Form>
  );
}
