import { CheckSquareOutlined, SwapOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Segmented, Skeleton } from "antd";
import { useState } from "react";
import type { Approval } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { CursorPager } from "../../ui/CursorPager";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { approvalsQuery, countsQuery, toneOf } from "./approvals";
import "./approvals.css";
import type { ApprovalsView } from "./approvalsSearch";
import { DelegationDrawer } from "./DelegationDrawer";
import { RulesPanel } from "./RulesPanel";
import { useOperationName } from "./useOperationName";

/** What waits for others, for oneself, and what came of it. */
export function ApprovalsPage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const { view = "to_decide" } = useSearch({ from: "/shell/approvals" });
  const counts = useQuery(countsQuery);
  const [delegating, setDelegating] = useState(false);
  const label = (name: ApprovalsView, count = 0) =>
    count > 0 ? `${t(`approvals-${name}`)} (${count})` : t(`approvals-${name}`);
  const options = [
    { value: "to_decide" as const, label: label("to_decide", counts.data?.to_decide) },
    { value: "mine" as const, label: label("mine", counts.data?.ready) },
    { value: "history" as const, label: label("history") },
    ...(may("approval_rules.read") ? [{ value: "rules" as const, label: label("rules") }] : []),
  ];
  return (
    <>
      <PageHeader
        title={t("approvals-title")}
        note={t("approvals-note")}
        actions={
          may("approval.assign") && (
            <Button icon={<SwapOutlined aria-hidden />} onClick={() => setDelegating(true)}>
              {t("delegation-title")}
            </Button>
          )
        }
      />
      <div className="approvals-views">
        <Segmented<ApprovalsView>
          aria-label={t("approvals-views")}
          value={view}
          options={options}
          onChange={(chosen) => void navigate({ to: "/approvals", search: { view: chosen } })}
        />
      </div>
      {delegating && <DelegationDrawer onClose={() => setDelegating(false)} />}
      {view === "rules" ? <RulesPanel /> : <List key={view} view={view} />}
    </>
  );
}

function List({ view }: { view: "to_decide" | "mine" | "history" }) {
  const t = useT();
  const cursors = useCursors(`approvals-${view}`);
  const page = useQuery(approvalsQuery(view, cursors.cursor));
  if (page.isError) {
    return (
      <div className="panel">
        <ErrorState error={page.error} onRetry={() => void page.refetch()} />
      </div>
    );
  }
  if (page.data === undefined) return <Skeleton active title={false} />;
  const { items, next_cursor: next } = page.data;
  if (items.length === 0) {
    return (
      <div className="panel">
        <EmptyState icon={<CheckSquareOutlined />} title={t(`approvals-none-${view}`)} />
      </div>
    );
  }
  return (
    <>
      <ul className="approval-list">
        {items.map((approval) => (
          <Item key={approval.id} approval={approval} own={view === "mine"} />
        ))}
      </ul>
      {(next != null || cursors.index > 0) && (
        <CursorPager
          cursors={cursors}
          pageSize={20}
          page={page.data}
          total={cursors.index * 20 + items.length + (next == null ? 0 : 1)}
        />
      )}
    </>
  );
}

function Item({ approval, own }: { approval: Approval; own: boolean }) {
  const t = useT();
  const format = useFormat();
  const operation = useOperationName();
  const { id, state, requester, reason, created_at: at, expires_at: until, records } = approval;
  const subject = approval.changes.find(({ label }) => label === "account")?.after[0];
  return (
    <li className="panel approval-item">
      <Link to="/approvals/$id" params={{ id }} className="approval-link">
        <span className="approval-head">
          <strong>
            {subject === undefined
              ? operation(approval.operation)
              : `${operation(approval.operation)} · ${subject}`}
          </strong>
          <Pill tone={toneOf(state)}>{t(`approval-state-${state}`)}</Pill>
        </span>
        <span className="approval-reason">{reason}</span>
        <span className="approval-facts soft">
          {!own && <span>{requester.name}</span>}
          {records != null && records > 1 && <span>{t("approval-records", { count: records })}</span>}
          <span>{format.dateTime(at)}</span>
          {(state === "open" || state === "approved") && (
            <span>{t("approval-until", { at: format.dateTime(until) })}</span>
          )}
        </span>
      </Link>
    </li>
  );
}
