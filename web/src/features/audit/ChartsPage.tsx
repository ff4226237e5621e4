import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Select, Skeleton } from "antd";
import { useMemo } from "react";
import type { AuditCounts } from "../../api/types";
import { useT } from "../../i18n/useT";
import { BarSeries } from "../../ui/charts/BarSeries";
import { WeekHeat } from "../../ui/charts/WeekHeat";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { AuditTabs } from "./AuditTabs";
import { useActionLabel, useActorLabel } from "./audit";
import "./audit.css";
import { type AuditSearch, dayOf } from "./auditSearch";
import { CountsChart } from "./CountsChart";
import { countsQuery, weekHours } from "./counts";
import { UnusualReaders } from "./UnusualReaders";

export const PERIODS = [1, 7, 30, 90] as const;

/** The log in pictures: each leads to the entries it is made of. */
export function ChartsPage() {
  const t = useT();
  const navigate = useNavigate();
  const { days } = useSearch({ from: "/shell/audit/charts" });
  const search = useMemo<AuditSearch>(() => {
    const from = new Date();
    from.setDate(from.getDate() - days + 1);
    return { from: dayOf(from), to: dayOf(new Date()) };
  }, [days]);
  const counts = useQuery({ ...countsQuery(search), placeholderData: keepPreviousData });
  const open = (filter: AuditSearch) => void navigate({ to: "/audit", search: { ...search, ...filter } });
  return (
    <>
      <PageHeader
        title={t("audit-title")}
        note={t("charts-note")}
        actions={
          <Select
            aria-label={t("charts-period")}
            value={days}
            popupMatchSelectWidth={false}
            options={PERIODS.map((period) => ({ value: period, label: t("charts-days", { days: period }) }))}
            onChange={(next: number) =>
              void navigate({ to: "/audit/charts", search: { days: next }, replace: true })
            }
          />
        }
      />
      <AuditTabs />
      {counts.isError ? (
        <div className="panel">
          <ErrorState error={counts.error} onRetry={() => void counts.refetch()} />
        </div>
      ) : counts.data === undefined ? (
        <Skeleton active />
      ) : (
        <div className="charts" aria-busy={counts.isPlaceholderData}>
          <div className="chart-wide">
            <CountsChart counts={counts.data} title={t("counts-title")} onFilter={open} />
          </div>
          <div className="chart-wide">
            <UnusualReaders onFilter={open} />
          </div>
          <Week counts={counts.data} onFilter={open} />
          <People counts={counts.data} onFilter={open} />
          <div className="chart-wide">
            <Actions counts={counts.data} onFilter={open} />
          </div>
        </div>
      )}
    </>
  );
}

interface Props {
  counts: AuditCounts;
  onFilter: (filter: AuditSearch) => void;
}

const HEIGHT_PER_BAR = 24;

function Week({ counts, onFilter }: Props) {
  const t = useT();
  const hours = useMemo(() => weekHours(counts), [counts]);
  return (
    <WeekHeat
      title={t("heat-title")}
      note={t("heat-note", { zone: zoneOf(counts.utc_offset_minutes) })}
      what={t("counts-entries")}
      hours={hours}
      empty={t("counts-none")}
      onPick={(hour) => onFilter({ week_hour: String(hour) })}
    />
  );
}

function People({ counts, onFilter }: Props) {
  const t = useT();
  const actor = useActorLabel();
  const bars = useMemo(
    () =>
      counts.people.slice(0, 10).map((person) => ({
        key: person.actor.id ?? "",
        label: actor(person.actor),
        values: [person.entries - person.refused, person.refused],
      })),
    [counts, actor],
  );
  const series = useMemo(
    () => [
      { name: t("counts-allowed"), tone: "brand" as const },
      { name: t("counts-refused"), tone: "danger" as const },
    ],
    [t],
  );
  return (
    <BarSeries
      title={t("people-title")}
      note={t("people-note")}
      what={t("entry-actor")}
      series={series}
      bars={bars}
      lying
      height={264}
      empty={t("counts-none")}
      onPick={({ key }) => onFilter({ actor_id: key })}
    />
  );
}

function Actions({ counts, onFilter }: Props) {
  const t = useT();
  const action = useActionLabel();
  const bars = useMemo(
    () =>
      counts.actions
        .slice(0, 15)
        .map((count) => ({ key: count.action, label: action(count.action), values: [count.entries] })),
    [counts, action],
  );
  const series = useMemo(() => [{ name: t("counts-entries"), tone: "info" as const }], [t]);
  return (
    <BarSeries
      title={t("actions-title")}
      note={t("actions-note", { count: counts.actions.length })}
      what={t("entry-action")}
      series={series}
      bars={bars}
      lying
      height={60 + bars.length * HEIGHT_PER_BAR}
      empty={t("counts-none")}
      onPick={({ key }) => onFilter({ action: key })}
    />
  );
}

/** "UTC+8", as people write it. */
export function zoneOf(minutes: number): string {
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}
