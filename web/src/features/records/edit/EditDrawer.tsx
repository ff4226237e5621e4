import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Form, Select } from "antd";
import { useMemo, useState } from "react";
import { toApiError } from "../../../api/problem";
import { ask } from "../../../api/records";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useOwnerOptions } from "../../customers/customers";
import { FieldItems } from "../../fields/FieldItems";
import { FieldsOf, useFieldLabel } from "../../fields/fields";
import { useObjectWords } from "../objects";
import { mayOn, recordQuery, refreshRecords } from "../records";
import type { Entity, ObjectInfo } from "../types";
import { editFields, widthOf } from "./formFields";
import { RecordControl } from "./RecordControl";
import { changedRecord, initialRecord, type RecordFormValues, rebaseRecord } from "./recordValues";
import { useRecordProblem } from "./useRecordProblem";

const OWNER = "owner_id";

interface Props {
  object: ObjectInfo;
  record: Entity;
  onClose: () => void;
}

export function EditDrawer(props: Props) {
  return (
    <FieldsOf value={props.object.name}>
      <Edit {...props} />
    </FieldsOf>
  );
}

/** Changes a record. When somebody else was faster, the draft is kept and laid on top of their version. */
function Edit({ object, record, onClose }: Props) {
  const t = useT();
  const label = useFieldLabel();
  const format = useFormat();
  const words = useObjectWords()(object.name);
  const queryClient = useQueryClient();
  const [form] = Form.useForm<RecordFormValues>();
  const [base, setBase] = useState(record);
  const [both, setBoth] = useState<string[] | null>(null);
  const problem = useRecordProblem(form);
  const owners = useOwnerOptions();
  const fields = useMemo(() => editFields(object), [object]);
  const draft = () => form.getFieldsValue(true) as RecordFormValues;

  const save = useMutation({
    mutationFn: (values: RecordFormValues) => {
      const owner = values[OWNER];
      const owned = owner && owner !== base.owner?.id ? { owner_id: owner } : {};
      return ask<Entity>("PATCH", `/${object.path}/${base.id}`, {
        version: base.version,
        body: { fields: changedRecord(fields, base.fields, values), ...owned },
      });
    },
    onSuccess: async (saved) => {
      queryClient.setQueryData(recordQuery(object.path, saved.id).queryKey, saved);
      onClose();
      await refreshRecords(queryClient);
    },
    onError: (error) => {
      if (toApiError(error).status !== 412) problem.show(error);
    },
  });
  const takeCurrent = useMutation({
    mutationFn: () => queryClient.fetchQuery({ ...recordQuery(object.path, base.id), staleTime: 0 }),
    onSuccess: (current) => {
      const merged = rebaseRecord(fields, base.fields, current.fields, draft());
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
      size={widthOf(fields)}
      title={t("record-edit", { object: words.one })}
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
        initialValues={{ ...initialRecord(fields, base.fields), [OWNER]: base.owner?.id }}
        onFinish={() => {
          problem.clear();
          save.mutate(draft());
        }}
        scrollToFirstError
      >
        <FieldItems fields={fields} stored={base.fields} control={RecordControl} />
        {mayOn(object, record, "assign") && (
          <Form.Item name={OWNER} label={label("owner")}>
            <Select showSearch={{ optionFilterProp: "label" }} options={owners} />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}
