import { AlertOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Segmented, Skeleton } from "antd";
import { useState } from "react";
import type { Emergency } from "../../api/types";
import { useMay, useSession } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { CursorPager } from "../../ui/CursorPager";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { BeginDialog } from "./BeginDialog";
import "./emergency.css";
import { EndButton } from "./EndButton";
import { emergenciesQuery, stateQuery, toneOf, type View } from "./emergency";
import { Entries, ReviewDialog } from "./ReviewDialog";

/** Emergency access: begun, ended, reviewed. */
export function EmergencyPage() {
  const t = useT();
  const may = useMay();
  const [view, setView] = useState<View>("open");
  const [beginning, setBeginning] = useState(false);
  const state = useQuery(stateQuery);
  return (
    <>
      <PageHeader
        title={t("emergency-title")}
        note={t("emergency-note")}
        actions={
          may("break_glass.create") && (
            <Button
              type="primary"
              danger
              icon={<AlertOutlined aria-hidden />}
              disabled={state.data === undefined || state.data.own != null}
              onClick={() => setBeginning(true)}
            >
              {t("emergency-begin")}
            </Button>
          )
        }
      />
      <div className="emergency-views">
        <Segmented<View>
          aria-label={t("emergency-views")}
          value={view}
          options={(["open", "all"] as const).map((value) => ({
            value,
            label: t(`emergency-view-${value}`),
          }))}
          onChange={setView}
        />
      </div>
      <List key={view} view={view} />
      {beginning && <BeginDialog onClose={() => setBeginning(false)} />}
    </>
  );
}

function List({ view }: { view: View }) {
  const t = useT();
  const cursors = useCursors(`emergency-${view}`);
  const { data: state } = useQuery(stateQuery);
  // When something begins, ends or is reviewed, the list is looked up anew: not before, since each look is an entry.
  const mark = `${state?.own ?? ""} ${state?.active ?? 0} ${state?.to_review ?? 0}`;
  const page = useQuery({
    ...emergenciesQuery(view, cursors.cursor, mark),
    placeholderData: keepPreviousData,
  });
  const [reviewing, setReviewing] = useState<Emergency>();
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
        <EmptyState icon={<AlertOutlined />} title={t(`emergency-none-${view}`)} />
      </div>
    );
  }
  return (
    <>
      <ul className="emergency-list">
        {items.map((emergency) => (
          <Item key={emergency.id} emergency={emergency} onReview={() => setReviewing(emergency)} />
        ))}
      </ul>
      {(next != null || cursors.index > 0) && (
        <CursorPager cursors={cursors} pageSize={20} page={page.data} total={null} />
      )}
      {reviewing !== undefined && (
        <ReviewDialog emergency={reviewing} onClose={() => setReviewing(undefined)} />
      )}
    </>
  );
}

function Item({ emergency, onReview }: { emergency: Emergency; onReview: () => void }) {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const { user: own } = useSession();
  const { id, user, state, reason, review, actions } = emergency;
  const mine = own.id === user.id;
  const from = format.dateTime(emergency.begun_at ?? emergency.until);
  const to = format.dateTime(emergency.ended_at ?? emergency.until);
  const reach =
    emergency.department_id == null
      ? t("emergency-of-customer")
      : t("emergency-of-department", { name: emergency.department_name ?? "–" });
  return (
    <li className="panel emergency-item" aria-label={user.name}>
      <div className="emergency-head">
        <strong>{user.name}</strong>
        <Pill tone={toneOf(state)}>{t(`emergency-state-${state}`)}</Pill>
      </div>
      {emergency.tampered && <Alert type="error" showIcon title={t("emergency-tampered")} />}
      <p className="emergency-reason">{reason}</p>
      <p className="emergency-facts soft">
        <span>{reach}</span>
        <span>{t(state === "active" ? "emergency-time-active" : "emergency-time", { from, to })}</span>
      </p>
      {review != null && (
        <blockquote className="emergency-quote">
          <span className="soft">
            {t("emergency-reviewed-by", { name: review.by.name, at: format.dateTime(review.at) })}
          </span>{" "}
          <Pill tone={review.conclusion === "justified" ? "brand" : "danger"}>
            {t(`emergency-conclusion-${review.conclusion}`)}
          </Pill>
          <span className="emergency-note">{review.note}</span>
        </blockquote>
      )}
      <div className="emergency-tools">
        {mine && state === "active" && emergency.customer_id != null && (
          <Link to="/customers/$id" params={{ id: emergency.customer_id }}>
            {t("emergency-see-customer")}
          </Link>
        )}
        {mine && state === "active" && emergency.department_id != null && (
          <Link to="/customers" search={{ department_id: emergency.department_id }}>
            {t("emergency-see-department")}
          </Link>
        )}
        {may("audit_entry.list") && <Entries emergency={emergency} />}
        {actions.includes("end") && <EndButton id={id} />}
        {actions.includes("review") && (
          <Button type="primary" onClick={onReview}>
            {t("emergency-review")}
          </Button>
        )}
      </div>
    </li>
  );
}
