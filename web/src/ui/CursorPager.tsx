import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useFormat } from "../i18n/useFormat";
import { useT } from "../i18n/useT";

interface Props {
  /** The number of pages before this one. */
  index: number;
  pageSize: number;
  shown: number;
  /** How many there are on all pages; not known where counting would cost too much. */
  total: number | null;
  hasNext: boolean;
  onPrevious: () => void;
  onNext: () => void;
}

export function CursorPager({ index, pageSize, shown, total, hasNext, onPrevious, onNext }: Props) {
  const t = useT();
  const { number } = useFormat();
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
        onClick={onPrevious}
        aria-label={t("pager-previous")}
      />
      <Button
        size="small"
        icon={<RightOutlined aria-hidden />}
        disabled={!hasNext}
        onClick={onNext}
        aria-label={t("pager-next")}
      />
    </nav>
  );
}
