import { useQuery } from "@tanstack/react-query";
import { Progress, Result } from "antd";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { HandoverWaiting } from "./HandoverWaiting";
import { handoverQuery } from "./lifecycle";

/** How far the handover of a person has come. It goes on without this page. `asked` says that it was just asked for. */
export function HandoverProgress({ id, asked = false }: { id: string; asked?: boolean }) {
  const t = useT();
  const format = useFormat();
  const handover = useQuery(handoverQuery(id));
  if (handover.isError) return <ErrorState error={handover.error} onRetry={() => void handover.refetch()} />;
  if (handover.data == null) return null;
  const { running, waiting, total, left, takers, kind } = handover.data;
  if (waiting) return <HandoverWaiting id={id} left={left} requested={asked} />;
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
