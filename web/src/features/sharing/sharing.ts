import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { ask } from "../../api/records";
import type { Customer, CustomerShare } from "../../api/types";
import { refreshCustomers } from "../customers/customers";

/** From low to high. */
export const LEVELS = ["public", "internal", "confidential", "secret", "top_secret"] as const;

/** What can be asked about a record as a whole. */
export const ASKABLE = ["read", "update", "reveal", "assign", "delete", "export", "share"] as const;

/** A record that can be shared and labelled, of whatever kind. */
export interface Shareable {
  /** What the policy calls its kind: "customer". */
  object: string;
  /** Where the API keeps the record: "/customers/0192". */
  base: string;
  owner?: { id: string } | null | undefined;
  label: Customer["label"];
  actions: string[];
  /** Has whatever shows the record read again. */
  refresh: (queryClient: QueryClient) => Promise<void>;
}

export function shareableCustomer({ id, owner, label, actions }: Customer): Shareable {
  const base = `/customers/${id}`;
  return { object: "customer", base, owner, label, actions, refresh: refreshCustomers };
}

/** What one may do to with whom a record is shared, such as "share" or "classify". */
export function maySharing({ object, actions }: Shareable, action: string): boolean {
  return actions.includes(`${object}.${action}`);
}

interface AccessAnswer {
  label: Customer["label"];
  shares: CustomerShare[];
}

interface AudienceAnswer {
  items: { user: { id: string; name?: string | null }; rules: string[]; actions: string[] }[];
  names: Record<string, string>;
}

/** The first step of a key by which what belongs to a record is read again with it. */
const keeper = ({ base }: Shareable) => (base.startsWith("/customers/") ? "customers" : "records");

export function accessQuery(record: Shareable) {
  return queryOptions({
    queryKey: [keeper(record), "access", record.base],
    queryFn: () => ask<AccessAnswer>("GET", `${record.base}/access`),
  });
}

export function audienceQuery(record: Shareable) {
  return queryOptions({
    queryKey: [keeper(record), "audience", record.base],
    queryFn: () => ask<AudienceAnswer>("GET", `${record.base}/audience`),
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
