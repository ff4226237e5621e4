import type { FieldInfo, FieldValue } from "../src/api/types";
import type { Entity, ObjectInfo } from "../src/features/records/types";

/** A field as the server describes it. */
export function field(name: string, more: Partial<FieldInfo> = {}): FieldInfo {
  return {
    name,
    type: "text",
    choices: null,
    required: false,
    max_length: 200,
    masked: false,
    in_list: true,
    sortable: false,
    filterable: false,
    importable: true,
    access: "write",
    category: "none",
    object: null,
    computed: false,
    fixed: false,
    ...more,
  };
}

/** An object as the server describes it. */
export function object(name: string, path: string, more: Partial<ObjectInfo> = {}): ObjectInfo {
  return {
    name,
    path,
    on_customer: "none",
    owned: true,
    title: "name",
    state: null,
    amount: null,
    date: null,
    fields: [field("name")],
    ...more,
  };
}

/** A record one may do everything with that is named. */
export function entity(
  of: string,
  id: string,
  fields: Record<string, FieldValue>,
  ...actions: string[]
): Entity {
  return {
    id,
    object: of,
    version: 1,
    owner: { id: "u1", name: "周敏" },
    department: null,
    label: { level: "internal", compartments: [] },
    shared: false,
    created_at: "2026-11-01T00:00:00Z",
    updated_at: "2026-11-02T00:00:00Z",
    fields,
    actions: actions.map((action) => `${of}.${action}`),
  };
}
