import type { FieldInfo } from "../../../api/types";
import type { ObjectInfo } from "../types";
import type { ListSearch } from "./listSearch";

/** A condition as the API takes it. */
export type Filter =
  | { all: Filter[] }
  | { any: Filter[] }
  | { not: Filter }
  | { field: string; in: (string | null)[] }
  | { field: string; from?: string | number; to?: string | number };

/** Stands in an address for "has no value". */
export const EMPTY = "~";

const RESERVED = new Set(["q", "sort", "view"]);

/** What lists can be narrowed by besides the object's own fields. */
export const STRUCTURAL_FILTERS: readonly FilterSpec[] = [
  { name: "owner_id", kind: "owner" },
  { name: "created_at", kind: "days" },
  { name: "updated_at", kind: "days" },
];

export type FilterKind = "choice" | "text" | "reference" | "pipeline" | "stage" | "owner" | "days" | "amount";

export interface FilterSpec {
  name: string;
  kind: FilterKind;
  field?: FieldInfo;
}

const KINDS: Record<string, FilterKind> = {
  choice: "choice",
  reference: "reference",
  pipeline: "pipeline",
  stage: "stage",
  date: "days",
  datetime: "days",
  amount: "amount",
};

/** Everything a list of an object can be narrowed by, its state first. */
export function filterSpecs(object: ObjectInfo): FilterSpec[] {
  const own = object.fields
    .filter(
      ({ filterable, access, masked, name }) =>
        filterable && access !== "hidden" && !masked && !RESERVED.has(name),
    )
    .map((field): FilterSpec => ({ name: field.name, kind: KINDS[field.type] ?? "text", field }));
  const state = object.state?.field;
  own.sort((one, other) => Number(other.name === state) - Number(one.name === state));
  return [...own, ...STRUCTURAL_FILTERS];
}

export function isRange({ kind }: FilterSpec): boolean {
  return kind === "days" || kind === "amount";
}

/** The parameters of the address a filter lives in. */
export function keysOf(spec: FilterSpec): string[] {
  return isRange(spec) ? [`${spec.name}_from`, `${spec.name}_to`] : [spec.name];
}

export function isAsked(spec: FilterSpec, search: ListSearch): boolean {
  return keysOf(spec).some((key) => search[key] !== undefined);
}

export function valuesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(",");
}

const MINOR_PER_UNIT = 100;

function end(kind: FilterKind, text: string | undefined): string | number | undefined {
  if (text === undefined) return undefined;
  if (kind !== "amount") return text;
  const units = Number(text);
  return Number.isFinite(units) ? Math.round(units * MINOR_PER_UNIT) : undefined;
}

/** One filter of the address as a condition; undefined when nothing is asked. */
export function conditionOf(spec: FilterSpec, search: ListSearch): Filter | undefined {
  const { name, kind } = spec;
  if (isRange(spec)) {
    const from = end(kind, search[`${name}_from`]);
    const to = end(kind, search[`${name}_to`]);
    if (from === undefined && to === undefined) return undefined;
    return { field: name, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
  const text = search[name];
  if (text === undefined) return undefined;
  // What is typed is one value, whatever stands in it.
  const values = kind === "text" ? [text] : valuesOf(text);
  return { field: name, in: values.map((value) => (value === EMPTY ? null : value)) };
}

/**
 * What the address asks of the records, as the API takes it.
 * @param without fields that are asked for in another way
 */
export function filterOf(
  specs: FilterSpec[],
  search: ListSearch,
  without: readonly string[] = [],
): Filter | undefined {
  const conditions = specs
    .filter(({ name }) => !without.includes(name))
    .map((spec) => conditionOf(spec, search))
    .filter((condition) => condition !== undefined);
  if (conditions.length === 0) return undefined;
  return conditions.length === 1 ? conditions[0] : { all: conditions };
}

/** How many of the filters are asked for. */
export function askedCount(specs: FilterSpec[], search: ListSearch): number {
  return specs.filter((spec) => isAsked(spec, search)).length;
}

/** An address in which nothing is narrowed any more. */
export function cleared(specs: FilterSpec[]): Partial<ListSearch> {
  return Object.fromEntries(specs.flatMap(keysOf).map((key) => [key, undefined]));
}

const SHOWN = 4;

/**
 * The filters that stand in the bar: the first few, and whichever are asked for or were brought in; the others wait in a
 * menu.
 */
export function shownFilters(
  specs: FilterSpec[],
  search: ListSearch,
  brought: readonly string[],
): { shown: FilterSpec[]; waiting: FilterSpec[] } {
  const usual = new Set(
    specs
      .filter(({ kind }) => kind === "choice" || kind === "stage" || kind === "owner" || kind === "reference")
      .sort((one, other) => rank(one) - rank(other))
      .slice(0, SHOWN)
      .map(({ name }) => name),
  );
  const stays = (spec: FilterSpec) =>
    usual.has(spec.name) || brought.includes(spec.name) || isAsked(spec, search);
  return { shown: specs.filter(stays), waiting: specs.filter((spec) => !stays(spec)) };
}

/** What is asked most often comes first: state, owner, customer. */
function rank({ kind, field }: FilterSpec): number {
  if (kind === "owner") return 1;
  if (kind === "reference") return field?.object === "customer" ? 2 : 4;
  return kind === "stage" ? 0 : 3;
}
