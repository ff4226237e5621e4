import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { ListSearch } from "./list/listSearch";

/** One page of the list as the filters and the sort ask for it. */
export function customersQuery(search: ListSearch, limit: number, cursor: string | undefined) {
  return queryOptions({
    queryKey: ["customers", "list", search, limit, cursor],
    queryFn: ({ signal }) =>
      body(api.GET("/customers", { signal, params: { query: { ...search, limit, cursor } } })),
  });
}

export function customerQuery(id: string) {
  return queryOptions({
    queryKey: ["customers", "one", id],
    queryFn: () => body(api.GET("/customers/{id}", { params: { path: { id } } })),
  });
}

export function contactsQuery(id: string) {
  return queryOptions({
    queryKey: ["customers", "contacts", id],
    queryFn: () => body(api.GET("/customers/{id}/contacts", { params: { path: { id } } })),
  });
}

export const directoryQuery = queryOptions({
  queryKey: ["directory"],
  staleTime: 300_000,
  queryFn: () => body(api.GET("/users/directory")),
});

/** The people records can belong to, as options of a select. */
export function useOwnerOptions(): { value: string; label: string }[] {
  const { data } = useQuery(directoryQuery);
  return (data?.items ?? []).map(({ id, name, department_name }) => ({
    value: id,
    label: department_name == null ? name : `${name} · ${department_name}`,
  }));
}

/** After a change of customers: whatever is on the page is read again. */
export function refreshCustomers(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ["customers"] });
}
