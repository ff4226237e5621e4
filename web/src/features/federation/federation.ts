import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { ProviderKind } from "../../api/types";

/** The protocols that can be chosen here. */
export const KINDS: readonly ProviderKind[] = ["oidc", "wecom", "dingtalk", "feishu"];

/** One member of a provider's configuration. */
export interface ConfigField {
  name: string;
  required: boolean;
  /** Several words, each for itself. */
  list?: boolean;
  placeholder?: string;
}

const SCAN_ADDRESSES: ConfigField[] = [
  { name: "authorize_url", required: false, placeholder: "https://" },
  { name: "api_url", required: false, placeholder: "https://" },
];

/** What each protocol needs to be told; the labels are `provider-config-<name>`. */
export const CONFIG: Partial<Record<ProviderKind, ConfigField[]>> = {
  oidc: [
    { name: "issuer", required: true, placeholder: "https://" },
    { name: "client_id", required: true },
    { name: "scopes", required: false, list: true },
    { name: "groups_claim", required: false, placeholder: "groups" },
    { name: "login_claim", required: false, placeholder: "preferred_username" },
    { name: "subject_claim", required: false, placeholder: "sub" },
    { name: "two_factor_classes", required: false, list: true },
  ],
  wecom: [{ name: "client_id", required: true }, { name: "agent_id", required: true }, ...SCAN_ADDRESSES],
  dingtalk: [{ name: "client_id", required: true }, ...SCAN_ADDRESSES],
  feishu: [{ name: "client_id", required: true }, ...SCAN_ADDRESSES],
};

/** The configuration as the server takes it: what was left empty is not sent. */
export function configOf(
  kind: ProviderKind,
  values: Record<string, string | string[] | undefined>,
): Record<string, unknown> {
  const given = (CONFIG[kind] ?? []).flatMap(({ name }): [string, string | string[]][] => {
    const value = values[name];
    if (value === undefined || value.length === 0) return [];
    return [[name, typeof value === "string" ? value.trim() : value]];
  });
  return Object.fromEntries(given);
}

/** The page providers send the browser back to. */
export function redirectUri(): string {
  return `${window.location.origin}/sign-in/callback`;
}

/** Where a provider says that somebody left. */
export function logoutUri(id: string): string {
  return `${window.location.origin}/api/v1/identity-providers/${id}/back-channel-logout`;
}

/** Where a provider keeps users and groups. */
export function provisioningUri(): string {
  return `${window.location.origin}/scim/v2`;
}

export const providersQuery = queryOptions({
  queryKey: ["identity-providers"],
  queryFn: () => body(api.GET("/identity-providers")),
});

export const signInProvidersQuery = queryOptions({
  queryKey: ["session", "providers"],
  staleTime: 60_000,
  queryFn: () => body(api.GET("/session/providers")),
});
