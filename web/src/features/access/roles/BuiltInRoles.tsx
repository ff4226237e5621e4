import { LockOutlined } from "@ant-design/icons";
import { useT } from "../../../i18n/useT";
import { Pill } from "../../../ui/Pill";
import { ROLES } from "../../admin/admin";
import { RULES_OF } from "./builtIn";

/** The roles that come with the product: what each is for, and the rules it goes by. */
export function BuiltInRoles() {
  const t = useT();
  return (
    <section className="panel access-list" aria-label={t("access-roles-built-in")}>
      <div className="panel-head">
        <h2>{t("access-roles-built-in")}</h2>
        <Pill tone="quiet">
          <LockOutlined aria-hidden /> {t("access-built-in")}
        </Pill>
      </div>
      <ul>
        {ROLES.map((role) => (
          <li key={role} className="access-row">
            <div className="access-words">
              <strong>{t(`role-${role}`)}</strong>
              <p className="soft">{t(`role-${role}-duty`)}</p>
              {RULES_OF[role].length > 0 && (
                <details className="access-more">
                  <summary>{t("access-built-in-rules")}</summary>
                  <ul className="access-bullets">
                    {RULES_OF[role].map((rule) => (
                      <li key={rule}>{t(`rule-customers-${rule}`)}</li>
                    ))}
                  </ul>
                </details>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
