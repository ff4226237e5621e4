import type { SessionLabel } from "../../../api/types";
import { LEVELS } from "../../sharing/sharing";

const ORDINARY = LEVELS.indexOf("internal");
const rank = (level: string) => (LEVELS as readonly string[]).indexOf(level);

/** Whether somebody is cleared for more than everybody is, and so chooses what to work at. */
export function choosesLabel(label: SessionLabel | undefined): label is SessionLabel {
  if (label === undefined) return false;
  return rank(label.clearance.level) > ORDINARY || label.clearance.compartments.length > 0;
}

/** The levels one may work at, from low to high. */
export function levelsUpTo(level: string): string[] {
  return LEVELS.slice(0, rank(level) + 1);
}
