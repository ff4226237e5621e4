import { Select } from "antd";
import type { Import } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useFieldLabel, useFields } from "../fields/fields";
import { type Plan, retarget } from "./imports";

interface Props {
  columns: Import["columns"];
  plan: Plan;
  onChange: (plan: Plan) => void;
}

/** Which column fills which field. Columns left out are marked, so that none is lost by oversight. */
export function MappingStep({ columns, plan, onChange }: Props) {
  const t = useT();
  const label = useFieldLabel();
  const { fields } = useFields();
  const taken = new Set(Object.values(plan.targets));
  const options = fields.customer
    .filter(({ importable }) => importable)
    .map(({ name, required }) => ({
      value: name,
      label: required ? `${label(name)} *` : label(name),
      used: taken.has(name),
    }));
  const left = columns.filter(({ index }) => plan.targets[index] === undefined).length;
  return (
    <div className="panel-body">
      <p className="soft wizard-note">{t("mapping-note", { mapped: columns.length - left, left })}</p>
      <table className="mapping">
        <thead>
          <tr>
            <th scope="col">{t("mapping-column")}</th>
            <th scope="col">{t("mapping-samples")}</th>
            <th scope="col">{t("mapping-field")}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ index, header, samples }) => {
            const name = header === "" ? t("column-unnamed", { number: index + 1 }) : header;
            const target = plan.targets[index];
            return (
              <tr key={index} className={target === undefined ? "mapping-left" : undefined}>
                <th scope="row">{name}</th>
                <td className="mapping-samples">{samples.join(" · ")}</td>
                <td>
                  <Select
                    className="full-width"
                    aria-label={t("mapping-target-of", { column: name })}
                    allowClear
                    showSearch={{ optionFilterProp: "label" }}
                    placeholder={t("mapping-leave-out")}
                    value={target ?? null}
                    options={options}
                    optionRender={({ data }) => (
                      <span className={data.used ? "soft" : undefined}>{data.label}</span>
                    )}
                    onChange={(field: string | undefined) => onChange(retarget(plan, index, field ?? null))}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
