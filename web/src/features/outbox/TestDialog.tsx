import { useMutation } from "@tanstack/react-query";
import { Alert, Form, Input, Modal } from "antd";
import { api, body } from "../../api/client";
import { useLanguage } from "../../i18n/LanguageProvider";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";

interface Values {
  recipient: string;
}

/** Sends a test message at once and says how that went. */
export function TestDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { language } = useLanguage().words;
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const test = useMutation({
    mutationFn: ({ recipient }: Values) => body(api.POST("/outbox/test", { body: { recipient, language } })),
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("outbox-test-title")}
      onCancel={onClose}
      onOk={form.submit}
      okText={t("outbox-test-send")}
      cancelText={t("close")}
      confirmLoading={test.isPending}
    >
      <p className="soft">{t("outbox-test-note")}</p>
      <FormAlert problem={problem} />
      {test.data?.sent === true && (
        <Alert type="success" showIcon title={t("outbox-test-sent")} className="form-alert" />
      )}
      {test.data?.error != null && (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={t("outbox-test-failed", { reason: t(`message-error-${test.data.error}`) })}
        />
      )}
      <Form
        form={form}
        layout="vertical"
        onFinish={(values) => {
          problem.clear();
          test.mutate(values);
        }}
      >
        <Form.Item
          name="recipient"
          label={t("outbox-test-recipient")}
          rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
        >
          <Input autoFocus autoComplete="off" maxLength={254} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
