import { CalendarOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Select, Skeleton } from "antd";
import { APPROVAL_REQUESTED, api, done, ifMatch } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { AuditYear, AuditYears } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { DownloadButton } from "../../ui/DownloadButton";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import { AuditTabs } from "./AuditTabs";
import "./audit.css";
import { yearsQuery } from "./years";

/** What can be chosen besides for ever. */
const YEARS = [3, 5, 6, 10, 15, 30];

/** The years of the log: sealed, archived, removed; and how long entries stay. */
export function YearsPage() {
  const t = useT();
  const format = useFormat();
  const years = useQuery(yearsQuery);
  const columns: Column<AuditYear>[] = [
    { key: "year", title: t("year"), pinned: true, cell: ({ year }) => String(year) },
    {
      key: "entries",
      title: t("year-entries"),
      align: "end",
      cell: ({ from, to }) => format.number(to - from),
    },
    {
      key: "state",
      title: t("year-state"),
      cell: (year) => (
        <>
          <State year={year} /> {year.removable && <Pill tone="caution">{t("year-removable")}</Pill>}
        </>
      ),
    },
    { key: "sealed", title: t("year-sealed-at"), cell: ({ sealed_at }) => format.dateTime(sealed_at) },
    {
      key: "root",
      title: t("year-root"),
      cell: ({ root }) => <span className="mono soft">{root.slice(0, 16)}</span>,
    },
    {
      key: "tools",
      title: "",
      align: "end",
      cell: ({ year, removed_at }) =>
        removed_at == null && (
          <DownloadButton path={`/audit/years/${year}/archive`} name={`custos-log-${year}.tar`}>
            {t("year-download")}
          </DownloadButton>
        ),
    },
  ];
  return (
    <>
      <PageHeader title={t("audit-title")} note={t("years-note")} />
      <AuditTabs />
      {years.isError ? (
        <div className="panel">
          <ErrorState error={years.error} onRetry={() => void years.refetch()} />
        </div>
      ) : years.data === undefined ? (
        <Skeleton active />
      ) : (
        <>
          <Retention years={years.data} />
          {years.data.items.length === 0 ? (
            <div className="panel">
              <EmptyState
                icon={<CalendarOutlined aria-hidden />}
                title={t("years-none")}
                text={t("years-none-text")}
              />
            </div>
          ) : (
            <DataTable
              label={t("audit-tab-years")}
              columns={columns}
              rows={years.data.items}
              rowKey={({ year }) => String(year)}
            />
          )}
        </>
      )}
    </>
  );
}

function State({ year: { archived_at, removed_at } }: { year: AuditYear }) {
  const t = useT();
  const format = useFormat();
  if (removed_at != null) return <>{t("year-state-removed", { at: format.date(removed_at) })}</>;
  if (archived_at != null) return <>{t("year-state-archived", { at: format.date(archived_at) })}</>;
  return <>{t("year-state-sealed")}</>;
}

function Retention({ years }: { years: AuditYears }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const save = useMutation({
    mutationFn: (wanted: number) =>
      done(
        api.PUT("/audit/retention", {
          params: { header: { "If-Match": ifMatch(years.retention_version) } },
          body: { years: wanted },
        }),
      ),
    onSuccess: () => void message.success(t("retention-changed")),
    onError: (error) => {
      if (toApiError(error).code !== APPROVAL_REQUESTED) showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: yearsQuery.queryKey }),
  });
  const choices = [...new Set([0, ...YEARS, years.retention_years])].sort((a, b) => a - b);
  return (
    <section className="panel panel-body retention" aria-labelledby="retention-title">
      <h2 id="retention-title">{t("retention-title")}</h2>
      <p className="soft">{t("retention-note", { least: years.least_years })}</p>
      <Select
        className="filter"
        aria-labelledby="retention-title"
        value={years.retention_years}
        loading={save.isPending}
        options={choices.map((value) => ({
          value,
          label: value === 0 ? t("retention-for-ever") : t("retention-years", { years: value }),
        }))}
        onChange={(value: number) => save.mutate(value)}
      />
    </section>
  );
}
