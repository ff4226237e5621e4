import type { FieldInfo, FieldInput, FieldValue } from "../../api/types";
import { isAmount, isLines, isMasked, isReference } from "./fields";

/**
 * What a form holds for a field: text as typed, yuan as a decimal text for amounts, the id of what a reference leads to, null for "take the stored value
 * away", undefined for "as it is". A masked value is never in the form: its field starts undefined.
 */
export type FormValue = string | null | undefined;
export type FormValues = Record<string, FormValue>;

/** Minor units in one unit of the currency amounts are kept in. */
const MINOR_PER_UNIT = 100;
const CURRENCY = "CNY";

export function toForm(value: FieldValue | undefined): FormValue {
  // Lines are a table of their own, and no text.
  if (value === undefined || isMasked(value) || isLines(value)) return undefined;
  if (isReference(value)) return value.id;
  return isAmount(value) ? (value.minor / MINOR_PER_UNIT).toFixed(2) : value;
}

export function toWire(field: FieldInfo, value: FormValue): FieldInput {
  const text = value?.trim() ?? "";
  if (text === "") return null;
  return field.type === "amount"
    ? { minor: Math.round(Number(text) * MINOR_PER_UNIT), currency: CURRENCY }
    : text;
}

/** The values a form for a record starts with. */
export function initialValues(fields: FieldInfo[], record: Record<string, FieldValue>): FormValues {
  return Object.fromEntries(fields.map(({ name }) => [name, toForm(record[name])]));
}

/** What a new record has: the fields that were filled in. */
export function filledFields(fields: FieldInfo[], values: FormValues): Record<string, FieldInput> {
  const filled = fields.map((field) => [field.name, toWire(field, values[field.name])] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== null));
}

/** What an edit changes: the fields whose form value differs from the one the form started with. */
export function changedFields(
  fields: FieldInfo[],
  from: FormValues,
  to: FormValues,
): Record<string, FieldInput> {
  const changes: Record<string, FieldInput> = {};
  for (const field of fields) {
    const before = from[field.name];
    const after = to[field.name];
    const same = field.masked ? after === undefined || after === "" : (before ?? "") === (after ?? "");
    if (!same) changes[field.name] = toWire(field, after);
  }
  return changes;
}

/**
 * A draft on top of a newer version: what the person changed stays, everything else is as it is now.
 * @returns the form's new values, and the fields both have changed
 */
export function rebase(
  fields: FieldInfo[],
  base: Record<string, FieldValue>,
  current: Record<string, FieldValue>,
  draft: FormValues,
): { values: FormValues; both: string[] } {
  const mine = changedFields(fields, initialValues(fields, base), draft);
  const values: FormValues = {};
  const both: string[] = [];
  for (const { name } of fields) {
    const changedByOthers = JSON.stringify(base[name]) !== JSON.stringify(current[name]);
    values[name] = name in mine ? draft[name] : toForm(current[name]);
    if (name in mine && changedByOthers) both.push(name);
  }
  return { values, both };
}
