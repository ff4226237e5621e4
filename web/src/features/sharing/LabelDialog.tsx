import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Modal, Radio } from "antd";
import { api, body } from "../../api/client";
import type { Customer } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useFormProblem } from "../../ui/useFormProblem";
import { refreshCustomers } from "../customers/customers";
import { LEVELS } from "./sharing";

/** Raises the label of a customer. Lowering it is the security administrator's. */
export function LabelDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useT();
  const [form] = Form.useForm<{ level: string }>();
  const queryClient = useQueryClient();
  const problem = useFormProblem(form);
  const label = useMutation({
    mutationFn: ({ level }: { level: string }) =>
      body(
        api.PUT("/customers/{id}/label", {
          params: { path: { id: customer.id } },
          body: { level, compartments: customer.label.compartments },
        }),
      ),
    onSuccess: async () => {
      onClose();
      await refreshCustomers(queryClient);
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
        initialValues={{ level: customer.label.level }}
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
