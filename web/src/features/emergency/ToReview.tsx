import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import "../approvals/approvals.css";
import { stateQuery } from "./emergency";

/** How many wait for their review, beside the way there. */
export function ToReview() {
  const t = useT();
  const may = useMay();
  const { data } = useQuery({
    ...stateQuery,
    enabled: may("break_glass.create") || may("break_glass.verify"),
  });
  const count = data?.to_review ?? 0;
  if (count === 0) return null;
  return (
    <span className="waiting-count">
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="visually-hidden">{t("emergency-waiting", { count })}</span>
    </span>
  );
}
