import type { JobSchedule } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { usePhone } from "../../ui/useMediaQuery";
import { timeOfDay } from "./jobs";
import { useKindWords } from "./useKindWords";

/** What comes again, and when next. */
export function Schedules({ schedules }: { schedules: JobSchedule[] | undefined }) {
  const t = useT();
  const format = useFormat();
  const phone = usePhone();
  const kindWords = useKindWords();
  const comes = ({ cron, zone }: JobSchedule) => {
    const time = timeOfDay(cron);
    return (
      <>
        {time === undefined ? <code>{cron}</code> : t("jobs-daily", { time })}{" "}
        <span className="soft">{zone}</span>
      </>
    );
  };
  const next = ({ next_at, code }: JobSchedule) => {
    if (next_at != null) return format.dateTime(next_at);
    return code == null ? t("jobs-over") : t(`job-code-${code}`);
  };
  const columns: Column<JobSchedule>[] = [
    { key: "kind", title: t("jobs-kind"), pinned: true, cell: ({ kind }) => kindWords(kind) },
    { key: "cron", title: t("jobs-cron"), cell: comes },
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
      {phone && schedules !== undefined ? (
        <ul className="cards">
          {schedules.map((schedule) => (
            <li key={schedule.name} className="card user-card">
              <strong>{kindWords(schedule.kind)}</strong>
              <span className="card-facts">{comes(schedule)}</span>
              <span className="card-facts">
                {t("jobs-next")}: {next(schedule)}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <DataTable
          label={t("jobs-schedules")}
          columns={columns}
          rows={schedules}
          rowKey={({ name }) => name}
        />
      )}
    </section>
  );
}
