import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export interface SightingsSearch {
  resource_id?: string;
  actor_id?: string;
}

export function parseSightingsSearch(search: Record<string, unknown>): SightingsSearch {
  const { resource_id, actor_id } = search;
  if (typeof resource_id === "string" && resource_id !== "") return { resource_id };
  if (typeof actor_id === "string" && actor_id !== "") return { actor_id };
  return {};
}

export function sightingsQuery(search: SightingsSearch, limit: number, cursor: string | undefined) {
  return queryOptions({
    queryKey: ["audit", "sightings", search, limit, cursor],
    queryFn: ({ signal }) =>
      body(api.GET("/audit/sightings", { signal, params: { query: { ...search, limit, cursor } } })),
  });
}
