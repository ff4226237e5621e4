import { ArrowRightOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import type { ApprovalChange } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";

/** What would be changed or given away, line by line. */
export function Changes({ changes }: { changes: ApprovalChange[] }) {
  const t = useT();
  const label = (name: string) => (t.has(`approval-label-${name}`) ? t(`approval-label-${name}`) : name);
  return (
    <dl className="approval-changes">
      {changes.map((change) => (
        <div key={change.label}>
          <dt>{label(change.label)}</dt>
          <dd>
            {change.before != null && (
              <>
                <span className="approval-before">
                  <span className="visually-hidden">{t("approval-before")}</span>
                  <Values label={change.label} values={change.before} />
                </span>
                <ArrowRightOutlined aria-hidden className="soft" />
              </>
            )}
            <span className={change.before == null ? undefined : "approval-after"}>
              {change.before != null && <span className="visually-hidden">{t("approval-after")}</span>}
              {change.customer == null ? (
                <Values label={change.label} values={change.after} />
              ) : (
                <Link to="/customers/$id" params={{ id: change.customer }}>
                  {change.after}
                </Link>
              )}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Where words of codes are, by what the codes are of. */
const WORDS: Record<string, string[]> = {
  roles: ["role-"],
  data_scope: ["scope-"],
  format: ["format-"],
  suite: ["keys-suite-"],
  retention_years: ["retention-"],
  root_key_home: ["keys-home-"],
  columns: ["field-", "column-"],
  field: ["field-"],
  filter_status: ["choice-status-", "choice-"],
  filter_level: ["choice-level-", "choice-"],
  filter_source: ["choice-source-", "choice-"],
};

function Values({ label, values }: { label: string; values: string[] }) {
  const t = useT();
  const format = useFormat();
  // A label is spelled as its level and the numbers of its compartments.
  const classified = (spelled: string) => {
    const [level = "", ...compartments] = spelled.split(" ");
    return [t.has(`level-${level}`) ? t(`level-${level}`) : level, ...compartments].join(" ");
  };
  if (label === "policy_text") return values.map((text) => <pre key={text}>{text}</pre>);
  const word = (value: string): string => {
    if (label === "clearance" || label === "label") return classified(value);
    if (label === "field_labels") {
      const [field = "", marked = ""] = value.split(": ");
      return `${t.has(`field-${field}`) ? t(`field-${field}`) : field}: ${classified(marked)}`;
    }
    const ids = (WORDS[label] ?? []).map((prefix) => prefix + value);
    const id = ids.find((candidate) => t.has(candidate));
    return id === undefined ? value : t(id);
  };
  return <>{values.length === 0 ? t("approval-nothing") : format.list(values.map(word))}</>;
}
