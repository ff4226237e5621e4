import type { AccessRule, AccessRuleForm, AccessRuleWhen } from "../../../api/types";

/** The conditions that are lists of codes, with what they may be, in the order in which they are shown. */
export const CONDITIONS = {
  relations: ["own", "department", "below", "elsewhere"],
  shares: ["none", "read", "write"],
  values: ["a", "b", "c", "d"],
  statuses: ["lead", "following", "won", "lost", "dormant"],
  hours: ["inside", "outside"],
  networks: ["trusted", "other"],
  devices: ["unknown", "recognised", "registered"],
  assurances: ["single", "multi", "phishing_resistant"],
  risks: ["low", "raised", "high"],
  purposes: ["unstated", "sales", "service", "contract", "finance", "compliance"],
} as const;
export type Condition = keyof typeof CONDITIONS;
export const CONDITION_NAMES = Object.keys(CONDITIONS) as Condition[];

/** The id of the words for one value of a condition. */
export const CONDITION_WORDS: Record<Condition, (value: string) => string> = {
  relations: (value) => `access-relation-${value}`,
  shares: (value) => `access-share-${value}`,
  values: (value) => `choice-level-${value}`,
  statuses: (value) => `choice-status-${value}`,
  hours: (value) => `access-hours-${value}`,
  networks: (value) => `access-network-${value}`,
  devices: (value) => `access-device-${value}`,
  assurances: (value) => `access-assurance-${value}`,
  risks: (value) => `access-risk-${value}`,
  purposes: (value) => `change-to-purpose-${value}`,
};

/** The built-in roles that rules may be about: those that have to do with records. */
export const GOVERNED_ROLES = ["sales", "sales_lead"] as const;

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const DAY_NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** The id of the words for a day of the week, 1 for Monday. */
export function dayWords(day: number): string {
  return `day-${DAY_NAMES[day - 1] ?? "monday"}`;
}

/** No condition at all. */
export function anyTime(): AccessRuleWhen {
  return {
    relations: [],
    shares: [],
    hours: [],
    networks: [],
    devices: [],
    assurances: [],
    risks: [],
    purposes: [],
    weekdays: [],
    hour_from: null,
    hour_to: null,
    regions: [],
    values: [],
    statuses: [],
    label_from: null,
  };
}

export function emptyForm(object: string): AccessRuleForm {
  return { effect: "forbid", object, actions: [], fields: [], roles: [], departments: [], when: anyTime() };
}

export function emptyRule(id: string, object: string): AccessRule {
  return { id, name: "", description: "", enabled: true, form: emptyForm(object), text: null };
}

/** A form without what means nothing: fields belong to rules about fields only. */
export function tidied(form: AccessRuleForm): AccessRuleForm {
  const { hour_from: from, hour_to: to } = form.when;
  return {
    ...form,
    fields: form.actions.every((action) => action.startsWith("field_")) ? form.fields : [],
    when: {
      ...form.when,
      hour_from: from ?? null,
      hour_to: to ?? null,
      label_from: form.when.label_from ?? null,
    },
  };
}

/** Whether a rule allows or forbids; of one written as text, what its first word says. */
export function effectOf({ form, text }: AccessRule): "permit" | "forbid" | null {
  const told = form?.effect ?? /^(?:\s|\/\/.*|@\w+(?:\("[^"]*"\))?)*(permit|forbid)\b/.exec(text ?? "")?.[1];
  return told === "permit" || told === "forbid" ? told : null;
}
