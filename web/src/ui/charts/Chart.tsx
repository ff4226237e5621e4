import { BarChartOutlined, TableOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useAppearance } from "../../app/appearance";
import type { Palette } from "../../app/palette";
import { paletteOf } from "../../app/theme";
import { useT } from "../../i18n/useT";
import "./charts.css";
import type { EChartsCoreOption, EChartsType } from "./library";

/** What was pointed at: the series and the place in its data. */
export interface Picked {
  series: number;
  index: number;
}

interface Props {
  title: string;
  /** A short line under the title: what is counted, and in which time. */
  note?: ReactNode;
  /** The chart in the colours of the page. Has to be stable between renders (`useCallback`). */
  option: (palette: Palette) => EChartsCoreOption;
  /** In pixels. */
  height?: number;
  onPick?: (picked: Picked) => void;
  /** Whether the words stand along the vertical axis. */
  lying?: boolean;
  /** The same figures as a table: for keyboards, screen readers and those who want to read them. */
  table: ReactNode;
  /** Shown instead when there is nothing to draw. */
  empty?: ReactNode;
}

/** A chart with its title and its figures as a table. The library loads when the first chart is shown. */
export function Chart({ title, note, option, height = 240, onPick, lying = false, table, empty }: Props) {
  const t = useT();
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="panel chart">
      <figcaption className="panel-head chart-head">
        <div>
          <h2>{title}</h2>
          {note !== undefined && <p className="soft">{note}</p>}
        </div>
        {empty === undefined && (
          <Button
            size="small"
            icon={asTable ? <BarChartOutlined aria-hidden /> : <TableOutlined aria-hidden />}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {t(asTable ? "chart-as-picture" : "chart-as-table")}
          </Button>
        )}
      </figcaption>
      {empty !== undefined ? (
        <p className="chart-empty soft">{empty}</p>
      ) : asTable ? (
        <div className="chart-table">{table}</div>
      ) : (
        <Canvas label={title} option={option} height={height} onPick={onPick} lies={lying} />
      )}
    </figure>
  );
}

function Canvas({
  label,
  option,
  height,
  onPick,
  lies,
}: {
  label: string;
  option: Props["option"];
  height: number;
  onPick: Props["onPick"] | undefined;
  lies: boolean;
}) {
  const t = useT();
  const { dark } = useAppearance();
  const frame = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const lying = useRef(lies);
  lying.current = lies;
  const [chart, setChart] = useState<EChartsType | null>(null);
  useEffect(() => {
    let made: EChartsType | undefined;
    let gone = false;
    let watch: ResizeObserver | undefined;
    void import("./library").then(({ init }) => {
      const place = frame.current;
      if (gone || place === null) return;
      const drawn = init(place, undefined, { renderer: "canvas" });
      made = drawn;
      drawn.on("click", (event) => {
        if (typeof event.dataIndex === "number")
          pick.current?.({ series: event.seriesIndex ?? 0, index: event.dataIndex });
      });
      // A bar of one entry is hard to hit: its whole column or row counts.
      drawn.getZr().on("click", ({ target, offsetX, offsetY }) => {
        if (target !== undefined || !drawn.containPixel("grid", [offsetX, offsetY])) return;
        const place = drawn.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
        const index = place[lying.current ? 1 : 0];
        if (index !== undefined && Number.isInteger(index)) pick.current?.({ series: 0, index });
      });
      watch = new ResizeObserver(() => drawn.resize());
      watch.observe(place);
      setChart(drawn);
    });
    return () => {
      gone = true;
      watch?.disconnect();
      made?.dispose();
    };
  }, []);
  useEffect(() => {
    chart?.setOption(option(paletteOf(dark)), { notMerge: true });
  }, [chart, option, dark]);
  return (
    <div
      ref={frame}
      role="img"
      aria-label={t("chart-label", { title: label })}
      className="chart-canvas"
      style={{ height }}
    />
  );
}
