import { useMutation } from "@tanstack/react-query";
import { DatePicker, Drawer, Form, Input } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { api, body, done, ifMatch } from "../../api/client";
import type { ExternalAuditor } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { LONGEST_DAYS } from "./external";

interface Values {
  name: string;
  login: string;
  firm: string;
  from: Dayjs;
  to: Dayjs;
  ends_at: Dayjs;
}

interface Props {
  /** Whose period to change; null to invite somebody. */
  auditor: ExternalAuditor | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
  /** Receives the one-time link of a new account. */
  onLink: (name: string, link: string) => void;
}

/** Who comes from outside, which days of the log they see, and until when. Days are those of the reader, both included. */
export function ExternalDrawer({ auditor, onClose, onSaved, onLink }: Props) {
  const t = useT();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const moments = ({ from, to, ends_at }: Values) => ({
    from: from.startOf("day").toISOString(),
    to: to.startOf("day").add(1, "day").toISOString(),
    ends_at: ends_at.endOf("day").toISOString(),
  });
  const save = useMutation({
    mutationFn: async (values: Values) => {
      if (auditor === null) {
        const { name, login, firm } = values;
        return body(api.POST("/external-auditors", { body: { name, login, firm, ...moments(values) } }));
      }
      await done(
        api.PUT("/external-auditors/{id}", {
          params: { path: { id: auditor.id }, header: { "If-Match": ifMatch(auditor.version) } },
          body: moments(values),
        }),
      );
      return null;
    },
    onSuccess: async (made, { name }) => {
      await onSaved();
      onClose();
      if (made !== null) onLink(name, made.sign_in_link);
    },
    onError: problem.show,
  });
  const required = { required: true, whitespace: true, message: t("hint-required") };
  const day = { required: true, message: t("hint-required") };
  const today = dayjs();
  return (
    <Drawer
      open
      size={480}
      title={auditor === null ? t("external-invite") : t("external-period-of", { name: auditor.name })}
      onClose={onClose}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          submit={auditor === null ? t("create") : t("save")}
          pending={save.isPending}
        />
      }
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={
          auditor === null
            ? {
                from: today.subtract(1, "year").startOf("year"),
                to: today.subtract(1, "year").endOf("year"),
                ends_at: today.add(30, "day"),
              }
            : {
                from: dayjs(auditor.from),
                // The end is not part of the period.
                to: dayjs(auditor.to).subtract(1, "millisecond"),
                ends_at: dayjs(auditor.ends_at),
              }
        }
        onFinish={(values) => {
          problem.clear();
          save.mutate(values);
        }}
      >
        {auditor === null && (
          <>
            <Form.Item name="name" label={t("user-name")} rules={[required]}>
              <Input autoFocus autoComplete="off" maxLength={100} />
            </Form.Item>
            <Form.Item name="firm" label={t("external-firm")} rules={[required]}>
              <Input autoComplete="off" maxLength={100} />
            </Form.Item>
            <Form.Item name="login" label={t("user-login")} rules={[required]}>
              <Input autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={64} />
            </Form.Item>
          </>
        )}
        <Form.Item name="from" label={t("external-from")} rules={[day]}>
          <DatePicker allowClear={false} />
        </Form.Item>
        <Form.Item name="to" label={t("external-to")} extra={t("external-period-note")} rules={[day]}>
          <DatePicker allowClear={false} />
        </Form.Item>
        <Form.Item
          name="ends_at"
          label={t("external-ends-at")}
          extra={t("external-ends-note", { days: LONGEST_DAYS })}
          rules={[day]}
        >
          <DatePicker allowClear={false} minDate={today} maxDate={today.add(LONGEST_DAYS - 1, "day")} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
