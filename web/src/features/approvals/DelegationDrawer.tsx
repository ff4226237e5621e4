import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, DatePicker, Drawer, Form, Select, Skeleton } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { api, done } from "../../api/client";
import { useSession } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { useOwnerOptions } from "../customers/customers";
import { approvalsKey, delegationQuery } from "./approvals";

/** Longest delegation, in days, as the server has it. */
const MOST_DAYS = 90;

interface Values {
  delegate_id: string;
  span: [Dayjs, Dayjs];
}

/** Lets somebody else decide in one's place for a while. */
export function DelegationDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const own = useQuery(delegationQuery);
  return (
    <Drawer open size={440} title={t("delegation-title")} onClose={onClose}>
      <p className="soft">{t("delegation-note")}</p>
      {own.isError ? (
        <ErrorState error={own.error} onRetry={() => void own.refetch()} />
      ) : own.data === undefined ? (
        <Skeleton active title={false} />
      ) : own.data.delegation == null ? (
        <Delegate onClose={onClose} />
      ) : (
        <Delegated {...own.data.delegation} />
      )}
    </Drawer>
  );
}

function Delegated({ delegate_id: id, from, until }: { delegate_id: string; from: string; until: string }) {
  const t = useT();
  const format = useFormat();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const people = useOwnerOptions();
  const name = people.find(({ value }) => value === id)?.label ?? "–";
  const end = useMutation({
    mutationFn: () => done(api.DELETE("/approvals/delegation")),
    onSuccess: () => {
      void message.success(t("delegation-ended"));
      return queryClient.invalidateQueries({ queryKey: approvalsKey });
    },
  });
  return (
    <>
      <p>
        <strong>{t("delegation-to", { name })}</strong>
      </p>
      <p className="soft">
        {t("delegation-span-of", { from: format.dateTime(from), until: format.dateTime(until) })}
      </p>
      <Button danger loading={end.isPending} onClick={() => end.mutate()}>
        {t("delegation-end")}
      </Button>
    </>
  );
}

function Delegate({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const { user } = useSession();
  const queryClient = useQueryClient();
  const people = useOwnerOptions().filter(({ value }) => value !== user.id);
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form, (field) => [field === "until" ? "span" : field]);
  const delegate = useMutation({
    mutationFn: ({ delegate_id, span: [from, until] }: Values) =>
      done(
        api.PUT("/approvals/delegation", {
          body: {
            delegate_id,
            from: from.startOf("day").toISOString(),
            until: until.endOf("day").toISOString(),
          },
        }),
      ),
    onSuccess: () => {
      void message.success(t("delegation-saved"));
      onClose();
      return queryClient.invalidateQueries({ queryKey: approvalsKey });
    },
    onError: problem.show,
  });
  return (
    <Form<Values>
      form={form}
      name="delegation"
      layout="vertical"
      requiredMark={false}
      initialValues={{ span: [dayjs(), dayjs().add(7, "day")] }}
      onFinish={(values) => {
        problem.clear();
        delegate.mutate(values);
      }}
    >
      <FormAlert problem={problem} />
      <Form.Item
        name="delegate_id"
        label={t("delegation-who")}
        extra={t("delegation-who-note")}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <Select showSearch={{ optionFilterProp: "label" }} options={people} />
      </Form.Item>
      <Form.Item
        name="span"
        label={t("delegation-span")}
        extra={t("delegation-span-note", { days: MOST_DAYS })}
        rules={[{ required: true, message: t("hint-required") }]}
      >
        <DatePicker.RangePicker disabledDate={(day) => day.endOf("day").valueOf() < Date.now()} />
      </Form.Item>
      <Button type="primary" loading={delegate.isPending} onClick={form.submit}>
        {t("delegation-save")}
      </Button>
    </Form>
  );
}
