import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Modal, Radio } from "antd";
import { ask } from "../../api/records";
import { useT } from "../../i18n/useT";
import { useFormProblem } from "../../ui/useFormProblem";
import { LEVELS, type Shareable } from "./sharing";

/** Raises the label of a record. Lowering it is the security administrator's. */
export function LabelDialog({ record, onClose }: { record: Shareable; onClose: () => void }) {
  const t = useT();
  const [form] = Form.useForm<{ level: string }>();
  const queryClient = useQueryClient();
  const problem = useFormProblem(form);
  const label = useMutation({
    mutationFn: ({ level }: { level: string }) =>
      ask("PUT", `${record.base}/label`, { body: { level, compartments: record.label.compartments } }),
    onSuccess: async () => {
      onClose();
      await record.refresh(queryClient);
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("label-title")}
      okText={t("save")}
      okButtonProps={{ loading: label.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={440}
      destroyOnHidden
    >
      <p className="soft">{t("label-note")}</p>
      {problem.general !== null && <Alert type="error" showIcon title={problem.general} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ level: record.label.level }}
        onFinish={(values) => label.mutate(values)}
      >
        <Form.Item name="level" label={t("label-level")}>
          <Radio.Group
            className="reason-list"
            options={LEVELS.map((level) => ({ value: level, label: t(`level-${level}`) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
