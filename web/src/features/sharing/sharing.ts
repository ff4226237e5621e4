import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

/** From low to high. */
export const LEVELS = ["public", "internal", "confidential", "secret", "top_secret"] as const;

/** What can be asked about a customer as a whole. */
export const ASKABLE = ["read", "update", "reveal", "assign", "delete", "export", "share"] as const;

export function accessQuery(id: string) {
  return queryOptions({
    queryKey: ["customers", "access", id],
    queryFn: () => body(api.GET("/customers/{id}/access", { params: { path: { id } } })),
  });
}

export function audienceQuery(id: string) {
  return queryOptions({
    queryKey: ["customers", "audience", id],
    queryFn: () => body(api.GET("/customers/{id}/audience", { params: { path: { id } } })),
  });
}

export const departmentsQuery = queryOptions({
  queryKey: ["departments"],
  staleTime: 300_000,
  queryFn: () => body(api.GET("/departments")),
});

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  staleTime: 60_000,
  queryFn: () => body(api.GET("/teams")),
});

/** The end of a day, where the person is. */
export function endOfDay(day: { endOf: (unit: "day") => { toISOString: () => string } }): string {
  return day.endOf("day").toISOString();
}
