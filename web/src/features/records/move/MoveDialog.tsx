import { Form, Modal } from "antd";
import { useEffect, useMemo } from "react";
import { useT } from "../../../i18n/useT";
import { FormAlert } from "../../../ui/FormAlert";
import { FieldItems } from "../../fields/FieldItems";
import { RecordControl } from "../edit/RecordControl";
import { changedRecord, initialRecord, type RecordFormValues } from "../edit/recordValues";
import { useRecordProblem } from "../edit/useRecordProblem";
import { recordTitle } from "../records";
import type { ObjectInfo } from "../types";
import type { Asked, Move } from "./useMove";

interface Props {
  object: ObjectInfo;
  asked: Asked;
  pending: boolean;
  onMove: (move: Move) => void;
  onClose: () => void;
}

/** Asks for just what a record needs to have before it may go to a state. */
export function MoveDialog({ object, asked, pending, onMove, onClose }: Props) {
  const t = useT();
  const [form] = Form.useForm<RecordFormValues>();
  const { show, clear, general } = useRecordProblem(form);
  const { record, to, names, refusal } = asked;
  const fields = useMemo(
    () =>
      object.fields.filter(({ name }) => names.includes(name)).map((field) => ({ ...field, required: true })),
    [object, names],
  );
  // What was refused for want of a value alone says so itself, once one leaves it empty again.
  const telling = refusal?.fields.some(({ code }) => code !== "field.required") === true;
  useEffect(() => {
    if (refusal !== undefined && telling) show(refusal);
  }, [refusal, telling, show]);
  return (
    <Modal
      open
      title={t("record-move-title", { name: recordTitle(object, record), state: to.name })}
      okText={t("record-move")}
      okButtonProps={{ loading: pending }}
      onOk={form.submit}
      onCancel={onClose}
      width={480}
      destroyOnHidden
    >
      <p className="soft">{t("record-move-note", { state: to.name })}</p>
      <FormAlert problem={{ general, show, clear }} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={initialRecord(fields, record.fields)}
        onFinish={() => {
          clear();
          const values = form.getFieldsValue(true) as RecordFormValues;
          onMove({ record, to, fields: changedRecord(fields, record.fields, values) });
        }}
      >
        <FieldItems fields={fields} stored={record.fields} control={RecordControl} />
      </Form>
    </Modal>
  );
}
