import { FieldTimeOutlined, RedoOutlined, StopOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Progress, Select } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { Job } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { ToolButton } from "../../ui/ToolButton";
import { useCursors } from "../../ui/useCursors";
import { usePhone } from "../../ui/useMediaQuery";
import { useShowProblem } from "../../ui/useProblemText";
import "../admin/admin.css";
import "./jobs.css";
import { type JobState, jobsQuery, STATES, schedulesQuery, toneOf } from "./jobs";
import { Schedules } from "./Schedules";
import { useKindWords } from "./useKindWords";

const PAGE = 50;

/** What the server does by itself, in the hands of the system administrator. */
export function JobsPage() {
  const t = useT();
  const may = useMay();
  const phone = usePhone();
  const kindWords = useKindWords();
  const { modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [kind, setKind] = useState<string>();
  const [state, setState] = useState<JobState>();
  const cursors = useCursors(`jobs-${kind ?? ""}-${state ?? ""}`);
  const page = useQuery(jobsQuery(PAGE, cursors.cursor, { kind, state }));
  const schedules = useQuery(schedulesQuery);

  const refresh = () => queryClient.invalidateQueries({ queryKey: ["jobs"] });
  const retry = useMutation({
    mutationFn: ({ id }: Job) => done(api.POST("/jobs/{id}/retry", { params: { path: { id } } })),
    onSuccess: refresh,
    onError: showProblem,
  });
  const cancel = useMutation({
    mutationFn: ({ id }: Job) => done(api.POST("/jobs/{id}/cancellation", { params: { path: { id } } })),
    onSuccess: refresh,
    onError: showProblem,
  });
  const confirmCancellation = (job: Job) =>
    modal.confirm({
      title: t("jobs-cancel-title"),
      content: t(job.state === "running" ? "jobs-cancel-running" : "jobs-cancel-text"),
      okText: t("jobs-cancel"),
      okButtonProps: { danger: true },
      onOk: () => cancel.mutate(job),
    });

  const tools = (job: Job) => (
    <span className="row-tools">
      {may("job.update") && job.retryable && (
        <ToolButton
          title={t("jobs-retry")}
          icon={<RedoOutlined aria-hidden />}
          onClick={() => retry.mutate(job)}
        />
      )}
      {may("job.update") && job.cancellable && (
        <ToolButton
          title={t("jobs-cancel")}
          icon={<StopOutlined aria-hidden />}
          onClick={() => confirmCancellation(job)}
        />
      )}
    </span>
  );
  const columns: Column<Job>[] = [
    { key: "kind", title: t("jobs-kind"), pinned: true, cell: (job) => kindWords(job.kind) },
    { key: "state", title: t("jobs-state"), cell: (job) => <StateCell job={job} /> },
    { key: "due", title: t("jobs-due"), cell: (job) => <Times job={job} /> },
    { key: "attempts", title: t("jobs-attempts"), align: "end", cell: ({ attempts }) => attempts },
    { key: "progress", title: t("jobs-progress"), cell: (job) => <ProgressCell job={job} /> },
    { key: "tools", title: t("row-tools"), align: "end", cell: tools },
  ];
  const rows = page.data?.items;
  const filtered = kind !== undefined || state !== undefined;
  const kinds = schedules.data?.kinds ?? [];
  return (
    <>
      <PageHeader title={t("jobs-title")} note={t("jobs-note")} />
      <div className="jobs-filter">
        <Select<string>
          aria-label={t("jobs-kind")}
          value={kind ?? ""}
          onChange={(chosen) => setKind(chosen === "" ? undefined : chosen)}
          options={[
            { value: "", label: t("jobs-all-kinds") },
            ...kinds.map((value) => ({ value, label: kindWords(value) })),
          ]}
        />
        <Select<JobState | "">
          aria-label={t("jobs-state")}
          value={state ?? ""}
          onChange={(chosen) => setState(chosen === "" ? undefined : chosen)}
          options={[
            { value: "", label: t("jobs-all-states") },
            ...STATES.map((value) => ({ value, label: t(`job-state-${value}`) })),
          ]}
        />
      </div>
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : rows?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<FieldTimeOutlined aria-hidden />}
            title={t(filtered ? "jobs-none-of-these" : "jobs-none")}
          />
        </div>
      ) : phone && rows !== undefined ? (
        <ul className="cards">
          {rows.map((job) => (
            <li key={job.id} className="card user-card">
              <strong>{kindWords(job.kind)}</strong>
              <StateCell job={job} />
              <span className="card-facts">
                <Times job={job} />
              </span>
              {tools(job)}
            </li>
          ))}
        </ul>
      ) : (
        <DataTable label={t("jobs-title")} columns={columns} rows={rows} rowKey={({ id }) => id} />
      )}
      {page.data !== undefined && (page.data.total ?? 0) > PAGE && (
        <ListFoot cursors={cursors} pageSize={PAGE} page={page.data} total={page.data.total ?? 0} />
      )}
      {may("job_schedule.list") && <Schedules schedules={schedules.data?.schedules} />}
    </>
  );
}

function StateCell({ job }: { job: Job }) {
  const t = useT();
  const code = job.code == null || job.state === "done" ? null : `job-code-${job.code}`;
  return (
    <span className="jobs-state">
      <Pill tone={toneOf(job)}>{job.ending ? t("jobs-ending") : t(`job-state-${job.state}`)}</Pill>
      {code !== null && <span className="soft">{t.has(code) ? t(code) : job.code}</span>}
    </span>
  );
}

function Times({ job }: { job: Job }) {
  const t = useT();
  const format = useFormat();
  const { next_attempt_at: next, attempts } = job;
  return (
    <>
      {format.dateTime(job.due_at)}
      {next != null && attempts > 0 && (
        <span className="soft"> {t("jobs-next-attempt", { at: format.dateTime(next) })}</span>
      )}
    </>
  );
}

function ProgressCell({ job }: { job: Job }) {
  const format = useFormat();
  if (job.total != null && job.total > 0 && job.state !== "done") {
    const percent = Math.min(100, Math.floor((job.done * 100) / job.total));
    return <Progress className="jobs-progress" percent={percent} size="small" />;
  }
  return job.done > 0 ? format.number(job.done) : null;
}
