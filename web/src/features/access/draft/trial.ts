import type { AccessShift, AccessTrial } from "../../../api/types";

export type By = "person" | "action";

export interface Sum {
  key: string;
  /** The person's name, or the action's code. */
  name: string;
  lost: number;
  gained: number;
}

/** How many bars there is room for. */
const MOST = 15;

/** What would be lost and gained, added up by person or by action, most first. */
export function sumsOf({ lost, gained }: AccessTrial, by: By): Sum[] {
  const sums = new Map<string, Sum>();
  const add = (side: "lost" | "gained") => (row: AccessShift) => {
    const key = by === "person" ? row.user_id : row.action;
    const name = by === "person" ? row.user_name : row.action;
    const sum = sums.get(key) ?? { key, name, lost: 0, gained: 0 };
    sum[side] += row.records;
    sums.set(key, sum);
  };
  lost.forEach(add("lost"));
  gained.forEach(add("gained"));
  return [...sums.values()]
    .sort((one, other) => other.lost + other.gained - one.lost - one.gained)
    .slice(0, MOST);
}
