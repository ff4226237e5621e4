import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, InputNumber, Select, Skeleton, Switch } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import type { AuditRule, AuditSettings } from "../../api/types";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import { AuditTabs } from "./AuditTabs";
import "./audit.css";
import { zoneOf } from "./ChartsPage";
import { rulesQuery, TONES } from "./findings";

const HOURS = [0, 1, 6, 12, 24, 168];
const OFFSETS = Array.from({ length: 53 }, (_, at) => -720 + at * 30);

const settingsQuery = {
  queryKey: ["audit", "settings"],
  queryFn: async () => {
    const { data, response } = await api.GET("/audit/settings");
    if (data === undefined) throw new Error("no settings");
    return { settings: data, etag: response.headers.get("etag") ?? '"0"' };
  },
};

/** What the automated audit looks for, from when on, and how often. */
export function RulesPage() {
  const t = useT();
  const rules = useQuery(rulesQuery);
  return (
    <>
      <PageHeader title={t("audit-title")} note={t("rules-note")} />
      <AuditTabs />
      <Settings />
      {rules.isError ? (
        <div className="panel">
          <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
        </div>
      ) : rules.data === undefined ? (
        <Skeleton active />
      ) : (
        <ul className="rules panel">
          {rules.data.items.map((rule) => (
            <Rule key={`${rule.code}-${rule.version}`} rule={rule} />
          ))}
        </ul>
      )}
    </>
  );
}

function Settings() {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const { data } = useQuery(settingsQuery);
  const save = useMutation({
    mutationFn: (settings: AuditSettings) =>
      body(
        api.PUT("/audit/settings", {
          params: { header: { "If-Match": data?.etag ?? '"0"' } },
          body: settings,
        }),
      ),
    onSuccess: () => void message.success(t("rules-saved")),
    onError: showProblem,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["audit", "settings"] }),
  });
  if (data === undefined) return null;
  const { settings } = data;
  return (
    <div className="filters rules-settings">
      <span>
        {t("rules-every")}{" "}
        <Select
          aria-label={t("rules-every")}
          className="filter"
          value={settings.run_every_hours}
          options={HOURS.map((hours) => ({ value: hours, label: t("rules-hours", { hours }) }))}
          onChange={(run_every_hours: number) => save.mutate({ ...settings, run_every_hours })}
        />
      </span>
      <span title={t("rules-offset-note")}>
        {t("rules-offset")}{" "}
        <Select
          aria-label={t("rules-offset")}
          className="filter"
          value={settings.utc_offset_minutes}
          options={OFFSETS.map((minutes) => ({ value: minutes, label: zoneOf(minutes) }))}
          onChange={(utc_offset_minutes: number) => save.mutate({ ...settings, utc_offset_minutes })}
        />
      </span>
    </div>
  );
}

function Rule({ rule }: { rule: AuditRule }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [values, setValues] = useState(() =>
    Object.fromEntries(rule.parameters.map(({ code, value }) => [code, value])),
  );
  const save = useMutation({
    mutationFn: (change: { enabled: boolean; parameters: Record<string, number> }) =>
      body(
        api.PUT("/audit/rules/{code}", {
          params: { path: { code: rule.code }, header: { "If-Match": `"${rule.version}"` } },
          body: change,
        }),
      ),
    onSuccess: () => void message.success(t("rules-saved")),
    onError: showProblem,
    onSettled: () => queryClient.invalidateQueries({ queryKey: rulesQuery.queryKey }),
  });
  const changed = rule.parameters.some(({ code, value }) => values[code] !== value);
  const apply = () => changed && save.mutate({ enabled: rule.enabled, parameters: values });
  const name = t(`rule-${rule.code}-name`);
  return (
    <li className={rule.enabled ? "rule" : "rule rule-off"}>
      <Switch
        size="small"
        aria-label={`${name}: ${t("rule-on")}`}
        checked={rule.enabled}
        loading={save.isPending}
        onChange={(enabled) => save.mutate({ enabled, parameters: values })}
      />
      <div className="rule-words">
        <strong>{name}</strong>{" "}
        <Pill tone={TONES[rule.severity] ?? "quiet"}>{t(`severity-${rule.severity}`)}</Pill>
        <p className="soft">
          {t(`rule-${rule.code}-remedy`)} {t(`rule-kind-${rule.kind}`)}
        </p>
      </div>
      <div className="rule-parameters">
        {rule.parameters.map(({ code, min, max }) => (
          <div key={code}>
            <span className="soft">{t(`rule-parameter-${code}`)}</span>
            <InputNumber
              size="small"
              aria-label={`${name}: ${t(`rule-parameter-${code}`)}`}
              min={min}
              max={max}
              value={values[code] ?? null}
              onChange={(value) => value !== null && setValues({ ...values, [code]: Number(value) })}
              onBlur={apply}
              onPressEnter={apply}
            />
          </div>
        ))}
      </div>
    </li>
  );
}
