import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, App, Button, Checkbox, Drawer, Form, Input, InputNumber, Radio, Select } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import type { AccessReviewScope } from "../../api/types";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { StepBar } from "../../ui/StepBar";
import { useFormProblem } from "../../ui/useFormProblem";
import { departmentsQuery } from "../admin/admin";
import { Preview } from "./Preview";
import { reviewsKey } from "./reviews";

const ROLES = ["sales", "sales_lead", "system_admin", "security_admin", "audit_admin"] as const;
const KINDS = ["roles", "shares", "api_keys"] as const;
type Whom = "everybody" | "departments" | "holders";

interface Values {
  name: string;
  kinds: (typeof KINDS)[number][];
  whom: Whom;
  departments?: string[];
  holders?: string[];
  by: "manager" | "owner";
  days: number;
  remind_days: number;
}

function scopeOf(values: Values): AccessReviewScope {
  return {
    roles: values.kinds.includes("roles"),
    shares: values.kinds.includes("shares"),
    api_keys: values.kinds.includes("api_keys"),
    departments: values.whom === "departments" ? (values.departments ?? []) : [],
    holders: values.whom === "holders" ? (values.holders ?? []) : [],
    by: values.by,
  };
}

/** Starts a review: what and whom, who decides until when, and what that asks of whom. */
export function StartDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const departments = useQuery(departmentsQuery);
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form, (field) => [
    field === "scope" ? "kinds" : (field.split(".").at(-1) ?? ""),
  ]);
  const [step, setStep] = useState(0);
  const [scope, setScope] = useState<AccessReviewScope>();
  const whom = Form.useWatch("whom", form) ?? "everybody";
  const start = useMutation({
    mutationFn: () => {
      const values: Values = form.getFieldsValue(true);
      const { name, days, remind_days } = values;
      return body(api.POST("/access-reviews", { body: { name, days, remind_days, scope: scopeOf(values) } }));
    },
    onSuccess: async ({ id }) => {
      void message.success(t("reviews-begun"));
      await queryClient.invalidateQueries({ queryKey: reviewsKey });
      void navigate({ to: "/reviews/$id", params: { id } });
    },
    onError: (error) => {
      setStep(0);
      problem.show(error);
    },
  });
  const next = async () => {
    const fields = step === 0 ? (["name", "kinds", "departments", "holders"] as const) : (["days"] as const);
    await form.validateFields([...fields]);
    problem.clear();
    if (step === 1) setScope(scopeOf(form.getFieldsValue(true)));
    setStep(step + 1);
  };
  const titles = [t("reviews-step-what"), t("reviews-step-who"), t("reviews-step-preview")];
  return (
    <Drawer
      open
      size={520}
      title={t("reviews-start")}
      onClose={onClose}
      footer={
        <div className="reviews-footer">
          {step > 0 && <Button onClick={() => setStep(step - 1)}>{t("previous")}</Button>}
          {step < 2 ? (
            <Button type="primary" onClick={() => void next().catch(() => undefined)}>
              {t("next")}
            </Button>
          ) : (
            <Button type="primary" loading={start.isPending} onClick={() => start.mutate()}>
              {t("reviews-start")}
            </Button>
          )}
        </div>
      }
    >
      <StepBar label={t("reviews-steps")} titles={titles} current={step} />
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        name="review-start"
        layout="vertical"
        requiredMark={false}
        className="reviews-form"
        initialValues={{ kinds: ["roles"], whom: "everybody", by: "manager", days: 14, remind_days: 3 }}
      >
        <div hidden={step !== 0}>
          <Form.Item
            name="name"
            label={t("reviews-name")}
            rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
          >
            <Input maxLength={80} />
          </Form.Item>
          <Form.Item
            name="kinds"
            label={t("reviews-what")}
            rules={[{ required: true, message: t("error-access_review-nothing_chosen") }]}
          >
            <Checkbox.Group
              className="reviews-choices"
              options={KINDS.map((value) => ({ value, label: t(`reviews-what-${value}`) }))}
            />
          </Form.Item>
          <Form.Item name="whom" label={t("reviews-whom")}>
            <Radio.Group
              className="reviews-choices"
              options={(["everybody", "departments", "holders"] as const).map((value) => ({
                value,
                label: t(`reviews-whom-${value}`),
              }))}
            />
          </Form.Item>
          {whom === "departments" && (
            <Form.Item
              name="departments"
              label={t("reviews-departments")}
              rules={[{ required: true, message: t("hint-required") }]}
            >
              <Select
                mode="multiple"
                showSearch={{ optionFilterProp: "label" }}
                options={departments.data?.items.map(({ id, name }) => ({ value: id, label: name }))}
              />
            </Form.Item>
          )}
          {whom === "holders" && (
            <Form.Item
              name="holders"
              label={t("reviews-holders")}
              rules={[{ required: true, message: t("hint-required") }]}
            >
              <Select
                mode="multiple"
                options={ROLES.map((role) => ({ value: role, label: t(`role-${role}`) }))}
              />
            </Form.Item>
          )}
        </div>
        <div hidden={step !== 1}>
          <Form.Item name="by" label={t("reviews-by")} extra={t("reviews-by-note")}>
            <Radio.Group
              className="reviews-choices"
              options={(["manager", "owner"] as const).map((value) => ({
                value,
                label: t(`reviews-by-${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item
            name="days"
            label={t("reviews-days")}
            rules={[{ required: true, message: t("hint-required") }]}
          >
            <InputNumber min={1} max={90} precision={0} />
          </Form.Item>
          <Form.Item name="remind_days" label={t("reviews-remind")} extra={t("reviews-remind-note")}>
            <InputNumber min={0} max={89} precision={0} />
          </Form.Item>
          <Alert type="warning" showIcon title={t("reviews-silence")} />
        </div>
      </Form>
      {step === 2 && scope !== undefined && <Preview scope={scope} />}
    </Drawer>
  );
}
