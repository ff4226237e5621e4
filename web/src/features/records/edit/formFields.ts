import type { FieldInfo } from "../../../api/types";
import type { ObjectInfo } from "../types";
import { writable } from "./recordValues";

/** The fields of the form for a new record. The server knows with which state it begins; a stage one may choose. */
export function newFields(object: ObjectInfo): FieldInfo[] {
  return inOrder(
    writable(object.fields).filter(
      ({ name, type, required }) => name !== object.state?.field || type === "stage" || required,
    ),
  );
}

/** The fields of the form for a change. From state to state one goes by the bar, which knows the ways. */
export function editFields(object: ObjectInfo): FieldInfo[] {
  return inOrder(
    writable(object.fields).filter(({ name, type }) => name !== object.state?.field || type === "stage"),
  );
}

/** Tables and long texts come last: they take the whole width. */
function inOrder(fields: FieldInfo[]): FieldInfo[] {
  const rank = ({ type }: FieldInfo) => (type === "lines" ? 1 : type === "long_text" ? 2 : 0);
  return [...fields].sort((one, other) => rank(one) - rank(other));
}

const WIDTH = 720;
const WIDTH_OF_TABLES = 980;

/** How wide a drawer with a form of these fields is, in pixels. */
export function widthOf(fields: FieldInfo[]): number {
  return fields.some(({ type }) => type === "lines") ? WIDTH_OF_TABLES : WIDTH;
}
