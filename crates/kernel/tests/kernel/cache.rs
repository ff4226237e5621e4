//! The cache answers as the engine does.

use crate::support::*;
use custos_kernel::policy::{Circumstances, DataScope, Facts, Relation, Role, RoleSet, actions};
use proptest::prelude::*;

fn record(relation: Relation) -> Facts<Customer> {
    let (owner, department) = match relation {
        Relation::Own => (ME, FAR),
        Relation::Department => (SOMEBODY, MINE),
        Relation::Below => (SOMEBODY, BELOW),
        Relation::Elsewhere | Relation::Foreign => (SOMEBODY, FAR),
    };
    Facts::owned(ORG, [5; 16], 1, Some(owner), Some(department))
}

type Question = (usize, DataScope, Relation, &'static str);

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let one = (
        0_usize..3,
        prop::sample::select(DataScope::ALL.to_vec()),
        prop::sample::select(Relation::WITHIN.to_vec()),
        prop::sample::select(vec!["read", "reveal", "export", "assign", "delete"]),
    );
    prop::collection::vec(one, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// `explain_role` never looks into the cache; in whatever order questions come, cached answers agree with it.
    #[test]
    fn asked_in_any_order_and_again(questions in questions()) {
        let policy = sample();
        for _ in 0..2 {
            for (roles, scope, relation, action) in &questions {
                let roles = [&[][..], &[Role::Sales], &[Role::SalesLead]][*roles];
                let caller = person(roles, *scope);
                let facts = record(*relation);
                let answer = match *action {
                    "read" => policy.permit::<actions::Read, _>(&caller, &facts).is_ok(),
                    "reveal" => policy.permit::<actions::Reveal, _>(&caller, &facts).is_ok(),
                    "export" => policy.permit::<actions::Export, _>(&caller, &facts).is_ok(),
                    "assign" => policy.permit::<actions::Assign, _>(&caller, &facts).is_ok(),
                    _ => policy.permit::<actions::Delete, _>(&caller, &facts).is_ok(),
                };
                let roles = RoleSet::new(roles.iter().copied()).unwrap();
                let engine = policy.explain_role((roles, *scope), "customer", action, *relation, Circumstances::ORDINARY);
                prop_assert_eq!(answer, engine.allowed);
            }
        }
    }
}
