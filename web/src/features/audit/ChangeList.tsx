import type { AuditChange } from "../../api/types";
import { idPart, useT } from "../../i18n/useT";

/** What an entry says was changed: in full where the log has it, otherwise that it was. */
export function ChangeList({ changes }: { changes: AuditChange[] }) {
  const t = useT();
  return (
    <table className="changes">
      <thead>
        <tr>
          <th scope="col">{t("change-what")}</th>
          <th scope="col">{t("change-before")}</th>
          <th scope="col">{t("change-after")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, sealed, before, after }) => (
          <tr key={field}>
            <th scope="row">
              <FieldName field={field} />
            </th>
            {sealed ? (
              <td colSpan={2} className="soft">
                {t("change-sealed")}
              </td>
            ) : (
              <>
                <td>
                  <Value field={field} value={before} />
                </td>
                <td>
                  <Value field={field} value={after} />
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FieldName({ field }: { field: string }) {
  const t = useT();
  const known = [`change-field-${idPart(field)}`, `field-${idPart(field)}`].find((id) => t.has(id));
  return known === undefined ? <code>{field}</code> : t(known);
}

/** Roles, scopes and the like in words, everything else as it stands. */
function Value({ field, value }: { field: string; value: unknown }) {
  const t = useT();
  if (value == null || (Array.isArray(value) && value.length === 0)) return <span className="absent">–</span>;
  const one = (item: unknown) => {
    const text = String(item);
    const id = [`role-${text}`, `scope-${text}`, `change-value-${text}`].find((id) => t.has(id));
    return field === "roles" || field === "data_scope" || text === "yes" || text === "no"
      ? id === undefined
        ? text
        : t(id)
      : text;
  };
  return <>{(Array.isArray(value) ? value : [value]).map(one).join(" · ")}</>;
}
