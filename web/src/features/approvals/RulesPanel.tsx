import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { ApprovalRule } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { LEVELS } from "../sharing/sharing";
import { rulesQuery } from "./approvals";
import { RuleDrawer } from "./RuleDrawer";
import { useApproverName } from "./Steps";
import { useOperationName } from "./useOperationName";

/** What needs whose approval. */
export function RulesPanel() {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const operation = useOperationName();
  const name = useApproverName();
  const rules = useQuery(rulesQuery);
  const [editing, setEditing] = useState<ApprovalRule | null>(null);
  if (rules.isError) {
    return (
      <div className="panel">
        <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
      </div>
    );
  }
  if (rules.data === undefined) return <Skeleton active title={false} />;
  return (
    <section className="panel" aria-label={t("approvals-rules")}>
      <p className="soft panel-body">{t("approval-rules-note")}</p>
      <ul className="approval-rules">
        {rules.data.rules.map((rule) => (
          <li key={rule.operation}>
            <div>
              <span className="approval-head">
                <strong>{operation(rule.operation)}</strong>
                {!rule.enabled && <Pill tone="quiet">{t("approval-rule-off")}</Pill>}
              </span>
              {rule.enabled && (
                <span className="approval-facts soft">
                  {rule.records_above != null && (
                    <span>{t("approval-rule-above", { count: rule.records_above })}</span>
                  )}
                  {rule.records_above != null && rule.label_from != null && (
                    <span>{t("approval-rule-or")}</span>
                  )}
                  {rule.label_from != null && (
                    <span>{t("approval-rule-from", { level: t(`level-${LEVELS[rule.label_from]}`) })}</span>
                  )}
                  {rule.steps.map((step, number) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                    <span key={number}>
                      {t("approval-step", {
                        needed: step.needed,
                        who: format.either(step.approvers.map(name)),
                      })}
                    </span>
                  ))}
                  <span>{t("approval-rule-hours", { hours: rule.hours })}</span>
                  {rule.allow_if_nobody && <span>{t("approval-rule-alone")}</span>}
                </span>
              )}
            </div>
            {may("approval_rules.update") && (
              <Button
                size="small"
                aria-label={t("approval-rule-edit-named", { name: operation(rule.operation) })}
                onClick={() => setEditing(rule)}
              >
                {t("approval-rule-edit")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {editing !== null && (
        <RuleDrawer rule={editing} version={rules.data.version} onClose={() => setEditing(null)} />
      )}
    </section>
  );
}
