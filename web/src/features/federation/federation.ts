import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { ProviderKind } from "../../api/types";

/** The protocols that can be chosen here. */
export const KINDS: readonly ProviderKind[] = ["oidc", "saml", "ldap", "wecom", "dingtalk", "feishu"];

/** One member of a provider's configuration. */
export interface ConfigField {
  name: string;
  required: boolean;
  /** Several words, each for itself. */
  list?: boolean;
  placeholder?: string;
  /** Many lines, of at most so many characters. */
  long?: number;
  /** What stands there at first. */
  initial?: () => string;
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
  saml: [
    { name: "metadata", required: true, long: 60_000, placeholder: "<md:EntityDescriptor …>" },
    { name: "subject_attribute", required: false },
    { name: "login_attribute", required: false },
    { name: "name_attribute", required: false },
    { name: "mail_attribute", required: false },
    { name: "groups_attribute", required: false },
    { name: "two_factor_classes", required: false, list: true },
  ],
  ldap: [
    { name: "url", required: true, placeholder: "ldaps://" },
    { name: "authorities", required: false, long: 30_000, placeholder: "-----BEGIN CERTIFICATE-----" },
    { name: "bind_dn", required: true, placeholder: "cn=custos,ou=services,dc=example,dc=com" },
    { name: "user_base", required: true, placeholder: "ou=people,dc=example,dc=com" },
    { name: "user_filter", required: true, initial: () => "(&(objectClass=person)(uid={login}))" },
    { name: "subject_attribute", required: true, initial: () => "entryUUID" },
    { name: "login_attribute", required: true, initial: () => "uid" },
    { name: "name_attribute", required: true, initial: () => "cn" },
    { name: "mail_attribute", required: true, initial: () => "mail" },
    { name: "groups_attribute", required: false, placeholder: "memberOf" },
    { name: "group_base", required: false, placeholder: "ou=groups,dc=example,dc=com" },
    { name: "group_filter", required: false, placeholder: "(&(objectClass=groupOfNames)(member={dn}))" },
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

/** Where a SAML provider posts its answer, and where it finds what it needs to know of us. */
export function samlAddresses(
  server: string,
  id: string,
): { consumer: string; entity: string; metadata: string } {
  const entity = `${server}/api/v1/session/saml`;
  const metadata = `${server}/api/v1/session/providers/${id}/saml`;
  return { consumer: `${entity}/answer`, entity, metadata };
}

/** The page providers send the browser back to. */
export function redirectUri(server: string): string {
  return `${server}/sign-in/callback`;
}

/** Where a provider says that somebody left. */
export function logoutUri(server: string, id: string): string {
  return `${server}/api/v1/identity-providers/${id}/back-channel-logout`;
}

/** Where a provider keeps users and groups. */
export function provisioningUri(): string {
  return `${window.location.origin}/scim/v2`;
}

export const providersQuery = queryOptions({
  queryKey: ["identity-providers"],
  queryFn: () => body(api.GET("/identity-providers")),
});

/** Protocols that lead the browser to the provider; the others take a password here. */
export const LEADING: ReadonlySet<ProviderKind> = new Set(["oidc", "saml", "wecom", "dingtalk", "feishu"]);

export const connectionsQuery = queryOptions({
  queryKey: ["me", "identities"],
  queryFn: () => body(api.GET("/me/identities")),
});

export const signInProvidersQuery = queryOptions({
  queryKey: ["session", "providers"],
  staleTime: 60_000,
  queryFn: () => body(api.GET("/session/providers")),
});
