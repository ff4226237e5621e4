import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input } from "antd";
import { api, done } from "../../api/client";
import { useT } from "../../i18n/useT";
import { PasswordField } from "../../ui/PasswordField";
import { useFormProblem } from "../../ui/useFormProblem";

interface Values {
  current: string;
  new: string;
  again: string;
}

export function PasswordForm() {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const change = useMutation({
    mutationFn: (values: Values) =>
      done(api.PUT("/session/password", { body: { current: values.current, new: values.new } })),
    onSuccess: () => {
      form.resetFields();
      void message.success(t("password-changed"));
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
      {problem.general !== null && (
        <Alert type="error" showIcon title={problem.general} className="form-alert" />
      )}
      <Form.Item
        name="current"
        label={t("password-current")}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <Input.Password autoComplete="current-password" maxLength={1024} />
      </Form.Item>
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
        {t("password-change")}
      </Button>
    </Form>
  );
}
