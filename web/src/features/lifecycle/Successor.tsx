import { Form, Radio, Select } from "antd";
import type { Named } from "../../api/types";
import { useT } from "../../i18n/useT";
import type { TakeOver } from "./lifecycle";

interface Props {
  /** What may be chosen, with the words for it. */
  options: { value: TakeOver; label: string; disabled?: boolean }[];
  takers: Named[];
}

/** Who takes somebody's customers over: fields `to` and `colleague_id` of the form around it. */
export function Successor({ options, takers }: Props) {
  const t = useT();
  const form = Form.useFormInstance();
  const to: TakeOver | undefined = Form.useWatch("to", form);
  return (
    <>
      <Form.Item name="to" label={t("handover-to")}>
        <Radio.Group className="choice-list">
          {options.map(({ value, label, disabled }) => (
            <Radio key={value} value={value} disabled={disabled}>
              {label}
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      {to === "colleague" && (
        <Form.Item
          name="colleague_id"
          label={t("handover-colleague")}
          extra={t("handover-colleague-note")}
          rules={[{ required: true, message: t("error-handover-taker") }]}
        >
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={takers.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
      )}
    </>
  );
}
