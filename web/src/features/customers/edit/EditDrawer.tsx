import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Form, Select } from "antd";
import { useState } from "react";
import { api, body, ifMatch } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { Customer, FieldInfo } from "../../../api/types";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { FieldItems } from "../../fields/FieldItems";
import { useFieldLabel } from "../../fields/fields";
import { formName } from "../../fields/formName";
import { changedFields, type FormValues, initialValues, rebase } from "../../fields/formValues";
import { customerQuery, refreshCustomers, useOwnerOptions } from "../customers";

const OWNER = "owner_id";

interface Props {
  customer: Customer;
  fields: FieldInfo[];
  onClose: () => void;
}

/** Changes a customer. When somebody else was faster, the draft is kept and laid on top of their version. */
export function EditDrawer({ customer, fields, onClose }: Props) {
  const t = useT();
  const label = useFieldLabel();
  const format = useFormat();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<FormValues>();
  const [base, setBase] = useState(customer);
  const [both, setBoth] = useState<string[] | null>(null);
  const problem = useFormProblem(form, formName);
  const owners = useOwnerOptions();
  const draft = () => form.getFieldsValue(true) as FormValues;

  const save = useMutation({
    mutationFn: (values: FormValues) => {
      const owner = values[OWNER];
      const owned = owner && owner !== base.owner?.id ? { owner_id: owner } : {};
      return body(
        api.PATCH("/customers/{id}", {
          params: { path: { id: base.id }, header: { "If-Match": ifMatch(base.version) } },
          body: { fields: changedFields(fields, initialValues(fields, base.fields), values), ...owned },
        }),
      );
    },
    onSuccess: async () => {
      await refreshCustomers(queryClient);
      onClose();
    },
    onError: (error) => {
      if (toApiError(error).status !== 412) problem.show(error);
    },
  });
  const takeCurrent = useMutation({
    mutationFn: () => queryClient.fetchQuery({ ...customerQuery(base.id), staleTime: 0 }),
    onSuccess: (current) => {
      const merged = rebase(fields, base.fields, current.fields, draft());
      form.setFieldsValue(merged.values);
      setBase(current);
      setBoth(merged.both);
      save.reset();
    },
    onError: problem.show,
  });
  const conflict = save.isError && toApiError(save.error).status === 412;

  return (
    <Drawer
      open
      size={720}
      title={t("customer-edit")}
      onClose={onClose}
      mask={{ closable: false }}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} disabled={conflict} />}
    >
      <FormAlert problem={problem} />
      {conflict && (
        <Alert
          type="warning"
          showIcon
          className="form-alert"
          title={t("conflict-title")}
          description={t("conflict-text")}
          action={
            <Button size="small" onClick={() => takeCurrent.mutate()} loading={takeCurrent.isPending}>
              {t("conflict-reload")}
            </Button>
          }
        />
      )}
      {both !== null && (
        <Alert
          type="info"
          showIcon
          className="form-alert"
          title={
            both.length === 0
              ? t("conflict-merged")
              : t("conflict-both", { fields: format.list(both.map(label)) })
          }
        />
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={{ ...initialValues(fields, base.fields), [OWNER]: base.owner?.id }}
        onFinish={() => {
          problem.clear();
          save.mutate(draft());
        }}
        scrollToFirstError
      >
        <FieldItems fields={fields} stored={base.fields} />
        {customer.actions.includes("customer.assign") && (
          <Form.Item name={OWNER} label={label("owner")}>
            <Select showSearch={{ optionFilterProp: "label" }} options={owners} />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}
