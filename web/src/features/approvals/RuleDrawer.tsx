import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Drawer, Form, InputNumber, Select, Switch } from "antd";
import { APPROVAL_REQUESTED, api, done, ifMatch } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { ApprovalApprover, ApprovalRule } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { useProblemText } from "../../ui/useProblemText";
import { useOwnerOptions } from "../customers/customers";
import { LEVELS } from "../sharing/sharing";
import { rulesQuery } from "./approvals";
import { useOperationName } from "./useOperationName";

const ROLES = ["security_admin", "system_admin", "audit_admin", "sales_lead"] as const;
const LEAD = "lead";
/** Operations whose rules may begin at a number of customers. */
const COUNTED = ["customers_export", "reassignments_start", "user_handover", "user_move"];
/** Operations whose rules may begin at a label. */
const LABELLED = ["customers_export", "customers_reveal", "contacts_reveal"];

interface Values {
  enabled: boolean;
  records_above: number | null;
  label_from: number | null;
  steps: { approvers: string[]; needed: number }[];
  hours: number;
  allow_if_nobody: boolean;
}

function chosen({ role, user_id: user, lead }: ApprovalApprover): string {
  return lead ? LEAD : (role ?? user ?? "");
}

function approver(value: string): ApprovalApprover {
  if (value === LEAD) return { lead: true };
  return ROLES.some((role) => role === value)
    ? { role: value, lead: false }
    : { user_id: value, lead: false };
}

interface Props {
  rule: ApprovalRule;
  version: number;
  onClose: () => void;
}

/** Changes one rule, which itself needs the approval of somebody else. */
export function RuleDrawer({ rule, version, onClose }: Props) {
  const t = useT();
  const text = useProblemText();
  const operation = useOperationName();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const people = useOwnerOptions();
  const [form] = Form.useForm<Values>();
  const enabled = Form.useWatch("enabled", form) ?? rule.enabled;
  const save = useMutation({
    mutationFn: ({ steps, ...values }: Values) =>
      done(
        api.PUT("/approvals/rules", {
          params: { header: { "If-Match": ifMatch(version) } },
          body: {
            rules: [
              {
                ...rule,
                ...values,
                steps: steps.map((step) => ({ ...step, approvers: step.approvers.map(approver) })),
              },
            ],
          },
        }),
      ),
    onSuccess: () => {
      void message.success(t("approval-rule-saved"));
      onClose();
      return queryClient.invalidateQueries({ queryKey: rulesQuery.queryKey });
    },
    onError: (error) => {
      if (toApiError(error).code === APPROVAL_REQUESTED) onClose();
    },
  });
  const problem = save.error === null ? undefined : toApiError(save.error);
  const field = problem?.fields[0];
  const levels = LEVELS.map((level, number) => ({ value: number, label: t(`level-${level}`) }));
  const who = [
    { label: t("approver-roles"), options: ROLES.map((role) => ({ value: role, label: t(`role-${role}`) })) },
    { label: t("approver-line"), options: [{ value: LEAD, label: t("approver-lead") }] },
    { label: t("approver-people"), options: people },
  ];
  return (
    <Drawer
      open
      title={operation(rule.operation)}
      onClose={onClose}
      size={480}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} />}
    >
      {problem !== undefined && problem.code !== APPROVAL_REQUESTED && (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={field === undefined ? text.of(problem) : text.ofCode(field.code, field.params)}
        />
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          enabled: rule.enabled,
          records_above: rule.records_above ?? null,
          label_from: rule.label_from ?? null,
          steps: rule.steps.map(({ approvers, needed }) => ({ approvers: approvers.map(chosen), needed })),
          hours: rule.hours,
          allow_if_nobody: rule.allow_if_nobody,
        }}
        onFinish={(values) => save.mutate(values)}
      >
        <Form.Item name="enabled" label={t("approval-rule-enabled")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <div hidden={!enabled}>
          {COUNTED.includes(rule.operation) && (
            <Form.Item
              name="records_above"
              label={t("approval-rule-threshold")}
              extra={t("approval-rule-threshold-note")}
            >
              <InputNumber min={0} max={10_000_000} precision={0} />
            </Form.Item>
          )}
          {!COUNTED.includes(rule.operation) && <Form.Item name="records_above" hidden noStyle />}
          {LABELLED.includes(rule.operation) ? (
            <Form.Item
              name="label_from"
              label={t("approval-rule-label")}
              extra={t("approval-rule-label-note")}
            >
              <Select allowClear options={levels} />
            </Form.Item>
          ) : (
            <Form.Item name="label_from" hidden noStyle />
          )}
          <Form.List name="steps">
            {(fields, { add, remove }) => (
              <>
                {fields.map(({ key, name }) => (
                  <fieldset key={key} className="approval-rule-step">
                    <legend>{t("approval-rule-step", { number: name + 1 })}</legend>
                    <Form.Item
                      name={[name, "approvers"]}
                      label={t("approval-rule-who")}
                      rules={[{ required: true, type: "array", min: 1, message: t("hint-required") }]}
                    >
                      <Select mode="multiple" options={who} optionFilterProp="label" />
                    </Form.Item>
                    <Form.Item name={[name, "needed"]} label={t("approval-rule-needed")}>
                      <InputNumber min={1} max={20} precision={0} />
                    </Form.Item>
                    {fields.length > 1 && (
                      <Button size="small" icon={<DeleteOutlined aria-hidden />} onClick={() => remove(name)}>
                        {t("approval-rule-step-remove")}
                      </Button>
                    )}
                  </fieldset>
                ))}
                {fields.length < 5 && (
                  <Button
                    icon={<PlusOutlined aria-hidden />}
                    onClick={() => add({ approvers: [], needed: 1 })}
                    className="approval-rule-add"
                  >
                    {t("approval-rule-step-add")}
                  </Button>
                )}
              </>
            )}
          </Form.List>
          <Form.Item name="hours" label={t("approval-rule-time")} rules={[{ required: true }]}>
            <InputNumber min={1} max={720} precision={0} suffix={t("approval-rule-time-unit")} />
          </Form.Item>
          <Form.Item name="allow_if_nobody" valuePropName="checked" extra={t("approval-rule-alone-note")}>
            <Checkbox>{t("approval-rule-alone")}</Checkbox>
          </Form.Item>
        </div>
      </Form>
    </Drawer>
  );
}
