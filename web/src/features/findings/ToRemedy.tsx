import { useT } from "../../i18n/useT";
import "../approvals/approvals.css";
import { useFindingsToDo } from "./findings";

/** How many findings are to be looked after, beside the way there. */
export function ToRemedy() {
  const t = useT();
  const { count } = useFindingsToDo();
  if (count === 0) return null;
  return (
    <span className="waiting-count">
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="visually-hidden">{t("my-findings-waiting", { count })}</span>
    </span>
  );
}
