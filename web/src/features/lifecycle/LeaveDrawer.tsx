import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Drawer, Form, Skeleton } from "antd";
import { useState } from "react";
import type { User } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { useFormProblem } from "../../ui/useFormProblem";
import { HandoverProgress } from "./HandoverProgress";
import "./lifecycle.css";
import { type Choice, leaveQuery, letLeave } from "./lifecycle";
import { Successor } from "./Successor";

const ENDS = ["leave-ends-account", "leave-ends-sessions", "leave-ends-devices", "leave-ends-work"] as const;

/** Lets a person leave in one step: what ends, who takes over, then how far the handover has come. */
export function LeaveDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  const queryClient = useQueryClient();
  const [begun, setBegun] = useState(false);
  const [sure, setSure] = useState(false);
  const preview = useQuery({ ...leaveQuery(user.id), enabled: !begun });
  const [form] = Form.useForm<Choice>();
  const problem = useFormProblem(form);
  const leave = useMutation({
    mutationFn: (choice: Choice) => letLeave(user, choice),
    onSuccess: async () => {
      setBegun(true);
      await queryClient.invalidateQueries({ queryKey: ["handover", user.id] });
      await queryClient.invalidateQueries({ queryKey: ["users"] });
    },
    onError: problem.show,
  });
  const { own_customers = 0, takers = [], leads = [] } = preview.data ?? {};
  return (
    <Drawer
      open
      size={520}
      title={t("leave-title", { name: user.name })}
      onClose={onClose}
      mask={{ closable: false }}
      footer={
        <div className="drawer-buttons">
          <Button onClick={onClose}>{t(begun ? "close" : "cancel")}</Button>
          {!begun && (
            <Button danger type="primary" disabled={!sure} onClick={form.submit} loading={leave.isPending}>
              {t("leave-confirm")}
            </Button>
          )}
        </div>
      }
    >
      {begun ? (
        <HandoverProgress id={user.id} />
      ) : preview.isError ? (
        <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        <Skeleton active title={false} />
      ) : (
        <>
          {problem.general !== null && (
            <Alert type="error" showIcon className="form-alert" title={problem.general} />
          )}
          <p>{t("leave-text")}</p>
          <ul className="lifecycle-ends">
            {ENDS.map((id) => (
              <li key={id}>{t(id)}</li>
            ))}
          </ul>
          <Form
            form={form}
            layout="vertical"
            initialValues={{ to: own_customers === 0 ? "nobody" : "colleague" }}
            onFinish={(choice) => {
              problem.clear();
              leave.mutate(choice);
            }}
          >
            <p>
              <strong>{t("leave-customers", { count: format.number(own_customers) })}</strong>
            </p>
            <Successor
              takers={takers}
              options={[
                ...(own_customers === 0
                  ? [{ value: "nobody" as const, label: t("handover-to-nobody") }]
                  : []),
                { value: "colleague", label: t("handover-to-colleague") },
                {
                  value: "leads",
                  label:
                    leads.length === 0
                      ? t("handover-to-leads-none")
                      : t("handover-to-leads", { names: leads.map(({ name }) => name).join(" · ") }),
                  disabled: leads.length === 0,
                },
              ]}
            />
            <Checkbox checked={sure} onChange={(event) => setSure(event.target.checked)}>
              {t("leave-sure", { name: user.name })}
            </Checkbox>
          </Form>
        </>
      )}
    </Drawer>
  );
}
