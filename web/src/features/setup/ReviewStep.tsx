import { useT } from "../../i18n/useT";
import { FIRST_ROLES, type SetupValues } from "./setup";

export function ReviewStep({ values }: { values: SetupValues }) {
  const t = useT();
  return (
    <dl className="setup-review">
      <dt>{t("setup-organisation")}</dt>
      <dd>{values.organisation_name}</dd>
      {FIRST_ROLES.map((role, index) => (
        <div key={role}>
          <dt>{t(`role-${role}`)}</dt>
          <dd>
            {values.users[index]?.name} <span className="soft">{values.users[index]?.login}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
