import { useQuery } from "@tanstack/react-query";
import { Alert, Skeleton } from "antd";
import type { AccessReviewProgress, AccessReviewScope } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { ErrorState } from "../../ui/ErrorState";
import { previewQuery } from "./reviews";

/** What a review would ask of whom. */
export function Preview({ scope }: { scope: AccessReviewScope }) {
  const t = useT();
  const format = useFormat();
  const preview = useQuery(previewQuery(scope));
  if (preview.isError) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Skeleton active title={false} />;
  const { lines, kinds, reviewers } = preview.data;
  const people = reviewers.filter(({ reviewer }) => reviewer != null).length;
  const columns: Column<AccessReviewProgress>[] = [
    {
      key: "name",
      title: t("reviews-reviewer"),
      pinned: true,
      cell: ({ reviewer }) => reviewer?.name ?? t("reviews-nobody"),
    },
    { key: "lines", title: t("reviews-lines"), align: "end", cell: ({ count }) => format.number(count.open) },
  ];
  return (
    <div className="reviews-preview">
      <p>
        <strong>{t("reviews-preview-of", { lines, people })}</strong>
      </p>
      <p className="soft">
        {format.list(
          Object.entries(kinds).map(
            ([kind, count]) => `${t(`reviews-kind-${kind}`)} ${format.number(count)}`,
          ),
        )}
      </p>
      {lines === 0 ? (
        <Alert type="info" showIcon title={t("error-access_review-nothing_there")} />
      ) : (
        <DataTable
          label={t("reviews-reviewers")}
          columns={columns}
          rows={reviewers}
          rowKey={({ reviewer }) => reviewer?.id ?? ""}
        />
      )}
    </div>
  );
}
