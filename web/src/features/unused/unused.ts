import { queryOptions } from "@tanstack/react-query";
import { api, body, done, ifMatch } from "../../api/client";
import type { PersonUsage, Role, User } from "../../api/types";

const KEY = "permission-usage";
const PAGE = 200;

export function usageQuery(days: number) {
  return queryOptions({
    queryKey: [KEY, days],
    queryFn: () => body(api.GET("/permissions/usage", { params: { query: { days } } })),
  });
}

/** The account as it is now: a change is bound to its version. */
async function accountOf(id: string): Promise<User | undefined> {
  let cursor: string | undefined;
  do {
    const page = await body(api.GET("/users", { params: { query: { limit: PAGE, cursor } } }));
    const found = page.items.find((user) => user.id === id);
    if (found !== undefined) return found;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return undefined;
}

/** Gives a person the roles that would have done; where the rules ask for it, with the approval of somebody else. */
export async function reduce(person: PersonUsage): Promise<void> {
  const account = await accountOf(person.id);
  if (account === undefined) return;
  await done(
    api.PUT("/users/{id}/access", {
      params: { path: { id: person.id }, header: { "If-Match": ifMatch(account.version) } },
      body: { roles: (person.proposal ?? []) as Role[], data_scope: account.data_scope },
    }),
  );
}

/** How much of what is granted is used, in percent. */
export function usedPercent({ granted, unused }: { granted: number; unused: string[] }): number {
  return granted === 0 ? 100 : Math.round(((granted - unused.length) / granted) * 100);
}
