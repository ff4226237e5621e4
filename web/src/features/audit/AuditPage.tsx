import { AuditOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import type { AuditEntry } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { usePhone } from "../../ui/useMediaQuery";
import { AuditFilters } from "./AuditFilters";
import { entriesQuery, useActionLabel, useActorLabel, useResourceLabel } from "./audit";
import "./audit.css";
import { AuditTabs } from "./AuditTabs";
import type { AuditSearch } from "./auditSearch";
import { CountsChart } from "./CountsChart";
import { countsQuery } from "./counts";
import { EntryDrawer } from "./EntryDrawer";
import { IntegrityPanel } from "./IntegrityPanel";
import { Questions } from "./Questions";

const PAGE = 50;

export function AuditPage() {
  const t = useT();
  const phone = usePhone();
  const format = useFormat();
  const action = useActionLabel();
  const actorLabel = useActorLabel();
  const resource = useResourceLabel();
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/audit" });
  const cursors = useCursors(JSON.stringify(search));
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  const page = useQuery({ ...entriesQuery(search, PAGE, cursors.cursor), placeholderData: keepPreviousData });
  const entries = page.data?.items;
  const counts = useQuery({ ...countsQuery(search), placeholderData: keepPreviousData, retry: false });
  const change = (next: Partial<AuditSearch>) =>
    void navigate({ to: "/audit", search: { ...search, ...next }, replace: true });

  const columns: Column<AuditEntry>[] = [
    {
      key: "index",
      title: t("entry-index"),
      cell: (entry) => (
        <button type="button" className="entry-link" onClick={() => setOpened(entry)}>
          {entry.index}
        </button>
      ),
    },
    { key: "at", title: t("entry-at"), cell: ({ at }) => format.exactTime(at) },
    {
      key: "actor",
      title: t("entry-actor"),
      cell: (entry) => actorLabel(entry.actor),
    },
    {
      key: "action",
      title: t("entry-action"),
      cell: (entry) =>
        entry.readable ? action(entry.action) : <Pill tone="danger">{t("entry-unreadable")}</Pill>,
    },
    { key: "outcome", title: t("entry-outcome"), cell: ({ outcome }) => <Outcome outcome={outcome} /> },
    {
      key: "resource",
      title: t("entry-resource"),
      cell: (entry) =>
        entry.resource == null ? (
          "–"
        ) : (
          <>
            {resource(entry.resource.type)} <span className="mono soft">{entry.resource.id?.slice(-8)}</span>
          </>
        ),
    },
    {
      key: "address",
      title: t("entry-address"),
      cell: ({ address }) => <span className="mono">{address ?? "–"}</span>,
    },
    {
      key: "hash",
      title: t("entry-hash"),
      cell: ({ hash }) => <span className="mono soft">{hash.slice(0, 12)}</span>,
    },
  ];

  return (
    <>
      <PageHeader title={t("audit-title")} note={t("audit-note")} />
      <AuditTabs />
      <IntegrityPanel />
      <h2 className="block-title">{t("audit-entries")}</h2>
      <Questions search={search} />
      <AuditFilters search={search} onChange={change} />
      {search.resource_id === undefined && search.week_hour === undefined && counts.data !== undefined && (
        <div className="entries-chart">
          <CountsChart counts={counts.data} title={t("counts-title")} height={130} onFilter={change} />
        </div>
      )}
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : entries?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<AuditOutlined aria-hidden />}
            title={t("audit-none")}
            action={
              <Button onClick={() => void navigate({ to: "/audit", search: {} })}>{t("filter-clear")}</Button>
            }
          />
        </div>
      ) : phone && entries !== undefined ? (
        <ul className="cards">
          {entries.map((entry) => (
            <li key={entry.index}>
              <button type="button" className="card audit-card" onClick={() => setOpened(entry)}>
                <strong>{action(entry.action)}</strong>
                <Outcome outcome={entry.outcome} />
                <span className="card-facts">
                  {actorLabel(entry.actor)} · {format.exactTime(entry.at)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <DataTable
          label={t("audit-entries")}
          columns={columns}
          rows={entries}
          rowKey={({ index }) => String(index)}
          density="compact"
          onOpen={setOpened}
          busy={page.isPlaceholderData}
          current={opened === null ? undefined : String(opened.index)}
        />
      )}
      {entries !== undefined && entries.length > 0 && (
        <ListFoot
          cursors={cursors}
          pageSize={PAGE}
          page={page.data}
          total={page.data?.total ?? null}
          busy={page.isPlaceholderData}
        />
      )}
      <EntryDrawer
        entry={opened}
        onClose={() => setOpened(null)}
        onFilter={(filter) => {
          setOpened(null);
          change(filter);
        }}
      />
    </>
  );
}

export function Outcome({ outcome }: { outcome: AuditEntry["outcome"] }) {
  const t = useT();
  return <Pill tone={outcome === "allowed" ? "quiet" : "danger"}>{t(`outcome-${outcome}`)}</Pill>;
}
