/** What the address of a list holds: what is sought, in which order, and what is asked of each field. */
export interface ListSearch {
  q?: string;
  sort?: string;
  view?: string;
  /** A list of values separated by commas under a field's name, the ends of a range under name_from and name_to. */
  [asked: string]: string | undefined;
}

/** The texts among an address's parameters; which of them mean something, the object says. */
export function parseRecordSearch(search: Record<string, unknown>): ListSearch {
  const texts = Object.entries(search).filter(([, value]) => typeof value === "string" && value !== "");
  return Object.fromEntries(texts) as ListSearch;
}
