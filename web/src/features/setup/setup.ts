import { toApiError } from "../../api/problem";

/** The accounts a new installation needs, in the order they are asked for. */
export const FIRST_ROLES = ["system_admin", "security_admin", "audit_admin", "sales_lead"] as const;

export interface SetupUser {
  name: string;
  login: string;
  password: string;
}

export interface SetupValues {
  setup_code: string;
  organisation_name: string;
  users: SetupUser[];
}

/** The step that shows what the server refused: the first that holds a refused field. */
export function stepOfField(error: unknown): number {
  const { code, fields } = toApiError(error);
  if (fields.some(({ field }) => !field.startsWith("users"))) return 0;
  if (fields.length > 0) return 1;
  return code.startsWith("setup.code") ? 0 : 2;
}
