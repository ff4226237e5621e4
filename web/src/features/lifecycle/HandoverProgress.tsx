import { useQuery } from "@tanstack/react-query";
import { Progress, Result } from "antd";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { handoverQuery } from "./lifecycle";

/** How far the handover of a person has come. It goes on without this page. */
export function HandoverProgress({ id }: { id: string }) {
  const t = useT();
  const format = useFormat();
  const handover = useQuery(handoverQuery(id));
  if (handover.isError) return <ErrorState error={handover.error} onRetry={() => void handover.refetch()} />;
  if (handover.data == null) return null;
  const { running, total, left, takers, kind } = handover.data;
  if (!running) {
    return (
      <Result
        status="success"
        title={t(kind === "leave" ? "leave-done" : "move-done")}
        subTitle={
          kind === "leave" && takers.length > 0
            ? t("handover-done-to", {
                total: format.number(total),
                names: takers.map(({ name }) => name).join(" · "),
              })
            : undefined
        }
      />
    );
  }
  const moved = Math.max(total - left, 0);
  return (
    <div role="status" className="handover">
      <p>{t("handover-running", { moved: format.number(moved), total: format.number(total) })}</p>
      <Progress percent={total === 0 ? 100 : Math.floor((moved / total) * 100)} />
      <p className="soft">{t("handover-running-note")}</p>
    </div>
  );
}
