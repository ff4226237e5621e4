import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Skeleton } from "antd";
import { APPROVAL_REQUESTED } from "../../api/client";
import { toApiError } from "../../api/problem";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { type Choice, handOver, leaveQuery } from "./lifecycle";
import { Takers } from "./Takers";

interface Props {
  id: string;
  left: number;
  /** Whether approval was just asked for. */
  requested: boolean;
}

/** Somebody has left, and to whom their customers go is open, waits for approval, or was refused. */
export function HandoverWaiting({ id, left, requested }: Props) {
  const t = useT();
  const format = useFormat();
  const queryClient = useQueryClient();
  const preview = useQuery(leaveQuery(id));
  const [form] = Form.useForm<Choice>();
  const problem = useFormProblem(form);
  const name = useMutation({
    mutationFn: (choice: Choice) => handOver(id, choice),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["handover", id] }),
    onError: (error) => {
      if (toApiError(error).code !== APPROVAL_REQUESTED) problem.show(error);
    },
  });
  const asked = name.isError ? toApiError(name.error).code === APPROVAL_REQUESTED : requested;
  if (preview.isError) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Skeleton active title={false} />;
  return (
    <div className="handover">
      <Alert
        type={asked ? "info" : "warning"}
        showIcon
        className="form-alert"
        title={t(asked ? "handover-asked" : "handover-waiting", { count: format.number(left) })}
        description={t(asked ? "handover-asked-note" : "handover-waiting-note")}
      />
      {!asked && (
        <Form
          form={form}
          layout="vertical"
          initialValues={{ to: "colleague" }}
          onFinish={(choice) => {
            problem.clear();
            name.mutate(choice);
          }}
        >
          <FormAlert problem={problem} />
          <Takers preview={preview.data} />
          <Button type="primary" htmlType="submit" loading={name.isPending}>
            {t("handover-begin")}
          </Button>
        </Form>
      )}
    </div>
  );
}
