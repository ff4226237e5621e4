import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { ask } from "../../api/records";
import type { Shareable } from "../sharing/sharing";
import type { Filter } from "./list/filters";
import type { Board, Entity, EntityPage, ObjectInfo, Pipeline, TimelinePage } from "./types";

export interface ListQuestion {
  q?: string | undefined;
  sort?: string | undefined;
  filter?: Filter | undefined;
  limit: number;
  cursor?: string | undefined;
}

const written = (filter: Filter | undefined) => (filter === undefined ? undefined : JSON.stringify(filter));

/** One page of the records at a path. */
export function listQuery(path: string, { filter, ...question }: ListQuestion) {
  const query = { ...question, filter: written(filter) };
  return queryOptions({
    queryKey: ["records", "list", path, query],
    queryFn: ({ signal }) => ask<EntityPage>("GET", `/${path}`, { query, signal }),
  });
}

export function recordQuery(path: string, id: string) {
  return queryOptions({
    queryKey: ["records", "one", path, id],
    queryFn: () => ask<Entity>("GET", `/${path}/${id}`),
  });
}

export interface BoardQuestion {
  q?: string | undefined;
  filter?: Filter | undefined;
  pipeline?: string | undefined;
  /** How many cards a column shows. */
  limit: number;
}

export function boardQuery(path: string, { filter, ...question }: BoardQuestion) {
  const query = { ...question, filter: written(filter) };
  return queryOptions({
    queryKey: ["records", "board", path, query],
    queryFn: ({ signal }) => ask<Board>("GET", `/${path}/board`, { query, signal }),
  });
}

const TIMELINE_PAGE = 30;

/** What happened around a record, newest first, as far as one has scrolled. */
export function timelineQuery(path: string, id: string) {
  return infiniteQueryOptions({
    queryKey: ["records", "timeline", path, id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask<TimelinePage>("GET", `/${path}/${id}/timeline`, {
        query: { limit: TIMELINE_PAGE, cursor: pageParam },
      }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export const pipelinesQuery = queryOptions({
  queryKey: ["pipelines"],
  staleTime: 300_000,
  queryFn: async () => (await ask<{ items: Pipeline[] }>("GET", "/pipelines")).items,
});

/** After a change of records: whatever is on the page is read again, customers too, which they belong to. */
export async function refreshRecords(queryClient: QueryClient): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["records"] }),
    queryClient.invalidateQueries({ queryKey: ["customers"] }),
  ]);
}

/** What a record is called: its title, or its number where it has none. */
export function recordTitle(object: ObjectInfo, record: Entity): string {
  const value = record.fields[object.title];
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "object" && "name" in value && value.name != null) return value.name;
  return numberOf(record) ?? "–";
}

/** The number a record was given, if its object counts. */
export function numberOf(record: Entity): string | undefined {
  const { number } = record.fields;
  return typeof number === "string" ? number : undefined;
}

export function mayOn(object: ObjectInfo, record: Entity, action: string): boolean {
  return record.actions.includes(`${object.name}.${action}`);
}

export function shareableRecord(object: ObjectInfo, record: Entity): Shareable {
  const { owner, label, actions } = record;
  return {
    object: object.name,
    base: `/${object.path}/${record.id}`,
    owner,
    label,
    actions,
    refresh: refreshRecords,
  };
}

/** Reveals one field of a record; the server writes reason and reader into its log first. */
export async function revealField(path: string, id: string, field: string, reason: string): Promise<string> {
  const answer = await ask<{ value: string }>("POST", `/${path}/${id}/disclosures`, {
    body: { field, reason },
  });
  return answer.value;
}
