import {
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  CheckSquareOutlined,
  ControlOutlined,
  EyeOutlined,
  FileDoneOutlined,
  FileProtectOutlined,
  IdcardOutlined,
  ImportOutlined,
  KeyOutlined,
  LockOutlined,
  MailOutlined,
  SafetyCertificateOutlined,
  ScissorOutlined,
  SolutionOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";
import type { ObjectInfo } from "../features/records/types";
import { iconOf } from "./objectIcons";

export interface Destination {
  to:
    | "/customers"
    | "/imports"
    | "/approvals"
    | "/audit"
    | "/admin/users"
    | "/admin/departments"
    | "/admin/access"
    | "/admin/outbox"
    | "/admin/log"
    | "/admin/identity-providers"
    | "/admin/security"
    | "/admin/api-keys"
    | "/admin/keys"
    | "/emergency"
    | "/reviews"
    | "/findings"
    | "/admin/unused"
    | "/docs";
  label: string;
  icon: ComponentType<{ "aria-hidden"?: boolean }>;
  /** The permission the server lists for people who may go there, or several of which one is enough; null when everybody signed in may. */
  permission: string | readonly string[] | null;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: "/customers", label: "nav-customers", icon: SolutionOutlined, permission: "customer.list" },
  { to: "/imports", label: "nav-imports", icon: ImportOutlined, permission: "import.create" },
  { to: "/approvals", label: "nav-approvals", icon: CheckSquareOutlined, permission: "approval.list" },
  { to: "/findings", label: "nav-findings", icon: FileProtectOutlined, permission: "assigned_finding.list" },
  { to: "/audit", label: "nav-audit", icon: AuditOutlined, permission: "audit_entry.list" },
  { to: "/admin/users", label: "nav-users", icon: TeamOutlined, permission: "user.list" },
  {
    to: "/admin/departments",
    label: "nav-departments",
    icon: ApartmentOutlined,
    permission: "department.create",
  },
  { to: "/admin/access", label: "nav-access", icon: ControlOutlined, permission: "access_rules.read" },
  {
    to: "/emergency",
    label: "nav-emergency",
    icon: AlertOutlined,
    permission: ["break_glass.create", "break_glass.verify"],
  },
  { to: "/admin/outbox", label: "nav-outbox", icon: MailOutlined, permission: "message.list" },
  { to: "/admin/log", label: "nav-witnesses", icon: EyeOutlined, permission: "log_settings.read" },
  {
    to: "/admin/identity-providers",
    label: "nav-providers",
    icon: IdcardOutlined,
    permission: "identity_provider.list",
  },
  {
    to: "/admin/security",
    label: "nav-security",
    icon: SafetyCertificateOutlined,
    permission: "security_settings.read",
  },
  { to: "/admin/api-keys", label: "nav-api-keys", icon: KeyOutlined, permission: "api_key.list" },
  {
    to: "/admin/unused",
    label: "nav-unused",
    icon: ScissorOutlined,
    permission: "permission_usage.list",
  },
  {
    to: "/reviews",
    label: "nav-reviews",
    icon: FileDoneOutlined,
    permission: ["access_review.list", "access_review_line.update"],
  },
  { to: "/admin/keys", label: "nav-keys", icon: LockOutlined, permission: "key.read" },
  { to: "/docs", label: "nav-docs", icon: ApiOutlined, permission: null },
];

export function reachable(permissions: readonly string[]): Destination[] {
  return DESTINATIONS.filter(
    ({ permission }) => permission === null || [permission].flat().some((one) => permissions.includes(one)),
  );
}

/** A place in the navigation, whether a page of its own or the records of an object. */
export interface Place {
  to: Destination["to"] | `/${string}`;
  /** What it is called. */
  name: string;
  icon: Destination["icon"];
  /** What belongs together, under one heading. */
  group: "sales" | null;
}

/** The objects whose records a person may list. */
export function listable(objects: readonly ObjectInfo[], permissions: readonly string[]): ObjectInfo[] {
  return objects.filter(({ name }) => permissions.includes(`${name}.list`));
}

/** Everything in the navigation: customers, the records that belong to them, then the rest. */
export function placesOf(
  destinations: readonly Destination[],
  objects: readonly ObjectInfo[],
  words: { destination: (label: string) => string; object: (name: string) => string },
): Place[] {
  const place = ({ to, label, icon }: Destination): Place => ({
    to,
    name: words.destination(label),
    icon,
    group: to === "/customers" ? "sales" : null,
  });
  const records = objects.map(
    ({ name, path }): Place => ({
      to: `/${path}`,
      name: words.object(name),
      icon: iconOf(name),
      group: "sales",
    }),
  );
  const pages = destinations.map(place);
  const sales = pages.filter(({ group }) => group !== null);
  return [...sales, ...records, ...pages.filter(({ group }) => group === null)];
}

/** Where a person begins: the first destination that is theirs by permission, and not everybody's; null when there is none. */
export function homeOf(permissions: readonly string[]): Destination["to"] | null {
  const own = reachable(permissions).find(
    ({ to, permission }) => permission !== null && to !== "/approvals" && to !== "/findings",
  );
  return own?.to ?? null;
}
