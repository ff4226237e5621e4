import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import "./approvals.css";
import { countsQuery } from "./approvals";

/** How many requests wait for the person, beside the way there. */
export function Waiting() {
  const t = useT();
  const may = useMay();
  const { data } = useQuery({ ...countsQuery, enabled: may("approval.list") });
  const count = (data?.to_decide ?? 0) + (data?.ready ?? 0);
  if (count === 0) return null;
  return (
    <span className="waiting-count">
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="visually-hidden">{t("approvals-waiting", { count })}</span>
    </span>
  );
}
