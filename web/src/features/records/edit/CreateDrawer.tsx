import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Form, Select } from "antd";
import { useEffect, useMemo, useRef } from "react";
import { idempotencyKey } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import { ask } from "../../../api/records";
import type { FieldValue } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useOwnerOptions } from "../../customers/customers";
import { useDraft } from "../../devices/useDraft";
import { FieldItems } from "../../fields/FieldItems";
import { FieldsOf, useFieldLabel } from "../../fields/fields";
import { useObjectWords } from "../objects";
import { refreshRecords } from "../records";
import { defaultPipeline, goesByStages, usePipelines } from "../states";
import type { Entity, ObjectInfo } from "../types";
import { newFields, widthOf } from "./formFields";
import { PIPELINE, RecordControl, STAGE } from "./RecordControl";
import { filledRecord, initialRecord, type RecordFormValues } from "./recordValues";
import { useRecordProblem } from "./useRecordProblem";

/** The owner's name in the form; no field of an object is called so. */
const OWNER = "owner_id";
const NOTHING: Record<string, FieldValue> = {};

interface Props {
  object: ObjectInfo;
  /** What is known of the record already, such as the customer it is for. */
  prefilled?: Record<string, FieldValue>;
  onClose: () => void;
  onCreated: (record: Entity) => void;
}

export function CreateDrawer(props: Props) {
  return (
    <FieldsOf value={props.object.name}>
      <Create {...props} />
    </FieldsOf>
  );
}

function Create({ object, prefilled = NOTHING, onClose, onCreated }: Props) {
  const t = useT();
  const may = useMay();
  const label = useFieldLabel();
  const words = useObjectWords()(object.name);
  const queryClient = useQueryClient();
  const [form] = Form.useForm<RecordFormValues>();
  const problem = useRecordProblem(form);
  // One key for the whole form: a second click after a lost answer creates nothing twice.
  const key = useRef(idempotencyKey());
  const owners = useOwnerOptions();
  const fields = useMemo(() => newFields(object), [object]);
  // What is made for a customer is not the draft of something made for nobody.
  const isPlain = Object.keys(prefilled).length === 0;
  const draft = useDraft(`${object.name}.new`, (kept) => {
    if (isPlain) form.setFieldsValue(initialRecord(fields, kept as Record<string, FieldValue>));
  });
  const staged = goesByStages(object);
  const pipelines = usePipelines(staged);
  useEffect(() => {
    const pipeline = staged ? defaultPipeline(pipelines) : undefined;
    if (pipeline === undefined || form.getFieldValue(PIPELINE)) return;
    form.setFieldsValue({ [PIPELINE]: pipeline.id, [STAGE]: pipeline.stages[0]?.id });
  }, [staged, pipelines, form]);

  const create = useMutation({
    mutationFn: (values: RecordFormValues) =>
      ask<Entity>("POST", `/${object.path}`, {
        idempotencyKey: key.current,
        body: {
          fields: filledRecord(fields, values),
          ...(values[OWNER] ? { owner_id: values[OWNER] } : {}),
        },
      }),
    onSuccess: async (record) => {
      if (isPlain) draft.discard();
      onClose();
      onCreated(record);
      await refreshRecords(queryClient);
    },
    onError: (error) => {
      // Refused for sure: what is sent next is another request. After a lost answer the key must stay.
      if (toApiError(error).status !== 0) key.current = idempotencyKey();
      problem.show(error);
    },
  });
  return (
    <Drawer
      open
      size={widthOf(fields)}
      title={t("record-create", { object: words.one })}
      onClose={onClose}
      mask={{ closable: false }}
      footer={<DrawerButtons form={form} onClose={onClose} submit={t("create")} pending={create.isPending} />}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={initialRecord(fields, { ...startingState(object), ...prefilled })}
        onFinish={() => {
          problem.clear();
          create.mutate(form.getFieldsValue(true) as RecordFormValues);
        }}
        onValuesChange={(_, values: RecordFormValues) => {
          if (isPlain) draft.save(filledRecord(fields, values));
        }}
        scrollToFirstError
      >
        {isPlain && draft.restored && (
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
        <FieldItems fields={fields} stored={prefilled} control={RecordControl} />
        {may(`${object.name}.assign`) && (
          <Form.Item name={OWNER} label={label("owner")} extra={t("owner-default")}>
            <Select allowClear showSearch={{ optionFilterProp: "label" }} options={owners} />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}

/** Where a record must say in which state it is, it begins with the first. */
function startingState({ state }: ObjectInfo): Record<string, FieldValue> {
  const first = state?.states[0]?.code;
  return state === null || first === undefined ? {} : { [state.field]: first };
}
