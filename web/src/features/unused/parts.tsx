import { Button, Progress } from "antd";
import { useT } from "../../i18n/useT";
import { usedPercent } from "./unused";

/** A list of unused permissions with what it is a list of. */
export interface Shown {
  title: string;
  unused: string[];
}

export interface Part<Row> {
  rows: Row[] | undefined;
  onShow: (shown: Shown) => void;
}

/** How much of what is granted is used. */
export function Used({ of, label }: { of: { granted: number; unused: string[] }; label: string }) {
  const t = useT();
  return (
    <span className="unused-share">
      <Progress percent={usedPercent(of)} showInfo={false} size="small" aria-label={label} />
      <span className="figures soft">
        {t("unused-of", { used: of.granted - of.unused.length, granted: of.granted })}
      </span>
    </span>
  );
}

/** The number of unused permissions, which leads to their list. */
export function Unused({
  unused,
  title,
  onShow,
}: {
  unused: string[];
  title: string;
  onShow: (shown: Shown) => void;
}) {
  const t = useT();
  if (unused.length === 0) return <>{t("unused-none")}</>;
  return (
    <Button size="small" aria-label={title} onClick={() => onShow({ title, unused })}>
      {t("unused-count", { count: unused.length })}
    </Button>
  );
}
