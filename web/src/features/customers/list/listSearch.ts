/** The filters the address of the list can hold; lists are separated by commas as in the API. */
export const FILTER_KEYS = [
  "status",
  "level",
  "source",
  "industry",
  "owner_id",
  "updated_from",
  "updated_to",
] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];

export type ListSearch = { q?: string; sort?: string; department_id?: string } & {
  [key in FilterKey]?: string;
};

const KEYS = ["q", "sort", "department_id", ...FILTER_KEYS] as const;

/** The part of an address's parameters that the list understands. */
export function parseListSearch(search: Record<string, unknown>): ListSearch {
  const parsed: ListSearch = {};
  for (const key of KEYS) {
    const value = search[key];
    if (typeof value === "string" && value !== "") parsed[key] = value;
  }
  return parsed;
}

/** The sort after a click on a header: ascending, descending, then the server's own order. */
export function nextSort(current: string | undefined, key: string): string | undefined {
  if (current === key) return `-${key}`;
  return current === `-${key}` ? undefined : key;
}

export function filterCount(search: ListSearch): number {
  const range = search.updated_from !== undefined || search.updated_to !== undefined ? 1 : 0;
  return range + FILTER_KEYS.filter((key) => !key.startsWith("updated_") && search[key] !== undefined).length;
}

export function listOf(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(",");
}
