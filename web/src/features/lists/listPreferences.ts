import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api, body, done } from "../../api/client";

export const DENSITIES = ["compact", "normal", "roomy"] as const;
export const VIEWS = ["list", "board"] as const;
export const PAGE_SIZES = [20, 50, 100, 200] as const;

/** How a person likes the list; kept by the server, so that it follows the person. */
export interface ListPreferences {
  columns: string[];
  page_size: number;
  density: (typeof DENSITIES)[number];
  sort?: string;
  /** How the records are laid out, where there is a choice. */
  view?: (typeof VIEWS)[number];
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
export function asPreferences(value: unknown, usual: ListPreferences = DEFAULT_PREFERENCES): ListPreferences {
  if (typeof value !== "object" || value === null) return usual;
  const stored = value as Partial<Record<keyof ListPreferences, unknown>>;
  const columns = Array.isArray(stored.columns)
    ? stored.columns.filter((name) => typeof name === "string")
    : [];
  const view = VIEWS.find((known) => known === stored.view);
  return {
    columns: columns.length > 0 ? columns : usual.columns,
    page_size: PAGE_SIZES.find((size) => size === stored.page_size) ?? usual.page_size,
    density: DENSITIES.find((density) => density === stored.density) ?? usual.density,
    ...(typeof stored.sort === "string" ? { sort: stored.sort } : {}),
    ...(view === undefined ? {} : { view }),
  };
}

function preferencesQuery(key: string) {
  return queryOptions({
    queryKey: ["preferences", key],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<unknown> => {
      // Without stored preferences the list still has to appear.
      const answer = await body(api.GET("/me/preferences/{key}", { params: { path: { key } } })).catch(
        () => null,
      );
      return answer?.value ?? null;
    },
  });
}

/**
 * How a person likes a list.
 * @param usual what holds until they say otherwise
 */
export function useListPreferences(key: string = KEY, usual: ListPreferences = DEFAULT_PREFERENCES) {
  const queryClient = useQueryClient();
  const { data } = useQuery(preferencesQuery(key));
  const preferences = useMemo(() => asPreferences(data, usual), [data, usual]);
  const { mutate } = useMutation({
    mutationFn: (value: ListPreferences) =>
      done(api.PUT("/me/preferences/{key}", { params: { path: { key } }, body: { value } })),
  });
  const save = useCallback(
    (change: Partial<ListPreferences>) => {
      const { queryKey } = preferencesQuery(key);
      const next = { ...asPreferences(queryClient.getQueryData(queryKey), usual), ...change };
      queryClient.setQueryData(queryKey, next);
      mutate(next);
    },
    [queryClient, mutate, key, usual],
  );
  return { preferences, ready: data !== undefined, save };
}
