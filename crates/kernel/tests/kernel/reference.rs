//! The sample policy written a second time, as plain conditions, and compared with the engine over every question
//! there is.

use crate::support::sample;
use custos_kernel::policy::{Circumstances, DataScope, Relation, Role, RoleSet};

const ACTIONS: [&str; 14] = [
    "list",
    "read",
    "create",
    "update",
    "delete",
    "assign",
    "reveal",
    "export",
    "import",
    "grant",
    "verify",
    "index",
    "field_read",
    "field_write",
];

fn within_reach(scope: DataScope, relation: Relation) -> bool {
    let width = |relation| match relation {
        Relation::Own => 0,
        Relation::Department => 1,
        Relation::Below => 2,
        Relation::Elsewhere => 3,
        Relation::Foreign => 4,
    };
    let reach = match scope {
        DataScope::Own => 0,
        DataScope::Department => 1,
        DataScope::DepartmentTree => 2,
        DataScope::All => 3,
    };
    width(relation) <= reach
}

fn expected(
    roles: RoleSet,
    scope: DataScope,
    resource: &str,
    action: &str,
    relation: Relation,
) -> bool {
    let lead = roles.contains(Role::SalesLead);
    let sells = lead || roles.contains(Role::Sales);
    let reached = sells && within_reach(scope, relation);
    // Nothing of this sample is among what somebody from outside can reach.
    if relation == Relation::Foreign || roles.contains(Role::ExternalAuditor) {
        return false;
    }
    match (resource, action) {
        ("customer", "list" | "read" | "update") => reached,
        ("customer", "reveal") => reached && relation != Relation::Elsewhere,
        ("customer", "export") => lead,
        ("ledger", "verify") => relation != Relation::Own,
        _ => false,
    }
}

#[test]
fn the_engine_decides_as_the_reference_everywhere() {
    let policy = sample();
    let role_sets: Vec<RoleSet> = (0_u32..1 << Role::ALL.len())
        .filter_map(|bits| {
            RoleSet::new(
                Role::ALL
                    .into_iter()
                    .filter(|r| bits & (1 << *r as u32) != 0),
            )
            .ok()
        })
        .collect();
    assert_eq!(role_sets.len(), 8);
    let mut asked = 0;
    for roles in role_sets {
        for scope in DataScope::ALL {
            for resource in ["customer", "ledger", "nothing"] {
                for action in ACTIONS {
                    for relation in Relation::WITHIN.into_iter().chain([Relation::Foreign]) {
                        let told = policy.explain_role(
                            (roles, scope),
                            resource,
                            action,
                            relation,
                            Circumstances::ORDINARY,
                        );
                        let expected = expected(roles, scope, resource, action, relation);
                        assert_eq!(
                            told.allowed, expected,
                            "{roles:?} {scope:?} {resource}.{action} {relation:?}"
                        );
                        asked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(asked, 8 * 4 * 3 * 14 * 5);
}
