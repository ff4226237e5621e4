import type { JobSchedule } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { useKindWords } from "./useKindWords";

/** What comes again, and when next. */
export function Schedules({ schedules }: { schedules: JobSchedule[] | undefined }) {
  const t = useT();
  const format = useFormat();
  const kindWords = useKindWords();
  const next = ({ next_at, code }: JobSchedule) => {
    if (next_at != null) return format.dateTime(next_at);
    return code == null ? t("jobs-over") : t(`job-code-${code}`);
  };
  const columns: Column<JobSchedule>[] = [
    { key: "kind", title: t("jobs-kind"), pinned: true, cell: ({ kind }) => kindWords(kind) },
    { key: "cron", title: t("jobs-cron"), cell: ({ cron, zone }) => `${cron} (${zone})` },
    { key: "catch-up", title: t("jobs-catch-up"), cell: ({ catch_up }) => t(`job-catch-up-${catch_up}`) },
    {
      key: "last",
      title: t("jobs-last"),
      cell: ({ last_at }) => (last_at == null ? null : format.dateTime(last_at)),
    },
    { key: "next", title: t("jobs-next"), cell: next },
  ];
  return (
    <section className="jobs-schedules">
      <h2>{t("jobs-schedules")}</h2>
      <DataTable label={t("jobs-schedules")} columns={columns} rows={schedules} rowKey={({ name }) => name} />
    </section>
  );
}
