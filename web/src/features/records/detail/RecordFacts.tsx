import { Button } from "antd";
import { useState } from "react";
import type { FieldInfo } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { bySection, isLines, useFieldLabel } from "../../fields/fields";
import { LinesTable } from "../lines/LinesTable";
import { visibleFields } from "../objects";
import { RecordValue } from "../RecordValue";
import type { Entity, ObjectInfo } from "../types";

/** What stands in the head of the panel need not stand here. */
function shownFields(object: ObjectInfo): FieldInfo[] {
  return visibleFields(object).filter(
    ({ name, type }) =>
      name !== object.state?.field && type !== "lines" && !(name === object.title && type !== "reference"),
  );
}

/** The fields of a record, in sections; empty ones wait until they are asked for. Lines stand by themselves. */
export function RecordFacts({ object, record }: { object: ObjectInfo; record: Entity }) {
  const t = useT();
  const label = useFieldLabel(object.name);
  const [all, setAll] = useState(false);
  const visible = shownFields(object);
  const filled = visible.filter(({ name }) => record.fields[name] !== undefined);
  const sections = bySection(all ? visible : filled);
  const empty = visible.length - filled.length;
  return (
    <div className="record-facts">
      {[...sections].map(([section, members]) => (
        <div key={section} className="facts-section">
          {sections.size > 1 && <h3>{t(`section-${section}`)}</h3>}
          <dl className="facts">
            {members.map((field) => (
              <div key={field.name} className={field.type === "long_text" ? "fact fact-wide" : "fact"}>
                <dt>{label(field.name)}</dt>
                <dd>
                  <RecordValue object={object} record={record} field={field} copyable />
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
      {visibleFields(object)
        .filter(({ type }) => type === "lines")
        .map(({ name }) => {
          const value = record.fields[name];
          return (
            isLines(value) &&
            value.lines.length > 0 && (
              <div key={name} className="facts-section">
                <h3>{label(name)}</h3>
                <LinesTable label={label(name)} lines={value.lines} />
              </div>
            )
          );
        })}
      {empty > 0 && (
        <div className="facts-more">
          <Button type="link" size="small" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? t("facts-fewer") : t("facts-empty", { count: empty })}
          </Button>
        </div>
      )}
    </div>
  );
}
