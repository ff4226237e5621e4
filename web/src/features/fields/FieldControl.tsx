import { DeleteOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input, InputNumber, Select, Space } from "antd";
import dayjs from "dayjs";
import type { FieldInfo, FieldValue } from "../../api/types";
import { useT } from "../../i18n/useT";
import { isMasked, useChoiceLabel } from "./fields";
import type { FormValue } from "./formValues";

export interface ControlProps {
  field: FieldInfo;
  /** The stored value, which a masked field shows as its hint. */
  stored?: FieldValue | undefined;
  id?: string;
  value?: FormValue;
  onChange?: (value: FormValue) => void;
}

/** The control for one field of the registry. Used inside a form item, which hands it id, value and onChange. */
export function FieldControl({ field, stored, id, value, onChange }: ControlProps) {
  const choiceLabel = useChoiceLabel();
  const change = (next: FormValue) => onChange?.(next);
  const limit = field.max_length ? { maxLength: field.max_length } : {};
  if (field.masked && isMasked(stored)) {
    return (
      <MaskedControl
        id={id}
        masked={stored.masked}
        clearable={!field.required}
        value={value}
        onChange={change}
      />
    );
  }
  switch (field.type) {
    case "long_text":
      return (
        <Input.TextArea
          id={id}
          value={value ?? ""}
          rows={2}
          className="grows"
          {...limit}
          onChange={(event) => change(event.target.value)}
        />
      );
    case "choice":
      return (
        <Select
          id={id}
          value={value ?? null}
          allowClear={!field.required}
          options={(field.choices ?? []).map((code) => ({
            value: code,
            label: choiceLabel(field.name, code),
          }))}
          onChange={(next: string | undefined) => change(next ?? null)}
        />
      );
    case "date":
    case "datetime":
      return <DateControl id={id} value={value} onChange={change} />;
    case "amount":
      return (
        <InputNumber<string>
          id={id}
          stringMode
          min="0"
          precision={2}
          prefix="¥"
          className="full-width"
          value={value ?? null}
          onChange={(next) => change(next === null ? null : String(next))}
        />
      );
    case "percent":
    case "decimal":
    case "integer":
      return <NumberControl kind={field.type} id={id} value={value} onChange={change} />;
    default:
      return (
        <Input
          id={id}
          value={value ?? ""}
          autoComplete="off"
          {...limit}
          onChange={(event) => change(event.target.value)}
        />
      );
  }
}

/** Numbers are kept as decimal text, so that nothing is lost on the way. */
function NumberControl({
  kind,
  id,
  value,
  onChange,
}: DateProps & { kind: "percent" | "decimal" | "integer" }) {
  return (
    <InputNumber<string>
      id={id}
      stringMode
      className="full-width"
      {...(kind === "integer" ? { precision: 0 } : {})}
      {...(kind === "percent" ? { suffix: "%", min: "0", max: "100" } : {})}
      value={value ?? null}
      onChange={(next) => onChange(next === null ? null : String(next))}
    />
  );
}

interface DateProps {
  id?: string | undefined;
  value: FormValue;
  onChange: (value: FormValue) => void;
}

/** A calendar date kept as "2026-11-22". */
export function DateControl({ id, value, onChange }: DateProps) {
  return (
    <DatePicker
      id={id}
      className="full-width"
      value={value ? dayjs(value) : null}
      onChange={(next) => onChange(next === null ? null : next.format("YYYY-MM-DD"))}
    />
  );
}

interface MaskedProps extends DateProps {
  masked: string;
  clearable: boolean;
}

/** A value one may replace or remove without seeing it. */
function MaskedControl({ id, masked, clearable, value, onChange }: MaskedProps) {
  const t = useT();
  const removed = value === null;
  return (
    <Space.Compact block>
      <Input
        id={id}
        value={value ?? ""}
        autoComplete="off"
        disabled={removed}
        placeholder={removed ? t("masked-will-be-removed") : t("masked-unchanged", { masked })}
        onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      />
      {clearable && (
        <Button
          icon={removed ? <UndoOutlined aria-hidden /> : <DeleteOutlined aria-hidden />}
          aria-label={removed ? t("masked-keep") : t("masked-remove")}
          title={removed ? t("masked-keep") : t("masked-remove")}
          onClick={() => onChange(removed ? undefined : null)}
        />
      )}
    </Space.Compact>
  );
}
