import {
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  CheckSquareOutlined,
  ControlOutlined,
  EyeOutlined,
  FieldTimeOutlined,
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
    | "/admin/jobs"
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
  { to: "/admin/jobs", label: "nav-jobs", icon: FieldTimeOutlined, permission: "job.list" },
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

/** Where a person begins: the first destination that is theirs by permission, and not everybody's. */
export function homeOf(permissions: readonly string[]): Destination["to"] | "/account" {
  const own = reachable(permissions).find(
    ({ to, permission }) => permission !== null && to !== "/approvals" && to !== "/findings",
  );
  return own?.to ?? "/account";
}
