import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress, Segmented, Skeleton } from "antd";
import { useState } from "react";
import type { AccessReview, AccessReviewLine } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { CursorPager } from "../../ui/CursorPager";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { useShowProblem } from "../../ui/useProblemText";
import { LineItem } from "./LineItem";
import { bySubject, type Deciding, daysLeft, decide, linesQuery, reviewsKey } from "./reviews";

type View = "open" | "all";

/** What one person is asked to decide on in a review. */
export function OwnReview({ review }: { review: AccessReview }) {
  const t = useT();
  const format = useFormat();
  const { message, modal } = App.useApp();
  const showProblem = useShowProblem();
  const queryClient = useQueryClient();
  const [view, setView] = useState<View>("open");
  const cursors = useCursors(`${review.id}-${view}`);
  const page = useQuery(linesQuery(review.id, { view, own: true, cursor: cursors.cursor }));
  const decided = useMutation({
    mutationFn: (decisions: Deciding[]) => decide(review.id, decisions),
    onSuccess: (_, decisions) => {
      if (decisions.length > 1) void message.success(t("reviews-decided", { count: decisions.length }));
      return queryClient.invalidateQueries({ queryKey: reviewsKey });
    },
    onError: showProblem,
  });
  const { open, keep, withdraw } = review.count;
  const total = open + keep + withdraw;
  const shown = page.data?.items.filter(({ mine }) => mine) ?? [];
  const undecided = shown.filter(({ decision }) => decision == null);
  const accept = (lines: AccessReviewLine[]) =>
    decided.mutate(lines.map(({ id, suggestion }) => ({ line: id, verdict: suggestion })));
  const acceptAll = () => {
    const going = undecided.filter(({ suggestion }) => suggestion === "withdraw").length;
    modal.confirm({
      title: t("reviews-accept-title", { count: undecided.length }),
      content: t("reviews-accept-text", { keep: undecided.length - going, withdraw: going }),
      okText: t("reviews-accept"),
      onOk: () => accept(undecided),
    });
  };
  const left = daysLeft(review.deadline, Date.now());
  return (
    <section className="panel reviews-own" aria-label={review.name}>
      <header className="reviews-head">
        <h2>{review.name}</h2>
        <Pill tone={left <= 3 ? "caution" : "info"}>{t("reviews-days-left", { count: left })}</Pill>
        <span className="soft">{t("reviews-deadline-of", { at: format.dateTime(review.deadline) })}</span>
      </header>
      <div className="reviews-progress">
        <Progress
          percent={total === 0 ? 100 : Math.round(((keep + withdraw) / total) * 100)}
          showInfo={false}
          aria-label={t("reviews-progress")}
        />
        <span className="figures soft">{t("reviews-progress-of", { done: keep + withdraw, total })}</span>
      </div>
      <p className="soft">{t("reviews-silence")}</p>
      <div className="reviews-tools">
        <Segmented<View>
          aria-label={t("reviews-lines-view")}
          value={view}
          options={(["open", "all"] as const).map((value) => ({
            value,
            label: t(`reviews-lines-${value}`),
          }))}
          onChange={setView}
        />
        <Button disabled={undecided.length === 0} loading={decided.isPending} onClick={acceptAll}>
          {t("reviews-accept-all")}
        </Button>
      </div>
      {page.isError ? (
        <ErrorState error={page.error} onRetry={() => void page.refetch()} />
      ) : page.data === undefined ? (
        <Skeleton active title={false} />
      ) : page.data.items.length === 0 ? (
        <p className="reviews-nothing">{t(view === "open" ? "reviews-all-decided" : "reviews-no-lines")}</p>
      ) : (
        <ul className="reviews-subjects">
          {bySubject(page.data.items).map((lines) => (
            <Subject
              key={lines[0]?.id}
              lines={lines}
              busy={decided.isPending}
              onDecide={(decisions) => decided.mutate(decisions)}
            />
          ))}
        </ul>
      )}
      {page.data !== undefined && (page.data.next_cursor != null || cursors.index > 0) && (
        <CursorPager cursors={cursors} pageSize={200} page={page.data} total={null} />
      )}
    </section>
  );
}

interface SubjectProps {
  lines: AccessReviewLine[];
  busy: boolean;
  onDecide: (decisions: Deciding[]) => void;
}

function Subject({ lines, busy, onDecide }: SubjectProps) {
  const t = useT();
  const subject = lines[0]?.subject;
  if (subject === undefined) return null;
  const open = lines.filter(({ mine, decision }) => mine && decision == null);
  return (
    <li className="reviews-subject" aria-label={subject.name}>
      <div className="reviews-subject-head">
        <strong>{subject.name}</strong>
        {subject.kind !== "person" && <Pill tone="quiet">{t(`reviews-to-${subject.kind}`)}</Pill>}
        {subject.department != null && <span className="soft">{subject.department}</span>}
        {open.length > 1 && (
          <Button
            size="small"
            type="link"
            disabled={busy}
            onClick={() => onDecide(open.map(({ id }) => ({ line: id, verdict: "keep" })))}
          >
            {t("reviews-keep-all", { count: open.length })}
          </Button>
        )}
      </div>
      <ul className="reviews-lines">
        {lines.map((line) => (
          <LineItem key={line.id} line={line} busy={busy} onDecide={onDecide} />
        ))}
      </ul>
    </li>
  );
}
