import { useCallback } from "react";
import type { Palette } from "../../app/palette";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { Chart } from "./Chart";
import { FigureTable } from "./FigureTable";
import { base, categories, tooltip } from "./look";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface Props {
  title: string;
  note?: React.ReactNode;
  /** What was counted, in the tooltip. */
  what: string;
  /** 168 figures, from Monday midnight on. */
  hours: number[];
  empty?: string | undefined;
  /** The hour of the week, 0 to 167. */
  onPick?: (weekHour: number) => void;
}

/** A week as seven rows of twenty-four hours, the busier the darker. */
export function WeekHeat({ title, note, what, hours, empty, onPick }: Props) {
  const t = useT();
  const { number } = useFormat();
  const most = Math.max(1, ...hours);
  const option = useCallback(
    (palette: Palette) => ({
      ...base(palette),
      grid: { left: 8, right: 12, top: 8, bottom: 44, containLabel: true },
      tooltip: {
        ...tooltip(palette),
        formatter: ({ data }: { data: [number, number, number] }) =>
          `${t(`day-${DAYS[data[1]]}`)} ${clock(data[0])}\n${what} ${number(data[2])}`,
      },
      xAxis: categories(
        palette,
        HOURS.map((hour) => String(hour)),
      ),
      yAxis: {
        ...categories(
          palette,
          DAYS.map((day) => t(`day-${day}`)),
        ),
        inverse: true,
      },
      visualMap: {
        min: 0,
        max: most,
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemHeight: 120,
        itemWidth: 10,
        text: [number(most), "0"],
        textStyle: { color: palette["text-soft"] },
        inRange: { color: [palette.sunken, palette["brand-soft"], palette.brand] },
      },
      series: [
        {
          type: "heatmap",
          itemStyle: { borderColor: palette.surface, borderWidth: 1, borderRadius: 2 },
          data: hours.map((count, at) => [at % 24, Math.floor(at / 24), count]),
        },
      ],
    }),
    [hours, most, number, t, what],
  );
  return (
    <Chart
      title={title}
      note={note}
      option={option}
      height={264}
      empty={hours.every((count) => count === 0) ? empty : undefined}
      {...(onPick && { onPick: ({ index }) => onPick(index) })}
      table={
        <FigureTable
          label={title}
          heads={[t("chart-week-hour"), what]}
          rows={hours
            .map((count, at) => ({ count, at }))
            .filter(({ count }) => count > 0)
            .sort((one, other) => other.count - one.count)
            .map(({ count, at }) => ({
              key: String(at),
              label: `${t(`day-${DAYS[Math.floor(at / 24)]}`)} ${clock(at % 24)}`,
              values: [count],
              ...(onPick && { onOpen: () => onPick(at) }),
            }))}
        />
      }
    />
  );
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}
