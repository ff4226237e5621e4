import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Segmented } from "antd";
import { api, body } from "../../../api/client";
import { useT } from "../../../i18n/useT";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { DateControl } from "../../fields/FieldControl";
import type { FormValue } from "../../fields/formValues";
import { refreshCustomers } from "../customers";
import { FOLLOW_UP_KINDS, type FollowUpKind } from "./timeline";

interface Values {
  kind: FollowUpKind;
  content: string;
  next_contact_at?: FormValue;
}

const LIMIT = 4000;

/** Writes a follow-up down: Ctrl Enter sends it. */
export function FollowUpForm({ customerId }: { customerId: string }) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const add = useMutation({
    mutationFn: ({ kind, content, next_contact_at }: Values) =>
      body(
        api.POST("/customers/{id}/activities", {
          params: { path: { id: customerId } },
          body: { kind, content: content.trim(), ...(next_contact_at ? { next_contact_at } : {}) },
        }),
      ),
    onSuccess: async () => {
      form.resetFields(["content", "next_contact_at"]);
      await refreshCustomers(queryClient);
    },
    onError: (error) => {
      problem.show(error);
    },
  });
  return (
    <Form
      form={form}
      className="follow-up"
      initialValues={{ kind: "call" }}
      onFinish={(values) => {
        problem.clear();
        add.mutate(values);
      }}
    >
      <FormAlert problem={problem} />
      <Form.Item name="kind" noStyle>
        <Segmented
          size="small"
          aria-label={t("follow-up-kind")}
          options={FOLLOW_UP_KINDS.map((kind) => ({ value: kind, label: t(`follow-up-${kind}`) }))}
        />
      </Form.Item>
      <Form.Item name="content" rules={[{ required: true, whitespace: true, message: t("hint-required") }]}>
        <Input.TextArea
          aria-label={t("follow-up-content")}
          placeholder={t("follow-up-placeholder")}
          rows={2}
          className="grows"
          maxLength={LIMIT}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.submit();
          }}
        />
      </Form.Item>
      <div className="follow-up-foot">
        <Form.Item name="next_contact_at" label={t("follow-up-next")} colon={false}>
          <NextDate />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={add.isPending} title={t("follow-up-keys")}>
          {t("follow-up-add")}
        </Button>
      </div>
    </Form>
  );
}

/** The date control as a form item hands it its value. */
function NextDate(props: { id?: string; value?: FormValue; onChange?: (value: FormValue) => void }) {
  return <DateControl id={props.id} value={props.value} onChange={(value) => props.onChange?.(value)} />;
}
