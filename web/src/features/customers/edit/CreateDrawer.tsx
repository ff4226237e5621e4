import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Drawer, Form, Select } from "antd";
import { useRef } from "react";
import { api, body, idempotencyKey } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { FieldInfo, FieldValue } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { useDraft } from "../../devices/useDraft";
import { FieldItems } from "../../fields/FieldItems";
import { useFieldLabel } from "../../fields/fields";
import { formName } from "../../fields/formName";
import { type FormValues, filledFields, initialValues } from "../../fields/formValues";
import { refreshCustomers, useOwnerOptions } from "../customers";
import { DuplicateNotice } from "./DuplicateNotice";

/** The owner's name in the form; no field of the registry is called so. */
const OWNER = "owner_id";

export function CreateDrawer({ fields, onClose }: { fields: FieldInfo[]; onClose: () => void }) {
  const t = useT();
  const may = useMay();
  const label = useFieldLabel();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<FormValues>();
  const problem = useFormProblem(form, formName);
  // One key for the whole form: a second click after a lost answer creates nothing twice.
  const key = useRef(idempotencyKey());
  const owners = useOwnerOptions();
  const draft = useDraft("customer.new", (kept) =>
    form.setFieldsValue(initialValues(fields, kept as Record<string, FieldValue>)),
  );
  const create = useMutation({
    mutationFn: ({ values, anyway }: { values: FormValues; anyway: boolean }) =>
      body(
        api.POST("/customers", {
          params: {
            query: anyway ? { allow_duplicate: true } : {},
            header: { "Idempotency-Key": key.current },
          },
          body: {
            fields: filledFields(fields, values),
            ...(values[OWNER] ? { owner_id: values[OWNER] } : {}),
          },
        }),
      ),
    onSuccess: async ({ id }) => {
      draft.discard();
      await refreshCustomers(queryClient);
      onClose();
      await navigate({ to: "/customers/$id", params: { id } });
    },
    onError: (error) => {
      // Refused for sure: what is sent next is another request. After a lost answer the key must stay.
      if (toApiError(error).status !== 0) key.current = idempotencyKey();
      if (toApiError(error).code !== "customer.duplicate") problem.show(error);
    },
  });
  const duplicate = create.isError && toApiError(create.error).code === "customer.duplicate";
  const submit = (anyway: boolean) => {
    problem.clear();
    create.mutate({ values: form.getFieldsValue(true) as FormValues, anyway });
  };
  return (
    <Drawer
      open
      size={720}
      title={t("customer-create")}
      onClose={onClose}
      mask={{ closable: false }}
      footer={
        <div className="drawer-buttons">
          <Button onClick={onClose}>{t("cancel")}</Button>
          {duplicate && (
            <Button danger onClick={() => submit(true)} loading={create.isPending}>
              {t("customer-create-anyway")}
            </Button>
          )}
          <Button type="primary" onClick={form.submit} loading={create.isPending}>
            {t("create")}
          </Button>
        </div>
      }
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={() => submit(false)}
        onValuesChange={(_, values: FormValues) => draft.save(filledFields(fields, values))}
        scrollToFirstError
      >
        {draft.restored && (
          <Alert
            type="info"
            showIcon
            className="form-alert"
            title={t("draft-restored")}
            action={
              <Button
                size="small"
                onClick={() => {
                  form.resetFields();
                  draft.discard();
                }}
              >
                {t("draft-discard")}
              </Button>
            }
          />
        )}
        <FormAlert problem={problem} />
        {duplicate && (
          <Alert
            type="warning"
            showIcon
            className="form-alert"
            title={t("customer-duplicate", { count: Number(toApiError(create.error).params.count ?? 1) })}
          />
        )}
        <DuplicateNotice fields={fields} />
        <FieldItems fields={fields} />
        {may("customer.assign") && (
          <Form.Item name={OWNER} label={label("owner")} extra={t("owner-default")}>
            <Select allowClear showSearch={{ optionFilterProp: "label" }} options={owners} />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}
