import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Alert, App, Button, Skeleton } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { AccessReview, AccessReviewProgress } from "../../api/types";
import { useLanguage } from "../../i18n/LanguageProvider";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { BarSeries } from "../../ui/charts/BarSeries";
import { type Column, DataTable } from "../../ui/DataTable";
import { DownloadButton } from "../../ui/DownloadButton";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import { HandDialog } from "./HandDialog";
import { Lines } from "./Lines";
import "./reviews.css";
import { reviewQuery, reviewsKey, toneOf } from "./reviews";

/** One review, for those who watch over it: how far each reviewer is, its lines, and what came of it. */
export function ReviewPage() {
  const { id } = useParams({ from: "/shell/reviews/$id" });
  const review = useQuery({ ...reviewQuery(id), refetchInterval: 15_000 });
  if (review.isError) {
    return (
      <div className="panel">
        <ErrorState error={review.error} onRetry={() => void review.refetch()} />
      </div>
    );
  }
  if (review.data === undefined) return <Skeleton active />;
  return <Review review={review.data} />;
}

function Review({ review }: { review: AccessReview }) {
  const t = useT();
  const format = useFormat();
  const { scope } = review;
  const kinds = [
    scope.roles && t("reviews-of-roles"),
    scope.shares && t("reviews-of-shares"),
    scope.api_keys && t("reviews-of-keys"),
  ].filter((it) => it !== false);
  const ended = review.ended_at;
  return (
    <>
      <PageHeader
        title={review.name}
        note={<Link to="/reviews">{t("reviews-back")}</Link>}
        actions={<Tools review={review} />}
      />
      {review.tampered && (
        <Alert type="error" showIcon className="form-alert" title={t("reviews-tampered")} />
      )}
      <section className="panel reviews-facts" aria-label={t("reviews-facts")}>
        <Pill tone={toneOf(review.state)}>{t(`reviews-state-${review.state}`)}</Pill>
        <span>{format.list(kinds)}</span>
        <span>{t(`reviews-by-${scope.by}`)}</span>
        <span className="soft">
          {t("reviews-started", { name: review.started_by.name, at: format.dateTime(review.started_at) })}
        </span>
        <span className="soft">
          {ended == null
            ? t("reviews-deadline-of", { at: format.dateTime(review.deadline) })
            : t(`reviews-ended-${review.ended_by}`, { at: format.dateTime(ended) })}
        </span>
        {review.outcomes.length > 0 && (
          <ul className="reviews-outcomes" aria-label={t("reviews-outcome")}>
            {review.outcomes.map(({ outcome, count }) => (
              <li key={outcome}>
                {t(`reviews-outcome-${outcome}`)} <strong className="figures">{format.number(count)}</strong>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Reviewers review={review} />
      <Lines review={review} />
    </>
  );
}

function Tools({ review }: { review: AccessReview }) {
  const t = useT();
  const { modal, message } = App.useApp();
  const showProblem = useShowProblem();
  const queryClient = useQueryClient();
  const { id, actions } = review;
  const { words } = useLanguage();
  // Minutes east of UTC, for times on paper.
  const east = -new Date(review.started_at).getTimezoneOffset();
  const act = useMutation({
    mutationFn: (what: "end" | "cancel") =>
      done(api.POST(`/access-reviews/{id}/${what}`, { params: { path: { id } } })),
    onSuccess: (_, what) => {
      void message.success(t(`reviews-done-${what}`));
      return queryClient.invalidateQueries({ queryKey: reviewsKey });
    },
    onError: showProblem,
  });
  const confirm = (what: "end" | "cancel") =>
    modal.confirm({
      title: t(`reviews-${what}-title`),
      content: t(`reviews-${what}-text`, { count: review.count.open }),
      okText: t(`reviews-${what}`),
      onOk: () => act.mutate(what),
    });
  return (
    <>
      {actions.includes("report") &&
        (["pdf", "json"] as const).map((kind) => (
          <DownloadButton
            key={kind}
            path={`/access-reviews/${id}/report?format=${kind}&lang=${words.language}&utc_offset=${east}`}
            name={`access-review.${kind}`}
          >
            {t("reviews-report", { format: kind.toUpperCase() })}
          </DownloadButton>
        ))}
      {actions.includes("cancel") && (
        <Button onClick={() => confirm("cancel")} loading={act.isPending}>
          {t("reviews-cancel")}
        </Button>
      )}
      {actions.includes("end") && (
        <Button type="primary" onClick={() => confirm("end")} loading={act.isPending}>
          {t("reviews-end")}
        </Button>
      )}
    </>
  );
}

function Reviewers({ review }: { review: AccessReview }) {
  const t = useT();
  const [handing, setHanding] = useState<AccessReviewProgress>();
  const nameOf = ({ reviewer }: AccessReviewProgress) => reviewer?.name ?? t("reviews-nobody");
  const may = review.actions.includes("reassign");
  const columns: Column<AccessReviewProgress>[] = [
    { key: "name", title: t("reviews-reviewer"), pinned: true, cell: nameOf },
    { key: "open", title: t("reviews-open"), align: "end", cell: ({ count }) => count.open },
    { key: "keep", title: t("reviews-verdict-keep"), align: "end", cell: ({ count }) => count.keep },
    {
      key: "withdraw",
      title: t("reviews-verdict-withdraw"),
      align: "end",
      cell: ({ count }) => count.withdraw,
    },
    ...(may
      ? [
          {
            key: "tools",
            title: "",
            cell: (row: AccessReviewProgress) =>
              row.count.open > 0 && (
                <Button
                  size="small"
                  aria-label={t("reviews-hand-named", { name: nameOf(row) })}
                  onClick={() => setHanding(row)}
                >
                  {t("reviews-hand")}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <div className="reviews-columns">
      <BarSeries
        title={t("reviews-by-reviewer")}
        what={t("reviews-reviewer")}
        lying
        height={Math.min(360, 90 + review.reviewers.length * 34)}
        series={[
          { name: t("reviews-verdict-keep"), tone: "brand" },
          { name: t("reviews-verdict-withdraw"), tone: "danger" },
          { name: t("reviews-open"), tone: "quiet" },
        ]}
        bars={review.reviewers.map((row) => ({
          key: row.reviewer?.id ?? "",
          label: nameOf(row),
          values: [row.count.keep, row.count.withdraw, row.count.open],
        }))}
      />
      <section className="panel" aria-label={t("reviews-reviewers")}>
        <DataTable
          label={t("reviews-reviewers")}
          columns={columns}
          rows={review.reviewers}
          rowKey={({ reviewer }) => reviewer?.id ?? ""}
        />
      </section>
      {handing !== undefined && (
        <HandDialog review={review.id} from={handing} onClose={() => setHanding(undefined)} />
      )}
    </div>
  );
}
