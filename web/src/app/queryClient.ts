import { QueryClient } from "@tanstack/react-query";
import { toApiError } from "../api/problem";

/** One cache for the whole page. What the server refused is not asked again; a lost connection is, twice. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && [0, 502, 503, 504].includes(toApiError(error).status),
      },
      mutations: { retry: false },
    },
  });
}
