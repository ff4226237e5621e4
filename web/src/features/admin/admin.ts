import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { DataScope, Department, Role } from "../../api/types";

export const ROLES: readonly Role[] = [
  "sales",
  "sales_lead",
  "system_admin",
  "security_admin",
  "audit_admin",
];
export const DATA_SCOPES: readonly DataScope[] = ["own", "department", "department_tree", "all"];

const ADMINISTRATORS: ReadonlySet<Role> = new Set<Role>(["system_admin", "security_admin", "audit_admin"]);

/**
 * Whether a role cannot be added to those chosen: an administrator is nothing else besides. A hint for the form only;
 * the server refuses the combination whatever the form allows.
 */
export function conflicts(role: Role, chosen: readonly Role[]): boolean {
  return chosen.some((other) => other !== role && (ADMINISTRATORS.has(other) || ADMINISTRATORS.has(role)));
}

export function usersQuery(limit: number, cursor: string | undefined) {
  return queryOptions({
    queryKey: ["users", limit, cursor],
    queryFn: () => body(api.GET("/users", { params: { query: { limit, cursor } } })),
  });
}

export const departmentsQuery = queryOptions({
  queryKey: ["departments"],
  queryFn: () => body(api.GET("/departments")),
});

export interface Branch extends Department {
  children: Branch[];
}

/** The departments as a tree. One whose parent is not in the list stands at the top, so that none is lost. */
export function treeOf(departments: Department[]): Branch[] {
  const branches = new Map(
    departments.map((department) => [department.id, { ...department, children: [] as Branch[] }]),
  );
  const top: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branch.parent_id == null ? undefined : branches.get(branch.parent_id);
    (parent?.children ?? top).push(branch);
  }
  return top;
}

/** The tree flattened for a select, each name indented by its depth. */
export function departmentOptions(departments: Department[]): { value: string; label: string }[] {
  const walk = (branches: Branch[], depth: number): { value: string; label: string }[] =>
    branches.flatMap(({ id, name, children }) => [
      { value: id, label: `${"\u3000".repeat(depth)}${name}` },
      ...walk(children, depth + 1),
    ]);
  return walk(treeOf(departments), 0);
}
