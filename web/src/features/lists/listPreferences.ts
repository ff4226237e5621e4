import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, body, done } from "../../api/client";

export const DENSITIES = ["compact", "normal", "roomy"] as const;
export const PAGE_SIZES = [20, 50, 100, 200] as const;

/** How a person likes the list; kept by the server, so that it follows the person. */
export interface ListPreferences {
  columns: string[];
  page_size: number;
  density: (typeof DENSITIES)[number];
  sort?: string;
}

export const DEFAULT_PREFERENCES: ListPreferences = {
  columns: ["name", "status", "level", "contact_name", "phone", "owner", "next_contact_at", "updated_at"],
  page_size: 50,
  density: "normal",
  // What changed last is what one works on.
  sort: "-updated_at",
};

const KEY = "customers.list";

/** Preferences out of whatever was stored, perhaps by another version of this page. */
export function asPreferences(value: unknown): ListPreferences {
  if (typeof value !== "object" || value === null) return DEFAULT_PREFERENCES;
  const stored = value as Partial<Record<keyof ListPreferences, unknown>>;
  const columns = Array.isArray(stored.columns)
    ? stored.columns.filter((name) => typeof name === "string")
    : [];
  return {
    columns: columns.length > 0 ? columns : DEFAULT_PREFERENCES.columns,
    page_size: PAGE_SIZES.find((size) => size === stored.page_size) ?? DEFAULT_PREFERENCES.page_size,
    density: DENSITIES.find((density) => density === stored.density) ?? DEFAULT_PREFERENCES.density,
    ...(typeof stored.sort === "string" ? { sort: stored.sort } : {}),
  };
}

const preferencesQuery = queryOptions({
  queryKey: ["preferences", KEY],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => {
    // Without stored preferences the list still has to appear.
    const answer = await body(api.GET("/me/preferences/{key}", { params: { path: { key: KEY } } })).catch(
      () => null,
    );
    return asPreferences(answer?.value);
  },
});

export function useListPreferences() {
  const queryClient = useQueryClient();
  const { data } = useQuery(preferencesQuery);
  const { mutate } = useMutation({
    mutationFn: (value: ListPreferences) =>
      done(api.PUT("/me/preferences/{key}", { params: { path: { key: KEY } }, body: { value } })),
  });
  const save = useCallback(
    (change: Partial<ListPreferences>) => {
      const next = {
        ...(queryClient.getQueryData(preferencesQuery.queryKey) ?? DEFAULT_PREFERENCES),
        ...change,
      };
      queryClient.setQueryData(preferencesQuery.queryKey, next);
      mutate(next);
    },
    [queryClient, mutate],
  );
  return { preferences: data ?? DEFAULT_PREFERENCES, ready: data !== undefined, save };
}
