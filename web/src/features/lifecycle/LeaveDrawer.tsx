import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Checkbox, Drawer, Form, Skeleton } from "antd";
import { useState } from "react";
import { APPROVAL_REQUESTED } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { User } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { HandoverProgress } from "./HandoverProgress";
import "./lifecycle.css";
import { type Choice, handOver, handoverQuery, leaveQuery, letLeave } from "./lifecycle";
import { Takers } from "./Takers";

const ENDS = ["leave-ends-account", "leave-ends-sessions", "leave-ends-devices", "leave-ends-work"] as const;

/** Lets a person leave in one step: what ends, who takes over, then how far the handover has come. */
export function LeaveDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  const queryClient = useQueryClient();
  const [left, setLeft] = useState(false);
  // Who has left before may still have customers to be handed over.
  const before = useQuery(handoverQuery(user.id));
  const begun = left || before.data?.waiting === true;
  const [sure, setSure] = useState(false);
  const preview = useQuery({ ...leaveQuery(user.id), enabled: !begun });
  const [form] = Form.useForm<Choice>();
  const problem = useFormProblem(form);
  const leave = useMutation({
    // Out at once; to whom the customers go follows, and may need the approval of others.
    mutationFn: async (choice: Choice) => {
      await letLeave(user);
      try {
        if (choice.to !== "nobody") await handOver(user.id, choice);
      } finally {
        setLeft(true);
      }
    },
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ["handover", user.id] });
      await queryClient.invalidateQueries({ queryKey: ["users"] });
    },
    onError: (error) => {
      if (toApiError(error).code !== APPROVAL_REQUESTED) problem.show(error);
    },
  });
  const asked = leave.isError && toApiError(leave.error).code === APPROVAL_REQUESTED;
  const own_customers = preview.data?.own_customers ?? 0;
  return (
    <Drawer
      open
      size={520}
      title={t("leave-title", { name: user.name })}
      onClose={onClose}
      mask={{ closable: false }}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          closeOnly={begun}
          submit={t("leave-confirm")}
          danger
          disabled={!sure}
          pending={leave.isPending}
        />
      }
    >
      {begun ? (
        <HandoverProgress id={user.id} asked={asked} />
      ) : preview.isError ? (
        <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        <Skeleton active title={false} />
      ) : (
        <>
          <FormAlert problem={problem} />
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
            <Takers preview={preview.data} />
            <Checkbox checked={sure} onChange={(event) => setSure(event.target.checked)}>
              {t("leave-sure", { name: user.name })}
            </Checkbox>
          </Form>
        </>
      )}
    </Drawer>
  );
}
