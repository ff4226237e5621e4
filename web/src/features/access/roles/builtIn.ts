import type { Role } from "../../../api/types";

const SALES = ["sales-own", "sales-in-scope", "sales-create-own", "shared-to-read", "shared-to-write"];
const LABELS = ["no-read-up", "no-write-down"];

/** The rules about customers that name a built-in role, as explanations name them. */
export const RULES_OF: Record<Role, readonly string[]> = {
  sales: [...SALES, "sales-share-their-own", "owners-ask-who-sees-their-customers", ...LABELS],
  sales_lead: [
    ...SALES,
    "lead-in-scope",
    "lead-shares-in-scope",
    "leads-ask-who-sees-customers-in-scope",
    "export-needs-a-fresh-factor",
    ...LABELS,
  ],
  system_admin: [],
  security_admin: ["security-admin-labels", "administrators-ask-who-sees-customers"],
  audit_admin: ["administrators-ask-who-sees-customers"],
  external_auditor: [],
};
