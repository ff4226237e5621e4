import type { AccessGrant, AccessRole, AccessRule, FieldReach } from "../../../api/types";

/** A grant that grants nothing yet. */
export function emptyGrant(object: string): AccessGrant {
  return { object, scope: "own", actions: [], fields: {}, other_fields: "masked" };
}

export function emptyRole(id: string, objects: string[]): AccessRole {
  const grants = objects.slice(0, 1).map((object) => ({ ...emptyGrant(object), actions: ["list", "read"] }));
  return { id, name: "", description: "", grants };
}

export function copyOf(role: AccessRole, id: string, name: string): AccessRole {
  return { ...role, id, name };
}

/** The grants with the one about an object replaced. One that grants nothing is none. */
export function withGrant(grants: AccessGrant[], grant: AccessGrant): AccessGrant[] {
  const others = grants.filter(({ object }) => object !== grant.object);
  return grant.actions.length === 0 ? others : [...others, grant];
}

/** An action granted, or no longer. */
export function withAction(grant: AccessGrant, action: string, granted: boolean): AccessGrant {
  const others = grant.actions.filter((one) => one !== action);
  return { ...grant, actions: granted ? [...others, action] : others };
}

/** The role without some of what it grants, by the names of permissions. */
export function withoutActions(role: AccessRole, permissions: readonly string[]): AccessRole {
  const kept = role.grants.map((grant) => ({
    ...grant,
    actions: grant.actions.filter((action) => !permissions.includes(`${grant.object}.${action}`)),
  }));
  return { ...role, grants: kept.filter(({ actions }) => actions.length > 0) };
}

/** Access to a field of its own; null for what all other fields have. */
export function withField(grant: AccessGrant, field: string, reach: FieldReach | null): AccessGrant {
  const { [field]: _, ...others } = grant.fields;
  return { ...grant, fields: reach === null ? others : { ...others, [field]: reach } };
}

/** The rules that name a role, in a form or in their text. */
export function rulesNaming(rules: AccessRule[], role: string): AccessRule[] {
  return rules.filter(({ form, text }) => form?.roles.includes(role) || text?.includes(role));
}
