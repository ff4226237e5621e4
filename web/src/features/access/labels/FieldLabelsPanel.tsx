import { Select } from "antd";
import type { AccessConfiguration, AccessLabel, AccessObject } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { Pill } from "../../../ui/Pill";
import { LEVELS } from "../../sharing/sharing";
import { ChangePill } from "../draft/Differences";
import { changeOf } from "../draft/draft";
import type { Access } from "../draft/useAccess";
import { useFieldName, useObjectName } from "../words";
import { withFieldLabel } from "./labels";

interface Props {
  object: AccessObject;
  access: Access;
  current: AccessConfiguration;
}

const NONE = "";

/** The label of each field of an object: what is seen of a record also depends on it. */
export function FieldLabelsPanel({ object, access, current }: Props) {
  const t = useT();
  const fieldName = useFieldName();
  const objectName = useObjectName();
  const title = t("access-field-labels", { object: objectName(object.name) });
  const labelOf = (field: string) =>
    current.field_labels.find((one) => one.object === object.name && one.field === field)?.label;
  const set = (field: string, label: AccessLabel | null) =>
    access.edit((before) => withFieldLabel(before, object.name, field, label));
  return (
    <section className="panel access-list" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <p className="soft panel-body">{t("access-field-labels-note")}</p>
      <ul>
        {object.fields.map(({ name, category }) => {
          const label = labelOf(name);
          const change = changeOf(access.changes, "field_label", `${object.name}.${name}`);
          return (
            <li key={name} className="access-row label-row">
              <span className="access-words access-head">
                {fieldName(name)}
                {category !== "none" && (
                  <Pill tone={category === "sensitive" ? "caution" : "quiet"}>
                    {t(`access-category-${category}`)}
                  </Pill>
                )}
                {change !== undefined && <ChangePill kind={change} />}
              </span>
              <span className="label-choice">
                <Select
                  size="small"
                  aria-label={t("access-level-of", { name: fieldName(name) })}
                  disabled={!access.mayEdit}
                  value={label?.level ?? NONE}
                  options={[
                    { value: NONE, label: t("access-label-none") },
                    ...LEVELS.map((level) => ({ value: level as string, label: t(`level-${level}`) })),
                  ]}
                  onChange={(level) =>
                    set(name, level === NONE ? null : { level, compartments: label?.compartments ?? [] })
                  }
                />
                {label !== undefined && current.compartments.length > 0 && (
                  <Select
                    size="small"
                    mode="multiple"
                    aria-label={t("access-compartments-of", { name: fieldName(name) })}
                    className="label-compartments"
                    placeholder={t("access-compartments")}
                    disabled={!access.mayEdit}
                    value={label.compartments}
                    options={current.compartments.map(({ bit, name: named }) => ({
                      value: bit,
                      label: named,
                    }))}
                    onChange={(compartments: number[]) => set(name, { ...label, compartments })}
                  />
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
