import type { FieldInfo, FieldValue } from "../../../api/types";
import { isReference } from "../../fields/fields";
import { recordTitle } from "../records";
import type { Entity, ObjectInfo } from "../types";

/** A field that means the same wherever it occurs: what it refers to, or the lines that are agreed on. */
function carries(from: FieldInfo, to: FieldInfo): boolean {
  if (from.type === "reference" && to.type === "reference") return from.object === to.object;
  return from.type === "lines" && to.type === "lines";
}

/**
 * What a record made from another begins with: the reference to it, and what both share, such as customer and lines.
 * @param field the field of the new record that refers to the other
 */
export function prefilledFrom(
  parent: ObjectInfo,
  record: Entity,
  child: ObjectInfo,
  field: FieldInfo,
): Record<string, FieldValue> {
  const shared: Record<string, FieldValue> = {};
  for (const to of child.fields) {
    const from = parent.fields.find(({ name }) => name === to.name);
    const value = record.fields[to.name];
    if (from === undefined || value === undefined || to.computed === true || !carries(from, to)) continue;
    // What has no name here is not for these eyes, and could not be checked in the form.
    if (isReference(value) && value.name == null) continue;
    shared[to.name] = value;
  }
  return { ...shared, [field.name]: { id: record.id, name: recordTitle(parent, record) } };
}
