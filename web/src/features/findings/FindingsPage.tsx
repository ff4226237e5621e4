import { SafetyOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AssignedFinding } from "../../api/types";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import "../audit/audit.css";
import { DueCell, SeverityPill } from "../audit/FindingParts";
import { useFindingWords } from "../audit/findings";
import { findingsQuery, PAGE, STATE_TONES, stateOf } from "./findings";
import { RemedyDrawer } from "./RemedyDrawer";

/** The findings of the audit that are the person's to look after. */
export function FindingsPage() {
  const t = useT();
  const { what, about } = useFindingWords();
  const [opened, setOpened] = useState<AssignedFinding | null>(null);
  const cursors = useCursors("mine");
  const page = useQuery({
    ...findingsQuery(cursors.cursor),
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
  });
  const items = page.data?.items;
  const columns: Column<AssignedFinding>[] = [
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
      key: "due",
      title: t("finding-due"),
      cell: (row) => <DueCell due={row.due_at} open={stateOf(row) === "open"} />,
    },
    {
      key: "state",
      title: t("finding-state"),
      cell: (row) => <Pill tone={STATE_TONES[stateOf(row)]}>{t(`my-findings-state-${stateOf(row)}`)}</Pill>,
    },
  ];
  return (
    <>
      <PageHeader title={t("nav-findings")} note={t("my-findings-note")} />
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : items?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<SafetyOutlined aria-hidden />}
            title={t("my-findings-none")}
            text={t("my-findings-none-text")}
          />
        </div>
      ) : (
        <DataTable
          label={t("nav-findings")}
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
      <RemedyDrawer finding={opened} onClose={() => setOpened(null)} />
    </>
  );
}
