import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal, Select } from "antd";
import { api, done } from "../../api/client";
import type { Approval } from "../../api/types";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { reasonRule } from "../../ui/reasonRule";
import { useFormProblem } from "../../ui/useFormProblem";
import { approvalsKey, REASON } from "./approvals";

interface Values {
  to_id: string;
  note: string;
}

/** Hands one request on to somebody who could decide about it by the same terms. */
export function TransferDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const transfer = useMutation({
    mutationFn: ({ to_id, note }: Values) =>
      done(
        api.POST("/approvals/{id}/transfer", {
          params: { path: { id: approval.id } },
          body: { to_id, note: note.trim() },
        }),
      ),
    onSuccess: () => {
      void message.success(t("approval-transferred"));
      onClose();
    },
    onError: problem.show,
    onSettled: () => queryClient.invalidateQueries({ queryKey: approvalsKey }),
  });
  return (
    <Modal
      open
      title={t("approval-transfer-title")}
      okText={t("approval-transfer")}
      okButtonProps={{ loading: transfer.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={460}
    >
      <p className="soft">{t("approval-transfer-note")}</p>
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => {
          problem.clear();
          transfer.mutate(values);
        }}
      >
        <Form.Item
          name="to_id"
          label={t("approval-transfer-to")}
          rules={[{ required: true, message: t("hint-required") }]}
        >
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={approval.successors.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
        <Form.Item name="note" label={t("approval-transfer-why")} rules={[reasonRule(t, REASON)]}>
          <Input.TextArea rows={3} maxLength={REASON.max} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
