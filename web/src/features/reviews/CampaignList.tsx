import { AuditOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Progress } from "antd";
import type { AccessReview } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { reviewsQuery, toneOf } from "./reviews";

/** All reviews, for those who watch over them. */
export function CampaignList() {
  const t = useT();
  const format = useFormat();
  const all = useQuery({ ...reviewsQuery, refetchInterval: 15_000 });
  if (all.isError) {
    return (
      <div className="panel">
        <ErrorState error={all.error} onRetry={() => void all.refetch()} />
      </div>
    );
  }
  if (all.data?.items.length === 0) {
    return (
      <div className="panel">
        <EmptyState icon={<AuditOutlined />} title={t("reviews-none-all")} />
      </div>
    );
  }
  const columns: Column<AccessReview>[] = [
    {
      key: "name",
      title: t("reviews-name"),
      pinned: true,
      cell: ({ id, name }) => (
        <Link to="/reviews/$id" params={{ id }}>
          {name}
        </Link>
      ),
    },
    {
      key: "state",
      title: t("reviews-state"),
      cell: ({ state }) => <Pill tone={toneOf(state)}>{t(`reviews-state-${state}`)}</Pill>,
    },
    {
      key: "progress",
      title: t("reviews-progress"),
      cell: ({ name, count: { open, keep, withdraw } }) => (
        <span className="reviews-share">
          <Progress
            percent={open === 0 ? 100 : Math.round(((keep + withdraw) / (open + keep + withdraw)) * 100)}
            showInfo={false}
            size="small"
            aria-label={t("reviews-progress-named", { name })}
          />
          <span className="figures soft">
            {t("reviews-progress-of", { done: keep + withdraw, total: open + keep + withdraw })}
          </span>
        </span>
      ),
    },
    {
      key: "deadline",
      title: t("reviews-deadline"),
      cell: ({ deadline, ended_at: at }) => format.dateTime(at ?? deadline),
    },
    { key: "starter", title: t("reviews-started-by"), cell: ({ started_by: by }) => by.name },
  ];
  return (
    <section className="panel">
      <DataTable
        label={t("reviews-view-all")}
        columns={columns}
        rows={all.data?.items}
        rowKey={({ id }) => id}
      />
    </section>
  );
}
