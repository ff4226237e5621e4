import { SafetyOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Progress, Radio } from "antd";
import { useEffect, useMemo, useState } from "react";
import { api, body } from "../../api/client";
import type { AuditFinding, AuditFindingState, AuditRun } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { BarSeries } from "../../ui/charts/BarSeries";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { useShowProblem } from "../../ui/useProblemText";
import { AuditTabs } from "./AuditTabs";
import "./audit.css";
import { FindingDrawer } from "./FindingDrawer";
import { DueCell, SeverityPill } from "./FindingParts";
import { findingsQuery, runsQuery, STATES, useFindingWords } from "./findings";

const PAGE = 50;

/** What the automated audit found, what became of it, and when it looked. */
export function FindingsPage() {
  const t = useT();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const may = useMay();
  const runs = useQuery({ ...runsQuery, enabled: may("audit_run.list") });
  const newest = runs.data?.items[0];
  const running = newest?.state === "running";
  const begin = useMutation({
    mutationFn: () => body(api.POST("/audit/runs")),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: runsQuery.queryKey }),
    onError: showProblem,
  });
  useEffect(() => {
    if (!running) void queryClient.invalidateQueries({ queryKey: ["audit", "findings"] });
  }, [running, queryClient]);
  return (
    <>
      <PageHeader
        title={t("audit-title")}
        note={t("findings-note")}
        actions={
          may("audit_run.create") && (
            <Button type="primary" loading={begin.isPending || running} onClick={() => begin.mutate()}>
              {t("findings-run")}
            </Button>
          )
        }
      />
      <AuditTabs />
      {may("audit_run.list") && (
        <LastRun run={newest} ended={runs.data?.items.find(({ state }) => state !== "running")} />
      )}
      <Findings />
      {runs.data !== undefined && <OpenChart runs={runs.data.items} />}
    </>
  );
}

function LastRun({ run, ended }: { run: AuditRun | undefined; ended: AuditRun | undefined }) {
  const t = useT();
  const format = useFormat();
  if (run?.state === "running")
    return (
      <div className="run-progress" role="status">
        <span>{t("findings-running", { done: run.done, total: run.total })}</span>
        <Progress percent={Math.round((100 * run.done) / Math.max(1, run.total))} size="small" />
      </div>
    );
  return (
    <p className="soft run-last" role="status">
      {ended === undefined
        ? t("findings-never")
        : t("findings-last", {
            at: format.dateTime(ended.ended_at ?? ended.begun_at),
            opened: ended.opened,
            reopened: ended.reopened,
            resolved: ended.resolved,
          })}
    </p>
  );
}

function Findings() {
  const t = useT();
  const format = useFormat();
  const { what, about } = useFindingWords();
  const [state, setState] = useState<AuditFindingState>("open");
  const [opened, setOpened] = useState<AuditFinding | null>(null);
  const cursors = useCursors(state);
  const page = useQuery({ ...findingsQuery(state, PAGE, cursors.cursor), placeholderData: keepPreviousData });
  const items = page.data?.items;
  const columns: Column<AuditFinding>[] = [
    {
      key: "severity",
      title: t("finding-severity"),
      cell: ({ severity }) => <SeverityPill severity={severity} />,
    },
    {
      key: "what",
      title: t("finding-what"),
      cell: (row) => (
        <button type="button" className="finding-link" onClick={() => setOpened(row)}>
          {what(row)}
        </button>
      ),
    },
    { key: "about", title: t("finding-about"), cell: about },
    {
      key: "owner",
      title: t("finding-owner"),
      cell: ({ owner, remedied, state }) => (
        <>
          {owner ?? <span className="absent">{t("finding-nobody")}</span>}{" "}
          {remedied && state === "open" && <Pill tone="info">{t("finding-done")}</Pill>}
        </>
      ),
    },
    {
      key: "due",
      title: t("finding-due"),
      cell: ({ due_at, state }) => <DueCell due={due_at} open={state === "open"} />,
    },
    { key: "first", title: t("finding-first"), cell: ({ first_at }) => format.date(first_at) },
    {
      key: "last",
      title: t("finding-last"),
      cell: ({ last_at, reopened, by_itself }) => (
        <>
          {format.date(last_at)} {by_itself && <span className="soft">{t("finding-by-itself")}</span>}
          {reopened > 0 && !by_itself && (
            <span className="soft">{t("finding-back", { count: reopened })}</span>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      <Radio.Group
        className="finding-states"
        optionType="button"
        aria-label={t("finding-state")}
        value={state}
        onChange={({ target }) => setState(target.value)}
        options={STATES.map((one) => ({ value: one, label: t(`findings-${one}`) }))}
      />
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : items?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<SafetyOutlined aria-hidden />}
            title={t(state === "open" ? "findings-none" : "findings-none-other")}
            {...(state === "open" && { text: t("findings-none-text") })}
          />
        </div>
      ) : (
        <DataTable
          label={t("audit-tab-findings")}
          columns={columns}
          rows={items}
          rowKey={({ id }) => id}
          onOpen={setOpened}
          busy={page.isPlaceholderData}
          current={opened?.id}
        />
      )}
      {(cursors.index > 0 || page.data?.next_cursor != null) && (
        <ListFoot
          cursors={cursors}
          pageSize={PAGE}
          page={page.data}
          total={null}
          busy={page.isPlaceholderData}
        />
      )}
      <FindingDrawer finding={opened} onClose={() => setOpened(null)} />
    </>
  );
}

function OpenChart({ runs }: { runs: AuditRun[] }) {
  const t = useT();
  const format = useFormat();
  const bars = useMemo(
    () =>
      runs
        .filter(({ state }) => state === "finished")
        .reverse()
        .map(({ id, begun_at, high, medium, low }) => ({
          key: id,
          label: format.dateTime(begun_at).slice(5),
          values: [high, medium, low],
        })),
    [runs, format],
  );
  const series = useMemo(
    () => [
      { name: t("severity-high"), tone: "danger" as const },
      { name: t("severity-medium"), tone: "caution" as const },
      { name: t("severity-low"), tone: "info" as const },
    ],
    [t],
  );
  return (
    <div className="open-chart">
      <BarSeries
        title={t("findings-chart")}
        note={t("findings-chart-note")}
        what={t("run-begun")}
        series={series}
        bars={bars}
        height={180}
        empty={t("findings-chart-none")}
      />
    </div>
  );
}
