import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import type { UnusualReader } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useActorLabel } from "./audit";
import type { AuditSearch } from "./auditSearch";
import { readersQuery } from "./counts";

/** Who had far more customers before them than they usually have, and by which measure. */
export function UnusualReaders({ onFilter }: { onFilter: (filter: AuditSearch) => void }) {
  const t = useT();
  const format = useFormat();
  const actor = useActorLabel();
  const { data, error, refetch } = useQuery(readersQuery);
  const columns: Column<UnusualReader>[] = [
    {
      key: "actor",
      title: t("entry-actor"),
      cell: (row) => (
        <Button
          type="link"
          size="small"
          className="cell-link"
          onClick={() =>
            onFilter({
              actor_id: row.actor.id ?? undefined,
              resource_type: "customer",
              from: row.from,
              to: row.to,
            })
          }
        >
          {actor(row.actor)}
        </Button>
      ),
    },
    { key: "day", title: t("reader-day"), cell: ({ from }) => format.date(from) },
    {
      key: "customers",
      title: t("reader-customers"),
      align: "end",
      cell: ({ customers }) => <strong className="figures">{format.number(customers)}</strong>,
    },
    {
      key: "usual",
      title: t("reader-usual"),
      align: "end",
      cell: ({ usual, by_peers }) => (
        <span className="figures">
          {format.number(usual)} {by_peers && <span className="soft">{t("reader-peers")}</span>}
        </span>
      ),
    },
    {
      key: "limit",
      title: t("reader-limit"),
      align: "end",
      cell: ({ limit }) => <span className="figures">{format.number(limit)}</span>,
    },
    {
      key: "score",
      title: t("reader-score"),
      align: "end",
      cell: ({ score }) => (
        <Pill tone={score >= 10 ? "danger" : "caution"}>{format.number(Math.round(score * 10) / 10)}</Pill>
      ),
    },
    {
      key: "more",
      title: t("reader-more"),
      cell: ({ reveals, exports }) => t("reader-more-of", { reveals, exports }),
    },
  ];
  return (
    <section className="panel chart" aria-labelledby="readers-title">
      <div className="panel-head chart-head">
        <div>
          <h2 id="readers-title">{t("readers-title")}</h2>
          <p className="soft">
            {data === undefined
              ? t("readers-note")
              : t("readers-method", {
                  days: data.baseline_days,
                  score: data.score,
                  excess: data.excess,
                  least: data.least_own_days,
                })}
          </p>
        </div>
      </div>
      {error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton active className="panel-body" />
      ) : data.items.length === 0 ? (
        <p className="chart-empty soft">{t("readers-none")}</p>
      ) : (
        <div className="chart-table">
          <DataTable
            label={t("readers-title")}
            columns={columns}
            rows={data.items}
            rowKey={(row) => `${row.actor.id}-${row.from}`}
            density="compact"
          />
        </div>
      )}
    </section>
  );
}
