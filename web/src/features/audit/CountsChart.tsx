import { useMemo } from "react";
import type { AuditCounts } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Bar, BarSeries } from "../../ui/charts/BarSeries";
import type { AuditSearch } from "./auditSearch";
import { slices } from "./counts";

interface Props {
  counts: AuditCounts;
  title: string;
  height?: number;
  onFilter: (filter: AuditSearch) => void;
}

/** Entries over time: what was done, and what was refused. Each bar leads to its entries. */
export function CountsChart({ counts, title, height = 220, onFilter }: Props) {
  const t = useT();
  const format = useFormat();
  const { bars, times } = useMemo(() => {
    const { hourly, bars: found } = slices(counts);
    const label = (from: string) => (hourly ? format.dateTime(from).slice(-5) : format.date(from).slice(-5));
    return {
      bars: found.map(
        ({ key, from, allowed, refused }): Bar => ({ key, label: label(from), values: [allowed, refused] }),
      ),
      times: new Map(found.map((slice) => [slice.key, slice])),
    };
  }, [counts, format]);
  const series = useMemo(
    () => [
      { name: t("counts-allowed"), tone: "brand" as const },
      { name: t("counts-refused"), tone: "danger" as const },
    ],
    [t],
  );
  const total = counts.hours.reduce((sum, { allowed, refused }) => sum + allowed + refused, 0);
  const behind = counts.entries - counts.counted;
  return (
    <BarSeries
      title={title}
      note={
        <>
          {t("counts-note", {
            total: format.number(total),
            from: format.date(counts.from),
            to: format.date(lastMoment(counts.to)),
          })}
          {behind > 5000 && ` ${t("counts-behind", { count: format.number(behind) })}`}
        </>
      }
      what={t("entry-at")}
      series={series}
      bars={bars}
      height={height}
      empty={total === 0 ? t("counts-none") : undefined}
      onPick={({ key }, at) => {
        const slice = times.get(key);
        if (slice === undefined) return;
        onFilter({ from: slice.from, to: slice.to, ...(at === 1 && { outcome: "denied" }) });
      }}
    />
  );
}

/** The end of a time is not of it: a day that ends at midnight is the day before. */
function lastMoment(to: string): string {
  return new Date(new Date(to).getTime() - 1).toISOString();
}
