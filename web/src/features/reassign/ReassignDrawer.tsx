import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Form, Input, Select } from "antd";
import { useState } from "react";
import { APPROVAL_REQUESTED } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { PreparedReassignment } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { reasonRule } from "../../ui/reasonRule";
import { useFormProblem } from "../../ui/useFormProblem";
import { useProblemText } from "../../ui/useProblemText";
import { useOwnerOptions } from "../customers/customers";
import { REASON } from "../reveal/RevealDialog";
import { ReassignProgress } from "./ReassignProgress";
import "./reassign.css";
import { begin, type Chosen, prepare, reassignmentsKey } from "./reassign";

interface Values {
  to_id: string;
  reason: string;
}

interface Props {
  chosen: Chosen;
  count: number;
  /** It was begun, or asked for: nothing is chosen any more. */
  onBegun: () => void;
  onClose: () => void;
}

/** Hands many customers over: to whom and why, then a look at what would happen, then how far it has come. */
export function ReassignDrawer({ chosen, count, onBegun, onClose }: Props) {
  const t = useT();
  const text = useProblemText();
  const queryClient = useQueryClient();
  const people = useOwnerOptions();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const [prepared, setPrepared] = useState<PreparedReassignment | null>(null);
  const [begun, setBegun] = useState(false);
  const look = useMutation({
    mutationFn: ({ to_id, reason }: Values) => prepare(chosen, to_id, reason.trim()),
    onSuccess: setPrepared,
    onError: problem.show,
  });
  const start = useMutation({
    mutationFn: (id: string) => begin(id),
    onSuccess: () => {
      setBegun(true);
      onBegun();
      return queryClient.invalidateQueries({ queryKey: reassignmentsKey });
    },
    onError: (error) => {
      if (toApiError(error).code !== APPROVAL_REQUESTED) return;
      onBegun();
      onClose();
    },
  });
  return (
    <Drawer
      open
      size={520}
      title={t("reassign-drawer", { count })}
      onClose={onClose}
      mask={{ closable: false }}
      footer={
        <div className="drawer-buttons">
          {prepared !== null && !begun && (
            <Button onClick={() => setPrepared(null)} disabled={start.isPending}>
              {t("reassign-back")}
            </Button>
          )}
          {(prepared === null || begun) && <Button onClick={onClose}>{t(begun ? "close" : "cancel")}</Button>}
          {prepared === null && (
            <Button type="primary" loading={look.isPending} onClick={form.submit}>
              {t("reassign-look")}
            </Button>
          )}
          {prepared !== null && !begun && (
            <Button
              type="primary"
              loading={start.isPending}
              onClick={() => start.mutate(prepared.reassignment.id)}
            >
              {t("reassign-start")}
            </Button>
          )}
        </div>
      }
    >
      {prepared !== null && begun && <ReassignProgress id={prepared.reassignment.id} />}
      {prepared !== null && !begun && (
        <>
          {start.isError && toApiError(start.error).code !== APPROVAL_REQUESTED && (
            <Alert type="error" showIcon className="form-alert" title={text.of(start.error)} />
          )}
          <Preview prepared={prepared} />
        </>
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        hidden={prepared !== null}
        onFinish={(values) => {
          problem.clear();
          look.mutate(values);
        }}
      >
        <FormAlert problem={problem} />
        <Form.Item
          name="to_id"
          label={t("reassign-to")}
          rules={[{ required: true, message: t("hint-required") }]}
        >
          <Select showSearch={{ optionFilterProp: "label" }} options={people} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t("reassign-reason")}
          extra={t("export-reason-note")}
          rules={[reasonRule(t, REASON)]}
        >
          <Input.TextArea rows={3} maxLength={REASON.max} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}

function Preview({ prepared }: { prepared: PreparedReassignment }) {
  const t = useT();
  const format = useFormat();
  const { reassignment, refused, unchanged, beyond_clearance } = prepared;
  const name = reassignment.to.name ?? "";
  return (
    <div className="reassign-preview">
      <p>
        <strong>{t("reassign-would", { total: format.number(reassignment.total), name })}</strong>
      </p>
      <ul>
        {refused > 0 && <li>{t("reassign-refused", { count: refused })}</li>}
        {unchanged > 0 && <li>{t("reassign-unchanged", { count: unchanged, name })}</li>}
        {beyond_clearance > 0 && <li>{t("reassign-beyond", { count: beyond_clearance, name })}</li>}
      </ul>
      <p className="soft">{t("reassign-would-note")}</p>
    </div>
  );
}
