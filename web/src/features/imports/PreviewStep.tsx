import { CloseCircleOutlined, ToolOutlined, WarningOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Spin } from "antd";
import type { ComponentType } from "react";
import { api, body } from "../../api/client";
import type { Preview, PreviewNote } from "../../api/types";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { Pill, type Tone } from "../../ui/Pill";
import { useProblemText } from "../../ui/useProblemText";
import { useChoiceLabel, useFieldLabel, useFields } from "../fields/fields";
import { mappingOf, type Plan } from "./imports";

type Row = Preview["rows"][number];

const OUTCOME_TONES: Record<Row["outcome"], Tone> = {
  create: "brand",
  update: "info",
  skip: "quiet",
  reject: "danger",
};
const NOTE_ICONS: Record<PreviewNote["severity"], ComponentType<{ "aria-hidden"?: boolean }>> = {
  repair: ToolOutlined,
  warning: WarningOutlined,
  error: CloseCircleOutlined,
};

/** The first rows as they would be stored, with what was repaired, doubtful or refused. */
export function PreviewStep({ id, plan }: { id: string; plan: Plan }) {
  const t = useT();
  const mapping = mappingOf(plan);
  const preview = useQuery({
    queryKey: ["imports", "preview", id, mapping, plan.duplicates, plan.uscc_check],
    gcTime: 0,
    queryFn: () =>
      body(
        api.POST("/imports/{id}/preview", {
          params: { path: { id } },
          body: { mapping, duplicates: plan.duplicates, uscc_check: plan.uscc_check },
        }),
      ),
  });
  if (preview.isError) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  if (preview.data === undefined) {
    return (
      <div className="panel-body">
        <Spin />
      </div>
    );
  }
  const { rows, duplicates_in_sample } = preview.data;
  return (
    <div className="panel-body">
      <p className="soft wizard-note">
        {t("preview-note", { rows: rows.length })}{" "}
        {duplicates_in_sample > 0 && t("preview-duplicates", { count: duplicates_in_sample })}
      </p>
      <PreviewTable rows={rows} names={mapping.map(({ field }) => field)} />
    </div>
  );
}

function PreviewTable({ rows, names }: { rows: Row[]; names: string[] }) {
  const t = useT();
  const label = useFieldLabel();
  const choiceLabel = useChoiceLabel();
  const { fields } = useFields();
  const choices = new Set(fields.customer.filter(({ type }) => type === "choice").map(({ name }) => name));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard.
    <section className="table-frame preview-frame" aria-label={t("import-step-preview")} tabIndex={0}>
      <table className="table table-compact preview">
        <thead>
          <tr>
            <th scope="col">{t("preview-row")}</th>
            <th scope="col">{t("preview-outcome")}</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {label(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, outcome, fields: stored, notes }) => (
            <tr key={row}>
              <td>{row}</td>
              <td>
                <Pill tone={OUTCOME_TONES[outcome]}>{t(`outcome-${outcome}`)}</Pill>
                <Notes notes={notes.filter(({ field }) => !names.includes(field))} />
              </td>
              {names.map((name) => {
                const value = stored[name];
                return (
                  <td key={name}>
                    {value === undefined ? "" : choices.has(name) ? choiceLabel(name, value) : value}
                    <Notes notes={notes.filter(({ field }) => field === name)} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Notes({ notes }: { notes: PreviewNote[] }) {
  const t = useT();
  const text = useProblemText();
  return notes.map(({ code, params, severity }) => {
    const Icon = NOTE_ICONS[severity];
    return (
      <span key={code} className={`note note-${severity}`}>
        <Icon aria-hidden /> <span className="visually-hidden">{t(`severity-${severity}`)}</span>
        {text.ofCode(code, params)}
      </span>
    );
  });
}
