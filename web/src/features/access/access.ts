import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type {
  AccessConfiguration,
  AccessObject,
  AccessPerson,
  AccessRules,
  FieldReach,
} from "../../api/types";

export const SCOPES = ["own", "department", "department_tree", "all"] as const;

/** What a role lets people see and do of a field, from nothing to everything. */
export const REACHES: readonly FieldReach[] = ["hidden", "masked", "read", "write"];

const KEY = "access";

/** Roles, rules and labels as they are in force, and what they can be made of. */
export const rulesQuery = queryOptions({
  queryKey: [KEY, "rules"],
  // Answers leave nothing out, only requests may.
  queryFn: () => body(api.GET("/access/rules")) as Promise<AccessRules>,
});

export const PEOPLE_PAGE = 50;

export function peopleQuery(q: string, cursor: string | undefined) {
  return queryOptions({
    queryKey: [KEY, "people", q, cursor],
    queryFn: async ({ signal }) => {
      const query = { ...(q === "" ? {} : { q }), cursor, limit: PEOPLE_PAGE };
      const page = await body(api.GET("/access/people", { signal, params: { query } }));
      return { ...page, items: page.items as AccessPerson[] };
    },
  });
}

/** As many people as one page of the server holds, and how many pages are asked for at most. */
const HOLDERS_PAGE = 200;
const HOLDERS_PAGES = 50;

/** Everybody who holds a role of the organisation's own, by role. */
export const holdersQuery = queryOptions({
  queryKey: [KEY, "holders"],
  queryFn: async ({ signal }) => {
    const holders = new Map<string, { id: string; name: string }[]>();
    let cursor: string | undefined;
    for (let page = 0; page < HOLDERS_PAGES; page += 1) {
      const { items, next_cursor: next } = await body(
        api.GET("/access/people", { signal, params: { query: { cursor, limit: HOLDERS_PAGE } } }),
      );
      for (const { id, name, custom_roles: roles } of items)
        for (const role of roles) holders.set(role.id, [...(holders.get(role.id) ?? []), { id, name }]);
      if (next == null) break;
      cursor = next;
    }
    return holders;
  },
});

export const teamsQuery = queryOptions({
  queryKey: [KEY, "teams"],
  queryFn: () => body(api.GET("/access/teams")),
});

/** After a change of what anybody may do: whatever is shown of it is read again. */
export function refreshAccess(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [KEY] });
}

/** What is wrong with a configuration, without putting it into force. */
export function checkQuery(configuration: AccessConfiguration | null) {
  return queryOptions({
    queryKey: [KEY, "check", configuration],
    enabled: configuration !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    retry: false,
    queryFn: ({ signal }) => {
      if (configuration === null) throw new Error("nothing to check");
      return body(api.POST("/access/rules/check", { signal, body: configuration }));
    },
  });
}

/** All that rules may say about records of a kind and their fields. */
export function actionsOf(object: AccessObject | undefined): string[] {
  return object === undefined ? [] : [...object.actions, ...object.field_actions];
}

export function isFieldAction(action: string): boolean {
  return action.startsWith("field_");
}

/** A new id: UUID version 7, as the server makes them. */
export function newId(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const hex = (bytes: Iterable<number>) =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = now.toString(16).padStart(12, "0");
  const [a = 0, b = 0, c = 0, d = 0, ...rest] = random;
  const middle = hex([0x70 | (a & 0x0f), b]);
  const variant = hex([0x80 | (c & 0x3f), d]);
  return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${variant}-${hex(rest)}`;
}
