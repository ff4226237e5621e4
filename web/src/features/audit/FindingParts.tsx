import type { ReactNode } from "react";
import type { AssignedFinding, AuditFinding } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { Pill } from "../../ui/Pill";
import { TONES, useFindingWords } from "./findings";

/** A finding as the auditor has it, or as whoever looks after it. */
type Finding = AssignedFinding | AuditFinding;

export function SeverityPill({ severity }: Pick<Finding, "severity">) {
  const t = useT();
  return <Pill tone={TONES[severity] ?? "quiet"}>{t(`severity-${severity}`)}</Pill>;
}

/** The day until which something is to be done, and whether it has passed with the finding still `open`. */
export function DueCell({ due, open }: { due: string | null; open: boolean }) {
  const t = useT();
  const format = useFormat();
  if (due === null) return <span className="absent">–</span>;
  return (
    <>
      {format.date(due)}{" "}
      {open && new Date(due) < new Date() && <Pill tone="danger">{t("finding-overdue")}</Pill>}
    </>
  );
}

interface FactsProps {
  finding: Finding;
  /** Said beside when it was first seen. */
  again?: ReactNode;
  /** Further facts. */
  children?: ReactNode;
}

/** What a finding is, whom it is about, what to do, and since when it is known. */
export function FindingFacts({ finding, again, children }: FactsProps) {
  const t = useT();
  const format = useFormat();
  const { what, about } = useFindingWords();
  return (
    <>
      <p className="finding-head">
        <SeverityPill severity={finding.severity} /> <strong>{what(finding)}</strong>
      </p>
      <dl className="entry-facts">
        <div>
          <dt>{t("finding-about")}</dt>
          <dd>{about(finding)}</dd>
        </div>
        <div>
          <dt>{t("finding-remedy")}</dt>
          <dd>{t(`rule-${finding.rule}-remedy`)}</dd>
        </div>
        <div>
          <dt>{t("finding-first")}</dt>
          <dd>
            {format.dateTime(finding.first_at)} {again}
          </dd>
        </div>
        {children}
      </dl>
    </>
  );
}
