import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { EngagementNotice } from "./EngagementNotice";

const TABS = [
  { to: "/audit", label: "audit-tab-entries", permission: "audit_entry.list" },
  { to: "/audit/charts", label: "audit-tab-charts", permission: "audit_entry.list" },
  { to: "/audit/sightings", label: "audit-tab-sightings", permission: "audit_entry.list" },
  { to: "/audit/findings", label: "audit-tab-findings", permission: "audit_finding.list" },
  { to: "/audit/rules", label: "audit-tab-rules", permission: "audit_rule.list" },
  { to: "/audit/years", label: "audit-tab-years", permission: "log_year.list" },
  { to: "/audit/external", label: "audit-tab-external", permission: "external_auditor.create" },
] as const;

/** The parts of the audit desk. */
export function AuditTabs() {
  const t = useT();
  const may = useMay();
  return (
    <>
      <nav className="desk-tabs" aria-label={t("audit-parts")}>
        {TABS.filter(({ permission }) => may(permission)).map(({ to, label }) => (
          <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }}>
            {t(label)}
          </Link>
        ))}
      </nav>
      <EngagementNotice />
    </>
  );
}
