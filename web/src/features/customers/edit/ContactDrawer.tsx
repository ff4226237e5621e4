import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Checkbox, Drawer, Form } from "antd";
import { api, body, ifMatch } from "../../../api/client";
import type { Contact, FieldInfo } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { FieldItems } from "../../fields/FieldItems";
import { formName } from "../../fields/formName";
import { changedFields, type FormValues, filledFields, initialValues } from "../../fields/formValues";
import { refreshCustomers } from "../customers";

interface Props {
  customerId: string;
  /** The contact to change; null to add one. */
  contact: Contact | null;
  fields: FieldInfo[];
  onClose: () => void;
}

export function ContactDrawer({ customerId, contact, fields, onClose }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm();
  const problem = useFormProblem(form, formName);
  const stored = contact?.fields ?? {};
  const save = useMutation({
    mutationFn: ({ is_primary, ...values }: FormValues & { is_primary: boolean }) =>
      contact === null
        ? body(
            api.POST("/customers/{id}/contacts", {
              params: { path: { id: customerId } },
              body: { fields: filledFields(fields, values), is_primary },
            }),
          )
        : body(
            api.PATCH("/customers/{id}/contacts/{contact_id}", {
              params: {
                path: { id: customerId, contact_id: contact.id },
                header: { "If-Match": ifMatch(contact.version) },
              },
              body: { fields: changedFields(fields, initialValues(fields, stored), values), is_primary },
            }),
          ),
    onSuccess: async () => {
      await refreshCustomers(queryClient);
      onClose();
    },
    onError: (error) => {
      problem.show(error);
    },
  });
  return (
    <Drawer
      open
      size={560}
      title={contact === null ? t("contact-add") : t("contact-edit")}
      onClose={onClose}
      mask={{ closable: false }}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} />}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ ...initialValues(fields, stored), is_primary: contact?.is_primary ?? false }}
        onFinish={() => {
          problem.clear();
          save.mutate(form.getFieldsValue(true));
        }}
        scrollToFirstError
      >
        <FieldItems fields={fields} stored={stored} />
        <Form.Item name="is_primary" valuePropName="checked">
          <Checkbox>{t("contact-is-primary")}</Checkbox>
        </Form.Item>
      </Form>
    </Drawer>
  );
}
