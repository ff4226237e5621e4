import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { ReassignProgress } from "./ReassignProgress";
import "./reassign.css";
import { reassignmentsQuery } from "./reassign";

/** One's own reassignments that have not come to their end, above the list they change. */
export function ReassignNotice() {
  const t = useT();
  const may = useMay();
  const { data } = useQuery({ ...reassignmentsQuery, enabled: may("reassignment.list") });
  const open = data?.items.filter(({ state }) => state !== "finished") ?? [];
  if (open.length === 0) return null;
  return (
    <section className="panel reassign-notice" aria-label={t("reassign-title")}>
      {open.map(({ id }) => (
        <ReassignProgress key={id} id={id} />
      ))}
    </section>
  );
}
