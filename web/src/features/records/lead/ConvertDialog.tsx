import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Checkbox, Form, Input, Modal, Radio } from "antd";
import { useEffect, useMemo } from "react";
import { toApiError } from "../../../api/problem";
import { ask } from "../../../api/records";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { fieldRules } from "../../fields/fieldRules";
import { FieldsOf, textOf, useFieldLabel } from "../../fields/fields";
import { RecordControl } from "../edit/RecordControl";
import { ReferenceSelect } from "../edit/ReferenceSelect";
import { CUSTOMER, useObjects } from "../objects";
import { recordTitle, refreshRecords } from "../records";
import { defaultPipeline, usePipelines } from "../states";
import type { Conversion, Entity, ObjectInfo } from "../types";
import { type ConversionValues, conversionBody, opportunityFields } from "./conversion";

const OPPORTUNITY = "opportunity";

interface Props {
  object: ObjectInfo;
  lead: Entity;
  onClose: () => void;
}

/** Where the server's remarks belong: "customer.fields.name" is the name here, "opportunity.fields.x" the field below. */
function nameInDialog(field: string): string[] {
  const own = /^opportunity\.fields\.(.+)$/.exec(field);
  if (own?.[1] !== undefined) return [OPPORTUNITY, own[1]];
  return [field.replace(/^(customer\.)?fields\./, "")];
}

/** Makes a customer of a lead, a new one or one that is there, and an opportunity if there is one already. */
export function ConvertDialog({ object, lead, onClose }: Props) {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<ConversionValues>();
  const problem = useFormProblem(form, nameInDialog);
  const to = Form.useWatch("to", form) ?? "new";
  const withOpportunity = Form.useWatch("with_opportunity", form) ?? false;
  const { objects } = useObjects();
  const opportunity = objects.find(({ name }) => name === OPPORTUNITY);
  const offered = opportunity !== undefined && may(`${OPPORTUNITY}.create`);
  const fields = useMemo(
    () => (opportunity === undefined ? [] : opportunityFields(opportunity)),
    [opportunity],
  );
  const title = recordTitle(object, lead);

  const convert = useMutation({
    mutationFn: (allowDuplicate: boolean) =>
      ask<Conversion>("POST", `/${object.path}/${lead.id}/conversion`, {
        body: conversionBody(form.getFieldsValue(true) as ConversionValues, fields, allowDuplicate),
      }),
    onSuccess: async ({ customer_id }) => {
      onClose();
      await navigate({ to: "/customers/$id", params: { id: customer_id } });
      await refreshRecords(queryClient);
    },
    onError: (error) => {
      if (toApiError(error).code !== "customer.duplicate") problem.show(error);
    },
  });
  const duplicate = convert.isError && toApiError(convert.error).code === "customer.duplicate";
  const submit = (allowDuplicate: boolean) => {
    problem.clear();
    convert.mutate(allowDuplicate);
  };
  return (
    <Modal
      open
      title={t("lead-convert-title", { name: title })}
      okText={t("lead-convert")}
      okButtonProps={{ loading: convert.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={520}
      destroyOnHidden
    >
      <p className="soft">{t("lead-convert-note")}</p>
      <FormAlert problem={problem} />
      {duplicate && (
        <Alert
          type="warning"
          showIcon
          className="form-alert"
          title={t("customer-duplicate", { count: Number(toApiError(convert.error).params.count ?? 1) })}
          action={
            <Button size="small" danger onClick={() => submit(true)} loading={convert.isPending}>
              {t("customer-create-anyway")}
            </Button>
          }
        />
      )}
      <Form<ConversionValues>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          to: "new",
          name: textOf(lead.fields.name) || title,
          with_opportunity: false,
          opportunity: { [opportunity?.title ?? "name"]: title },
        }}
        onFinish={() => submit(false)}
        onValuesChange={() => convert.reset()}
      >
        <Form.Item name="to" label={t("lead-convert-to")}>
          <Radio.Group
            options={(["new", "existing"] as const).map((value) => ({
              value,
              label: t(`lead-convert-${value}`),
            }))}
          />
        </Form.Item>
        {to === "new" ? (
          <Form.Item
            name="name"
            label={t("lead-convert-name")}
            rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
          >
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
        ) : (
          <Form.Item
            name="customer_id"
            label={t("lead-convert-existing")}
            rules={[{ required: true, message: t("hint-required") }]}
          >
            <CustomerSelect />
          </Form.Item>
        )}
        {offered && (
          <Form.Item name="with_opportunity" valuePropName="checked">
            <Checkbox>{t("lead-convert-opportunity")}</Checkbox>
          </Form.Item>
        )}
        {offered && withOpportunity && (
          <FieldsOf value={OPPORTUNITY}>
            <OpportunityFields fields={fields} />
          </FieldsOf>
        )}
      </Form>
    </Modal>
  );
}

/** The reference control as a form item hands it its value. */
function CustomerSelect(props: {
  id?: string;
  value?: string | null;
  onChange?: (id: string | null) => void;
}) {
  return (
    <ReferenceSelect
      id={props.id}
      object={CUSTOMER}
      value={props.value}
      required
      onChange={(id) => props.onChange?.(id)}
    />
  );
}

function OpportunityFields({ fields }: { fields: ReturnType<typeof opportunityFields> }) {
  const t = useT();
  const label = useFieldLabel();
  const form = Form.useFormInstance<ConversionValues>();
  const pipelines = usePipelines();
  const pipeline = fields.find(({ type }) => type === "pipeline")?.name;
  useEffect(() => {
    const usual = defaultPipeline(pipelines)?.id;
    if (pipeline === undefined || usual === undefined) return;
    const place: ["opportunity", string] = [OPPORTUNITY, pipeline];
    if (!form.getFieldValue(place)) form.setFieldValue(place, usual);
  }, [pipeline, pipelines, form]);
  // With one pipeline there is nothing to choose.
  const shown = fields.filter(({ type }) => type !== "pipeline" || pipelines.length > 1);
  return (
    <div className="form-grid">
      {shown.map((field) => (
        <Form.Item
          key={field.name}
          name={[OPPORTUNITY, field.name]}
          label={label(field.name)}
          rules={fieldRules(field, t)}
        >
          <RecordControl field={field} />
        </Form.Item>
      ))}
    </div>
  );
}
