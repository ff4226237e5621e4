import { Checkbox, Form, Radio } from "antd";
import type { Compartment } from "../../api/types";
import { useT } from "../../i18n/useT";
import { LEVELS } from "../sharing/sharing";

interface Props {
  /** What the level is called here. */
  label: string;
  /** The compartments to choose from; none are shown if there are none. */
  compartments: Compartment[];
  /** The levels to choose from; all if left out. */
  levels?: readonly string[];
}

/** The fields `level` and `compartments` of a form about a label. */
export function LabelFields({ label, compartments, levels = LEVELS }: Props) {
  const t = useT();
  return (
    <>
      <Form.Item name="level" label={label}>
        <Radio.Group
          className="reason-list"
          options={levels.map((level) => ({ value: level, label: t(`level-${level}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="compartments"
        label={t("access-compartments")}
        extra={t("access-compartments-note")}
        hidden={compartments.length === 0}
      >
        <Checkbox.Group
          className="choice-list"
          options={compartments.map(({ bit, name }) => ({ value: bit, label: name }))}
        />
      </Form.Item>
    </>
  );
}
