import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Role, SecurityRoleRules, SecuritySettings, WeekHours } from "../../api/types";
import { ROLES } from "../admin/admin";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** The settings with the tag of the version a change is based on. */
export const settingsQuery = queryOptions({
  queryKey: ["security-settings"],
  queryFn: async () => {
    const answer = await api.GET("/security/settings");
    const settings = await body(Promise.resolve(answer));
    return { settings, tag: answer.response.headers.get("ETag") ?? "" };
  },
});

/** Hours as the form holds them: what was typed stays when they are switched off for a moment. */
export interface HoursValues extends WeekHours {
  on: boolean;
}

/** Networks as the form holds them: one a line. */
export interface RoleValues {
  networks: string;
  hours: HoursValues;
}

export interface SettingsValues {
  password: SecuritySettings["password"];
  sessions: Omit<SecuritySettings["sessions"], "concurrent"> & { concurrent: number | null };
  second_factor: SecuritySettings["second_factor"];
  trusted_networks: string;
  working_hours: HoursValues;
  roles: Record<Role, RoleValues>;
}

const WEEKDAYS = DAYS.slice(0, 5);

function hoursValues(hours: WeekHours | null | undefined): HoursValues {
  if (hours != null) return { ...hours, on: true };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { on: false, days: [...WEEKDAYS], from: "09:00", to: "18:00", zone: timeZone };
}

function hoursOf({ on, ...hours }: HoursValues): WeekHours | null {
  return on ? hours : null;
}

type Day = (typeof DAYS)[number];

/** Days as runs of neighbours, in the order of the week: first and last of each. */
export function runsOf(days: readonly Day[]): [Day, Day][] {
  const runs: [Day, Day][] = [];
  DAYS.forEach((day, at) => {
    const last = runs.at(-1);
    if (!days.includes(day)) return;
    if (last !== undefined && at > 0 && last[1] === DAYS[at - 1]) last[1] = day;
    else runs.push([day, day]);
  });
  return runs;
}

export function linesOf(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function valuesOf(settings: SecuritySettings): SettingsValues {
  const of = (role: Role) => settings.roles.find((rules) => rules.role === role);
  const roles = ROLES.map((role): [Role, RoleValues] => [
    role,
    { networks: of(role)?.networks.join("\n") ?? "", hours: hoursValues(of(role)?.hours) },
  ]);
  return {
    password: settings.password,
    sessions: { ...settings.sessions, concurrent: settings.sessions.concurrent ?? null },
    second_factor: settings.second_factor,
    trusted_networks: settings.trusted_networks.join("\n"),
    working_hours: hoursValues(settings.working_hours),
    roles: Object.fromEntries(roles) as Record<Role, RoleValues>,
  };
}

/** The roles the settings name, in the order in which they are sent. */
function ruledRoles(values: SettingsValues): SecurityRoleRules[] {
  return ROLES.map((role) => ({
    role,
    networks: linesOf(values.roles[role].networks),
    hours: hoursOf(values.roles[role].hours),
  })).filter(({ networks, hours }) => networks.length > 0 || hours !== null);
}

export function settingsOf(values: SettingsValues): SecuritySettings {
  return {
    password: values.password,
    sessions: values.sessions,
    second_factor: values.second_factor,
    trusted_networks: linesOf(values.trusted_networks),
    working_hours: hoursOf(values.working_hours),
    roles: ruledRoles(values),
  };
}

/** The form's name for a field of the server: lists are one field, and roles stand under their names. */
export function nameOfField(values: SettingsValues, field: string): (string | number)[] {
  const role = /^roles\[(\d+)\]\.(.*)$/.exec(field);
  const steps = (path: string) => path.replace(/\[\d+\]$/, "").split(".");
  if (role === null) return steps(field);
  const rules = ruledRoles(values)[Number(role[1])];
  return rules === undefined ? [] : ["roles", rules.role, ...steps(role[2] ?? "")];
}
