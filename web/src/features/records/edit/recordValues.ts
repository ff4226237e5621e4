import type { FieldInfo, FieldInput, FieldValue } from "../../../api/types";
import { isLines } from "../../fields/fields";
import {
  changedFields,
  type FormValue,
  type FormValues,
  filledFields,
  initialValues,
  rebase,
} from "../../fields/formValues";
import { type LineRow, linesToWire, rowsOf } from "../lines/rows";

/** What the form of a record holds: texts as for customers, and rows where a field is a table. */
export type RecordFormValues = Record<string, FormValue | LineRow[]>;
export type RecordInput = Record<string, FieldInput>;

const plain = (fields: FieldInfo[]) => fields.filter(({ type }) => type !== "lines");
const tables = (fields: FieldInfo[]) => fields.filter(({ type }) => type === "lines");
/** What is computed is never written. */
export const writable = (fields: FieldInfo[]) =>
  fields.filter(({ access, computed }) => access === "write" && computed !== true);

function rowsIn(value: FieldValue | undefined): LineRow[] {
  return isLines(value) ? rowsOf(value.lines) : [];
}

function rowsTyped(values: RecordFormValues, name: string): LineRow[] {
  const rows = values[name];
  return Array.isArray(rows) ? rows : [];
}

/** The values a form for a record starts with. */
export function initialRecord(fields: FieldInfo[], record: Record<string, FieldValue>): RecordFormValues {
  const values: RecordFormValues = initialValues(plain(fields), record);
  for (const { name } of tables(fields)) values[name] = rowsIn(record[name]);
  return values;
}

/** What a new record has: the fields that were filled in. */
export function filledRecord(fields: FieldInfo[], values: RecordFormValues): RecordInput {
  const filled = filledFields(plain(writable(fields)), values as FormValues);
  for (const { name } of tables(writable(fields))) {
    const lines = linesToWire(rowsTyped(values, name));
    if (lines.length > 0) filled[name] = { lines } as unknown as FieldInput;
  }
  return filled;
}

/** What an edit changes, given the record the form started with. */
export function changedRecord(
  fields: FieldInfo[],
  record: Record<string, FieldValue>,
  values: RecordFormValues,
): RecordInput {
  const own = plain(writable(fields));
  const changes = changedFields(own, initialValues(own, record), values as FormValues);
  for (const { name } of tables(writable(fields))) {
    const before = linesToWire(rowsIn(record[name]));
    const after = linesToWire(rowsTyped(values, name));
    if (JSON.stringify(before) !== JSON.stringify(after))
      changes[name] = (after.length === 0 ? null : { lines: after }) as unknown as FieldInput;
  }
  return changes;
}

/** A draft on top of a newer version, as for customers; a table is taken as one value. */
export function rebaseRecord(
  fields: FieldInfo[],
  base: Record<string, FieldValue>,
  current: Record<string, FieldValue>,
  draft: RecordFormValues,
): { values: RecordFormValues; both: string[] } {
  const merged = rebase(plain(fields), base, current, draft as FormValues);
  const values: RecordFormValues = merged.values;
  const both = [...merged.both];
  const mine = changedRecord(fields, base, draft);
  for (const { name } of tables(fields)) {
    const changedByOthers =
      JSON.stringify(linesToWire(rowsIn(base[name]))) !== JSON.stringify(linesToWire(rowsIn(current[name])));
    values[name] = name in mine ? rowsTyped(draft, name) : rowsIn(current[name]);
    if (name in mine && changedByOthers) both.push(name);
  }
  return { values, both };
}
