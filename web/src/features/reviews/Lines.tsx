import { useQuery } from "@tanstack/react-query";
import type { AccessReview, AccessReviewLine } from "../../api/types";
import { useT } from "../../i18n/useT";
import { CursorPager } from "../../ui/CursorPager";
import { type Column, DataTable } from "../../ui/DataTable";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { linesQuery } from "./reviews";
import { useGrantWords } from "./useGrantWords";

/** Every line of a review. */
export function Lines({ review }: { review: AccessReview }) {
  const t = useT();
  const words = useGrantWords();
  const cursors = useCursors(review.id);
  const page = useQuery({
    ...linesQuery(review.id, { view: "all", cursor: cursors.cursor }),
    enabled: review.state !== "preparing",
  });
  const columns: Column<AccessReviewLine>[] = [
    { key: "subject", title: t("reviews-subject"), pinned: true, cell: ({ subject }) => subject.name },
    {
      key: "grant",
      title: t("reviews-grant"),
      cell: (line) => (
        <>
          {words.grant(line)} <span className="soft">{t(`reviews-kind-${line.grant.kind}`)}</span>
        </>
      ),
    },
    { key: "use", title: t("reviews-last-use"), cell: (line) => words.use(line) },
    {
      key: "suggestion",
      title: t("reviews-suggestion"),
      cell: ({ suggestion, reason }) =>
        `${t(`reviews-suggest-${suggestion}`)} · ${t(`reviews-reason-${reason}`)}`,
    },
    {
      key: "reviewer",
      title: t("reviews-reviewer"),
      cell: ({ reviewer }) => reviewer?.name ?? t("reviews-nobody"),
    },
    {
      key: "decision",
      title: t("reviews-decision"),
      cell: ({ decision }) =>
        decision == null ? (
          t("reviews-open")
        ) : (
          <span title={decision.note}>
            <Pill tone={decision.verdict === "keep" ? "brand" : "danger"}>
              {t(`reviews-verdict-${decision.verdict}`)}
            </Pill>
          </span>
        ),
    },
    {
      key: "outcome",
      title: t("reviews-outcome"),
      cell: ({ outcome }) => (outcome == null ? "–" : t(`reviews-outcome-${outcome}`)),
    },
  ];
  return (
    <section className="panel" aria-labelledby="review-lines">
      <div className="panel-head">
        <h2 id="review-lines">{t("reviews-lines")}</h2>
      </div>
      {page.isError ? (
        <ErrorState error={page.error} onRetry={() => void page.refetch()} />
      ) : (
        <DataTable
          label={t("reviews-lines")}
          columns={columns}
          rows={page.data?.items}
          rowKey={({ id }) => id}
        />
      )}
      {page.data !== undefined && (page.data.next_cursor != null || cursors.index > 0) && (
        <CursorPager cursors={cursors} pageSize={200} page={page.data} total={null} />
      )}
    </section>
  );
}
