import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { api, body } from "../../api/client";
import { makePasskey } from "../../api/passkey";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { NAME_LENGTH } from "./names";

/** Adds a passkey: a name here, the rest in the browser's own dialog. */
export function AddPasskey({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ name: string }>();
  const problem = useFormProblem(form);
  const add = useMutation({
    mutationFn: async ({ name }: { name: string }) => {
      const challenge = await body(api.POST("/me/factors/passkey/options"));
      const credential = await makePasskey(challenge);
      return body(api.POST("/me/factors/passkey", { body: { state: challenge.state, credential, name } }));
    },
    onSuccess: () => {
      void message.success(t("factor-added"));
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("factor-add-passkey")}
      okText={t("sign-in-continue")}
      okButtonProps={{ loading: add.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={420}
    >
      <p className="soft">{t("factor-add-passkey-note")}</p>
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: "" }}
        onFinish={(values) => {
          problem.clear();
          add.mutate(values);
        }}
      >
        <Form.Item name="name" label={t("factor-name")} extra={t("factor-name-example")}>
          <Input autoFocus maxLength={NAME_LENGTH} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
