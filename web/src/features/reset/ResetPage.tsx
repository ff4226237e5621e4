import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { useEffect, useState } from "react";
import { api, done } from "../../api/client";
import { useT } from "../../i18n/useT";
import { PasswordField } from "../../ui/PasswordField";
import { useFormProblem } from "../../ui/useFormProblem";
import { PublicFrame } from "../session/PublicFrame";

interface Values {
  password: string;
  again: string;
}

/** The token after the "#", which browsers send to no server. */
function tokenOfAddress(): string {
  return decodeURIComponent(window.location.hash.slice(1));
}

/** The page a link for a forgotten password leads to. */
export function ResetPage() {
  const t = useT();
  const [token] = useState(tokenOfAddress);
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const reset = useMutation({
    mutationFn: ({ password }: Values) =>
      done(api.POST("/session/reset/confirmation", { body: { token, password } })),
    onError: problem.show,
  });

  // The link works once: it must not stay in the address bar or the history.
  useEffect(() => window.history.replaceState(window.history.state, "", "/reset"), []);

  return (
    <PublicFrame
      title={t("reset-title")}
      note={reset.isSuccess || token === "" ? undefined : t("reset-note")}
    >
      {token === "" && <Alert type="warning" showIcon title={t("reset-empty")} />}
      {reset.isSuccess && <Alert type="success" showIcon title={t("reset-done")} />}
      {problem.general !== null && <Alert type="error" showIcon title={problem.general} />}
      {token !== "" && !reset.isSuccess && (
        <Form<Values>
          form={form}
          layout="vertical"
          requiredMark={false}
          className="public-form"
          onFinish={(values) => {
            problem.clear();
            reset.mutate(values);
          }}
        >
          <PasswordField name="password" label={t("password-new")} />
          <Form.Item
            name="again"
            label={t("password-again")}
            dependencies={["password"]}
            rules={[
              { required: true, message: t("hint-required") },
              ({ getFieldValue }) => ({
                validator: async (_, value) => {
                  if (value && value !== getFieldValue("password")) throw new Error(t("password-unequal"));
                },
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" maxLength={1024} />
          </Form.Item>
          <Button type="primary" size="large" htmlType="submit" block loading={reset.isPending}>
            {t("reset-set")}
          </Button>
        </Form>
      )}
      <div className="public-links">
        <Link to="/sign-in">{t("reset-to-sign-in")}</Link>
      </div>
    </PublicFrame>
  );
}
