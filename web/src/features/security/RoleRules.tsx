import { DownOutlined } from "@ant-design/icons";
import { Form, Input } from "antd";
import type { Role } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { Pill } from "../../ui/Pill";
import { ROLES } from "../admin/admin";
import { HoursFields } from "./HoursFields";
import { Setting, Settings } from "./Setting";
import { linesOf, type RoleValues, runsOf } from "./security";

interface Props {
  /** The roles whose rules are shown in full. */
  opened: ReadonlySet<Role>;
  onToggle: (role: Role) => void;
}

/** From where and when each role may be used: in one line each, and in full where somebody wants to change it. */
export function RoleRules({ opened, onToggle }: Props) {
  const t = useT();
  return (
    <Settings title={t("security-roles")} note={t("security-roles-note")}>
      {ROLES.map((role) => (
        <section key={role} className="role-rules" aria-label={t(`role-${role}`)}>
          <button
            type="button"
            className="role-head"
            aria-expanded={opened.has(role)}
            aria-controls={`rules-${role}`}
            onClick={() => onToggle(role)}
          >
            <strong>{t(`role-${role}`)}</strong>
            <Summary role={role} />
            <DownOutlined aria-hidden />
          </button>
          <div id={`rules-${role}`} className="role-fields" hidden={!opened.has(role)}>
            <NetworksField
              path={["roles", role, "networks"]}
              label={t("security-networks")}
              note={t("security-networks-note")}
            />
            <HoursFields
              path={["roles", role, "hours"]}
              label={t("security-hours")}
              note={t("security-hours-note")}
            />
          </div>
        </section>
      ))}
    </Settings>
  );
}

function Summary({ role }: { role: Role }) {
  const t = useT();
  const format = useFormat();
  const rules: RoleValues | undefined = Form.useWatch(["roles", role]);
  if (rules === undefined) return null;
  const networks = linesOf(rules.networks);
  const { on, days, from, to } = rules.hours;
  if (networks.length === 0 && !on)
    return <span className="role-summary soft">{t("security-unlimited")}</span>;
  const named = runsOf(days).map(([first, last]) =>
    first === last
      ? t(`day-${first}`)
      : t("security-day-range", { from: t(`day-${first}`), to: t(`day-${last}`) }),
  );
  return (
    <span className="role-summary">
      {networks.length > 0 && (
        <Pill tone="info">{t("security-networks-count", { count: networks.length })}</Pill>
      )}
      {on && <Pill tone="info">{t("security-hours-short", { days: format.list(named), from, to })}</Pill>}
    </span>
  );
}

interface NetworksProps {
  path: string[];
  label: string;
  note: string;
}

export function NetworksField(props: NetworksProps) {
  return (
    <Setting {...props} wide>
      <Input.TextArea className="mono grows" maxLength={2500} spellCheck={false} />
    </Setting>
  );
}
