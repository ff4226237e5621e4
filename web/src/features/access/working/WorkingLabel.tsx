import { useSession } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { LabelPill } from "../../sharing/LabelPill";
import "./working.css";
import { choosesLabel } from "./working";

/** The label one works at, always in view of whoever could work at another. */
export function WorkingLabel({ onOpen }: { onOpen: () => void }) {
  const t = useT();
  const { label } = useSession();
  if (!choosesLabel(label)) return null;
  const compartments = label.working.compartments.length;
  return (
    <button type="button" className="working" onClick={onOpen} aria-label={t("working-label-switch")}>
      <span className="visually-hidden">{t("working-label")}</span>
      <LabelPill label={label.working} />
      {compartments > 0 && <span className="soft">+{compartments}</span>}
    </button>
  );
}
