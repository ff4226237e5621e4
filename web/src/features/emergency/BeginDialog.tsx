import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal, Radio, Select } from "antd";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { reasonRule } from "../../ui/reasonRule";
import { useFormProblem } from "../../ui/useFormProblem";
import { departmentOptions, departmentsQuery } from "../admin/admin";

const MINUTES = [15, 30, 60];
const REASON = { min: 4, max: 500 };

interface Values {
  what: "customer" | "department";
  customer?: string;
  department_id?: string;
  reason: string;
  minutes: number;
}

/** Begins emergency access: what for, why, for how long. That a factor is proven again, the server asks for. */
export function BeginDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const what = Form.useWatch("what", form) ?? "customer";
  const departments = useQuery(departmentsQuery);
  const problem = useFormProblem(form);
  const begin = useMutation({
    mutationFn: ({ what: chosen, customer, department_id, reason, minutes }: Values) =>
      body(
        api.POST("/emergencies", {
          body: {
            ...(chosen === "customer" ? { customer } : { department_id }),
            reason: reason.trim(),
            minutes,
          },
        }),
      ),
    onSuccess: () => {
      void message.success(t("emergency-begun"));
      onClose();
      return queryClient.invalidateQueries();
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("emergency-begin")}
      okText={t("emergency-begin")}
      okButtonProps={{ danger: true, loading: begin.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      mask={{ closable: false }}
      width={480}
      destroyOnHidden
    >
      <p className="soft">{t("emergency-begin-note")}</p>
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        name="emergency"
        layout="vertical"
        requiredMark={false}
        initialValues={{ what: "customer", minutes: 30 }}
        onFinish={(values) => {
          problem.clear();
          begin.mutate(values);
        }}
      >
        <Form.Item name="what" label={t("emergency-what")}>
          <Radio.Group
            options={(["customer", "department"] as const).map((value) => ({
              value,
              label: t(`emergency-what-${value}`),
            }))}
          />
        </Form.Item>
        {what === "customer" ? (
          <Form.Item
            name="customer"
            label={t("emergency-customer")}
            extra={t("emergency-customer-note")}
            rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
          >
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
        ) : (
          <Form.Item
            name="department_id"
            label={t("emergency-department")}
            rules={[{ required: true, message: t("hint-required") }]}
          >
            <Select
              showSearch={{ optionFilterProp: "label" }}
              options={departmentOptions(departments.data?.items ?? [])}
            />
          </Form.Item>
        )}
        <Form.Item name="reason" label={t("emergency-reason")} rules={[reasonRule(t, REASON)]}>
          <Input.TextArea rows={3} maxLength={REASON.max} />
        </Form.Item>
        <Form.Item name="minutes" label={t("emergency-minutes")}>
          <Radio.Group
            optionType="button"
            options={MINUTES.map((count) => ({ value: count, label: t("emergency-minutes-of", { count }) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
