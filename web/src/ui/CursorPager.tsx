import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useFormat } from "../i18n/useFormat";
import { useT } from "../i18n/useT";
import type { Cursors } from "./useCursors";

export interface CursorPagerProps {
  /** Which pages were passed. */
  cursors: Cursors;
  pageSize: number;
  /** The page shown, as the server gave it; undefined until it is there. */
  page: { items: readonly unknown[]; next_cursor?: string | null } | undefined;
  /** How many there are on all pages; not known where counting would cost too much. */
  total: number | null;
  /** What is shown is the page before, while the next is on its way. */
  busy?: boolean;
}

export function CursorPager({ cursors, pageSize, page, total, busy = false }: CursorPagerProps) {
  const t = useT();
  const { number } = useFormat();
  const { index } = cursors;
  const shown = page?.items.length ?? 0;
  const next = page?.next_cursor;
  const from = shown === 0 ? 0 : index * pageSize + 1;
  return (
    <nav className="pager" aria-label={t("pager-label")}>
      <span aria-live="polite">
        {total === null
          ? t("pager-range-open", { from: number(from), to: number(index * pageSize + shown) })
          : t("pager-range", {
              from: number(from),
              to: number(index * pageSize + shown),
              total: number(total),
            })}
      </span>
      <Button
        size="small"
        icon={<LeftOutlined aria-hidden />}
        disabled={index === 0}
        onClick={cursors.previous}
        aria-label={t("pager-previous")}
      />
      <Button
        size="small"
        icon={<RightOutlined aria-hidden />}
        disabled={next == null || busy}
        onClick={() => next != null && cursors.next(next)}
        aria-label={t("pager-next")}
      />
    </nav>
  );
}
