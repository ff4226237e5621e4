import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { api, done } from "../../api/client";
import { sessionQuery, useSession } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { PasswordField } from "../../ui/PasswordField";
import { useFormProblem } from "../../ui/useFormProblem";

interface Values {
  /** Not asked for while there is no password. */
  current?: string;
  new: string;
  again: string;
}

/** Changes the password, or sets the first one of an account that came in by a link. */
export function PasswordForm() {
  const t = useT();
  const { user } = useSession();
  const queryClient = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const change = useMutation({
    mutationFn: (values: Values) =>
      done(api.PUT("/session/password", { body: { current: values.current ?? null, new: values.new } })),
    onSuccess: () => {
      form.resetFields();
      void message.success(t("password-changed"));
      return queryClient.invalidateQueries(sessionQuery);
    },
    onError: problem.show,
  });
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      className="account-password"
      onFinish={(values) => {
        problem.clear();
        change.mutate(values);
      }}
    >
      <FormAlert problem={problem} />
      {user.password ? (
        <Form.Item
          name="current"
          label={t("password-current")}
          rules={[{ required: true, message: t("hint-required") }]}
        >
          <Input.Password autoComplete="current-password" maxLength={1024} />
        </Form.Item>
      ) : (
        <p className="soft">{t("password-set-note")}</p>
      )}
      <PasswordField name="new" label={t("password-new")} />
      <Form.Item
        name="again"
        label={t("password-again")}
        dependencies={["new"]}
        rules={[
          { required: true, message: t("hint-required") },
          ({ getFieldValue }) => ({
            validator: async (_, value) => {
              if (value && value !== getFieldValue("new")) throw new Error(t("password-unequal"));
            },
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={1024} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={change.isPending}>
        {t(user.password ? "password-change" : "password-set")}
      </Button>
    </Form>
  );
}
