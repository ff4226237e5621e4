import { Pill, type Tone } from "../../ui/Pill";
import { type State, stateCode, useStatesOf } from "./states";
import type { Entity, ObjectInfo } from "./types";

/** What is under way is told apart by how far it came: what has just begun is quieter. */
export function toneOf(state: State | undefined, first: boolean): Tone {
  if (state?.kind === "won") return "brand";
  if (state?.kind === "lost") return "danger";
  return first ? "quiet" : "info";
}

/** The state a record is in. */
export function StatePill({ object, record }: { object: ObjectInfo; record: Entity }) {
  const states = useStatesOf(object, record);
  const code = stateCode(object, record);
  const at = states.findIndex((state) => state.code === code);
  const value = record.fields[object.state?.field ?? ""];
  const name = typeof value === "object" && "name" in value ? value.name : undefined;
  if (code === undefined) return <span className="absent">–</span>;
  return <Pill tone={toneOf(states[at], at === 0)}>{states[at]?.name ?? name ?? code}</Pill>;
}
