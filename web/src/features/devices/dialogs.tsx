import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Form, Input, Modal, Radio } from "antd";
import type { Device } from "../../api/types";
import { sessionQuery, useSession } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { guessKind, type Kind, registerDevice, renameDevice } from "./devices";
import { canKeep } from "./keyStore";

const MAX_NAME = 60;

interface Values {
  name: string;
  kind: Kind;
}

/** Registers the device the page is open on. */
export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { user } = useSession();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const possible = useQuery({ queryKey: ["device-possible"], queryFn: canKeep, staleTime: 0 });
  const register = useMutation({
    mutationFn: ({ name, kind }: Values) => registerDevice(user.id, name, kind),
    onSuccess: async () => {
      await queryClient.invalidateQueries(sessionQuery);
      await queryClient.invalidateQueries();
      void message.success(t("device-registered"));
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("device-register-title")}
      okText={t("device-register-ok")}
      cancelText={t("cancel")}
      onOk={form.submit}
      onCancel={onClose}
      confirmLoading={register.isPending}
      okButtonProps={{ disabled: possible.data === false }}
      width={460}
    >
      <p className="soft">{t("device-register-text")}</p>
      {possible.data === false && (
        <Alert type="warning" showIcon className="form-alert" title={t("device-impossible")} />
      )}
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: "", kind: guessKind() }}
        onFinish={(values) => {
          problem.clear();
          register.mutate(values);
        }}
      >
        <Form.Item
          name="name"
          label={t("device-name")}
          extra={t("device-name-note")}
          rules={[{ required: true, whitespace: true, message: t("error-name-empty") }]}
        >
          <Input maxLength={MAX_NAME} autoComplete="off" />
        </Form.Item>
        <Form.Item name="kind" label={t("device-kind")}>
          <Radio.Group
            options={(["computer", "phone"] as const).map((kind) => ({
              value: kind,
              label: t(`device-kind-${kind}`),
            }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

export function RenameDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<{ name: string }>();
  const problem = useFormProblem(form);
  const rename = useMutation({
    mutationFn: ({ name }: { name: string }) => renameDevice(device.id, name),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["devices"] });
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("device-rename-named", { name: device.name })}
      okText={t("save")}
      cancelText={t("cancel")}
      onOk={form.submit}
      onCancel={onClose}
      confirmLoading={rename.isPending}
      width={420}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: device.name }}
        onFinish={(values) => {
          problem.clear();
          rename.mutate(values);
        }}
      >
        <Form.Item
          name="name"
          label={t("device-name")}
          rules={[{ required: true, whitespace: true, message: t("error-name-empty") }]}
        >
          <Input maxLength={MAX_NAME} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
