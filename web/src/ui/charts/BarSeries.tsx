import { useCallback } from "react";
import type { Palette } from "../../app/palette";
import { useFormat } from "../../i18n/useFormat";
import { Chart } from "./Chart";
import { FigureTable } from "./FigureTable";
import { base, categories, counts, tooltip } from "./look";

export interface Bar {
  key: string;
  /** Under the bar. */
  label: string;
  /** One figure for each series. */
  values: number[];
}

export interface Series {
  name: string;
  tone: "brand" | "danger" | "caution" | "info" | "quiet";
}

interface Props {
  title: string;
  note?: React.ReactNode;
  /** What the bars stand for: the head of the table's first column. */
  what: string;
  series: Series[];
  bars: Bar[];
  /** Lying: for words instead of times. */
  lying?: boolean;
  height?: number;
  empty?: string | undefined;
  onPick?: (bar: Bar, series: number) => void;
}

/** Stacked bars, standing for times or lying for words. Each leads somewhere, also from the table. */
export function BarSeries({ title, note, what, series, bars, lying = false, height, empty, onPick }: Props) {
  const { number } = useFormat();
  const option = useCallback(
    (palette: Palette) => {
      const shown = lying ? [...bars].reverse() : bars;
      const words = categories(
        palette,
        shown.map(({ label }) => label),
      );
      const figures = counts(palette, number);
      return {
        ...base(palette),
        tooltip: { ...tooltip(palette), trigger: "axis", axisPointer: { type: "shadow" } },
        xAxis: lying ? figures : words,
        yAxis: lying
          ? { ...words, axisLabel: { ...words.axisLabel, width: 150, overflow: "truncate" } }
          : figures,
        series: series.map(({ name, tone }, at) => ({
          type: "bar",
          name,
          stack: "all",
          barMaxWidth: 28,
          itemStyle: { color: palette[tone] },
          emphasis: { focus: "series" },
          data: shown.map(({ values }) => values[at] ?? 0),
        })),
      };
    },
    [bars, series, lying, number],
  );
  return (
    <Chart
      title={title}
      note={note}
      option={option}
      lying={lying}
      {...(height === undefined ? {} : { height })}
      empty={bars.length === 0 ? empty : undefined}
      {...(onPick && {
        onPick: ({ series, index }) => {
          const bar = bars[lying ? bars.length - 1 - index : index];
          if (bar !== undefined) onPick(bar, series);
        },
      })}
      table={
        <FigureTable
          label={title}
          heads={[what, ...series.map(({ name }) => name)]}
          rows={bars.map((bar) => ({
            key: bar.key,
            label: bar.label,
            values: bar.values,
            ...(onPick && { onOpen: () => onPick(bar, 0) }),
          }))}
        />
      }
    />
  );
}
