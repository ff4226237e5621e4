export const VIEWS = ["to_decide", "mine", "history", "rules"] as const;
export type ApprovalsView = (typeof VIEWS)[number];

export interface ApprovalsSearch {
  view?: ApprovalsView;
}

export function parseApprovalsSearch(search: Record<string, unknown>): ApprovalsSearch {
  const view = VIEWS.find((known) => known === search.view);
  return view === undefined ? {} : { view };
}
