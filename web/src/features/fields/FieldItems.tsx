import { Form } from "antd";
import type { ComponentType } from "react";
import type { FieldInfo, FieldValue } from "../../api/types";
import { useT } from "../../i18n/useT";
import { type ControlProps, FieldControl } from "./FieldControl";
import { fieldRules } from "./fieldRules";
import { bySection, useFieldLabel } from "./fields";

interface Props {
  fields: FieldInfo[];
  stored?: Record<string, FieldValue>;
  /** What a value is entered with, where the fields are of more kinds than customers have. */
  control?: ComponentType<ControlProps>;
}

const WIDE = new Set(["long_text", "lines"]);

/** The inputs for every field one may write, section by section. A masked field that is kept needs no value. */
export function FieldItems({ fields, stored = {}, control: Control = FieldControl }: Props) {
  const t = useT();
  const label = useFieldLabel();
  const sections = bySection(
    fields.filter(({ access, computed }) => access === "write" && computed !== true),
  );
  return [...sections].map(([section, members]) => (
    <section key={section} className="form-section">
      {sections.size > 1 && <h3>{t(`section-${section}`)}</h3>}
      <div className="form-grid">
        {members.map((field) => {
          const kept = field.masked && stored[field.name] !== undefined;
          return (
            <Form.Item
              key={field.name}
              name={field.name}
              label={label(field.name)}
              className={WIDE.has(field.type) ? "form-wide" : undefined}
              rules={fieldRules(kept ? { ...field, required: false } : field, t)}
            >
              <Control field={field} stored={stored[field.name]} />
            </Form.Item>
          );
        })}
      </div>
    </section>
  ));
}
