import { Checkbox, Select } from "antd";
import type { AccessGrant, AccessObject } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { SCOPES } from "../access";
import { useActionName, useObjectName } from "../words";
import { withAction } from "./roles";

interface Props {
  catalogue: AccessObject[];
  grantOf: (object: string) => AccessGrant;
  readOnly: boolean;
  onChange: (grant: AccessGrant) => void;
}

/** Which actions with which kinds of records, and with whose. */
export function GrantMatrix({ catalogue, grantOf, readOnly, onChange }: Props) {
  const t = useT();
  const actionName = useActionName();
  const objectName = useObjectName();
  const actions = [...new Set(catalogue.flatMap(({ actions }) => actions))];
  const unreadable = catalogue.filter(({ name }) => {
    const granted = grantOf(name).actions;
    return granted.length > 0 && !granted.includes("read");
  });
  return (
    <section className="table-frame matrix" aria-label={t("access-matrix")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("access-action")}</th>
            {catalogue.map(({ name }) => (
              <th key={name} scope="col" className="matrix-cell">
                {objectName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">
              {t("access-scope")}
              <span className="choice-note">{t("access-scope-note")}</span>
            </th>
            {catalogue.map(({ name }) => (
              <td key={name} className="matrix-cell">
                <Select
                  size="small"
                  aria-label={t("access-scope-of", { object: objectName(name) })}
                  className="matrix-scope"
                  disabled={readOnly || grantOf(name).actions.length === 0}
                  value={grantOf(name).scope}
                  options={SCOPES.map((scope) => ({ value: scope, label: t(`scope-${scope}`) }))}
                  onChange={(scope) => onChange({ ...grantOf(name), scope })}
                />
              </td>
            ))}
          </tr>
          {actions.map((action) => (
            <tr key={action}>
              <th scope="row">
                {actionName(action)}
                {t.has(`access-action-${action}-note`) && (
                  <span className="choice-note">{t(`access-action-${action}-note`)}</span>
                )}
              </th>
              {catalogue.map((object) => (
                <td key={object.name} className="matrix-cell">
                  {object.actions.includes(action) && (
                    <Checkbox
                      aria-label={t("access-action-of", {
                        action: actionName(action),
                        object: objectName(object.name),
                      })}
                      disabled={readOnly}
                      checked={grantOf(object.name).actions.includes(action)}
                      onChange={({ target }) =>
                        onChange(withAction(grantOf(object.name), action, target.checked))
                      }
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {unreadable.map(({ name }) => (
        <p key={name} className="matrix-hint">
          {t("access-role-unreadable", { object: objectName(name) })}
        </p>
      ))}
    </section>
  );
}
