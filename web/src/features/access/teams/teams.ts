import type { AccessTeam } from "../../../api/types";

export interface TeamValues {
  name: string;
  members: string[];
}

/** One team as it shall be; null for no longer. */
export interface TeamChange {
  id: string;
  team: TeamValues | null;
}

/** All teams as they are sent, with one of them changed, added or taken away. */
export function teamChange(teams: AccessTeam[], { id, team }: TeamChange): (TeamValues & { id: string })[] {
  const present = teams.map((one) => ({
    id: one.id,
    name: one.name,
    members: one.members.map((member) => member.id),
  }));
  if (team === null) return present.filter((one) => one.id !== id);
  const changed = { id, ...team };
  return present.some((one) => one.id === id)
    ? present.map((one) => (one.id === id ? changed : one))
    : [...present, changed];
}
