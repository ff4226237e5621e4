import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { api, done } from "../../api/client";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { PublicFrame } from "../session/PublicFrame";

interface Values {
  login: string;
}

/** Asks for a link to set a new password. The answer is the same whether or not there is such an account. */
export function ForgotPage() {
  const t = useT();
  const text = useProblemText();
  const request = useMutation({
    mutationFn: (values: Values) => done(api.POST("/session/reset", { body: values })),
  });
  return (
    <PublicFrame title={t("reset-request-title")} note={t("reset-request-note")}>
      {request.isError && <Alert type="error" showIcon title={text.of(request.error)} />}
      {request.isSuccess ? (
        <Alert type="success" showIcon title={t("reset-request-done")} />
      ) : (
        <Form<Values>
          layout="vertical"
          requiredMark={false}
          className="public-form"
          onFinish={(values) => request.mutate(values)}
        >
          <Form.Item
            name="login"
            label={t("sign-in-login")}
            rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
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
          <Button type="primary" size="large" htmlType="submit" block loading={request.isPending}>
            {t("reset-request-send")}
          </Button>
        </Form>
      )}
      <div className="public-links">
        <Link to="/sign-in">{t("reset-to-sign-in")}</Link>
      </div>
    </PublicFrame>
  );
}
