import { Radio } from "antd";
import type {
  AccessField,
  AccessFieldLabel,
  AccessGrant,
  AccessObject,
  Compartment,
} from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { Pill } from "../../../ui/Pill";
import { REACHES } from "../access";
import { LabelWords } from "../LabelWords";
import { useFieldName, useObjectName } from "../words";
import { withField } from "./roles";

interface Props {
  object: AccessObject;
  labels: AccessFieldLabel[];
  compartments: Compartment[];
  grant: AccessGrant;
  readOnly: boolean;
  onChange: (grant: AccessGrant) => void;
}

/** What a role lets people see and do of each field; those without a choice of their own go by the first row. */
export function FieldTable({ object, labels, compartments, grant, readOnly, onChange }: Props) {
  const t = useT();
  const fieldName = useFieldName();
  const objectName = useObjectName();
  const choice = (access: string, label: string, checked: boolean, choose: () => void, off = false) => (
    <td key={access} className="matrix-cell">
      <Radio
        aria-label={`${label}: ${t(`access-field-${access}`)}`}
        checked={checked}
        disabled={readOnly || off}
        onChange={choose}
      />
    </td>
  );
  const name = (field: AccessField) => {
    const label = labels.find((one) => one.object === object.name && one.field === field.name);
    return (
      <>
        {fieldName(field.name)}{" "}
        {field.category !== "none" && (
          <Pill tone={field.category === "sensitive" ? "caution" : "quiet"}>
            {t(`access-category-${field.category}`)}
          </Pill>
        )}{" "}
        {label !== undefined && <LabelWords label={label.label} compartments={compartments} />}
      </>
    );
  };
  return (
    <section className="field-access" aria-label={t("access-fields-of", { object: objectName(object.name) })}>
      <h3 className="block-title">{t("access-fields-of", { object: objectName(object.name) })}</h3>
      <p className="soft field-note">{t("access-fields-note")}</p>
      <div className="table-frame table-compact">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("access-field")}</th>
              <th scope="col" className="matrix-cell">
                {t("access-field-as-others")}
              </th>
              {REACHES.map((access) => (
                <th key={access} scope="col" className="matrix-cell" title={t(`access-field-${access}-note`)}>
                  {t(`access-field-${access}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr className="field-others">
              <th scope="row">{t("access-field-others")}</th>
              <td />
              {REACHES.map((access) =>
                choice(access, t("access-field-others"), grant.other_fields === access, () =>
                  onChange({ ...grant, other_fields: access }),
                ),
              )}
            </tr>
            {object.fields.map((field) => {
              const own = grant.fields[field.name];
              return (
                <tr key={field.name}>
                  <th scope="row">{name(field)}</th>
                  {choice("as-others", fieldName(field.name), own === undefined, () =>
                    onChange(withField(grant, field.name, null)),
                  )}
                  {REACHES.map((access) =>
                    choice(
                      access,
                      fieldName(field.name),
                      own === access,
                      () => onChange(withField(grant, field.name, access)),
                      // What is never masked is in clear wherever it is shown.
                      access === "read" && !field.masked && own !== "read",
                    ),
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
