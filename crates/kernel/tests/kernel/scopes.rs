//! A scope admits what single decisions permit, and describes exactly what it admits.

use crate::support::*;
use custos_kernel::policy::{
    Action, Caller, DataScope, Facts, Job, Resource, Role, RoleSet, Scope, actions,
};
use custos_values::{DepartmentId, OrgId, UserId};
use proptest::prelude::*;

fn any_caller() -> impl Strategy<Value = Caller> {
    let roles = prop::sample::select(vec![
        vec![],
        vec![Role::Sales],
        vec![Role::SalesLead],
        vec![Role::Sales, Role::SalesLead],
        vec![Role::AuditAdmin],
    ]);
    let scope = prop::sample::select(DataScope::ALL.to_vec());
    let department = prop::option::of(Just(MINE));
    let people = (roles, scope, department).prop_map(|(roles, scope, department)| {
        person_in(RoleSet::new(roles).unwrap(), scope, department)
    });
    let jobs = prop::sample::select(Job::ALL.to_vec()).prop_map(|job| Caller::system(job, ORG));
    prop_oneof![6 => people, 1 => jobs]
}

type Plain = (OrgId, Option<UserId>, Option<DepartmentId>);

fn any_facts() -> impl Strategy<Value = Plain> {
    (
        prop::sample::select(vec![ORG, ORG, ORG, OTHER_ORG]),
        prop::option::of(prop::sample::select(vec![ME, SOMEBODY])),
        prop::option::of(prop::sample::select(vec![MINE, BELOW, FAR])),
    )
}

fn facts<R: Resource>((org, owner, department): Plain) -> Facts<R> {
    Facts::owned(org, [5; 16], 1, owner, department)
}

/// What the description of a scope says, read as the store and the search read it.
fn described<A: Action, R: Resource>(scope: &Scope<A, R>, facts: &Facts<R>) -> bool {
    facts.org == scope.org()
        && (scope.is_all()
            || (facts.owner.is_some() && facts.owner == scope.owner())
            || facts
                .department
                .is_some_and(|d| scope.departments().contains(&d)))
}

fn check<A: Action, R: Resource>(caller: &Caller, plain: Plain, exact: bool) {
    let policy = sample();
    let facts = facts::<R>(plain);
    let permitted = policy.permit::<A, R>(caller, &facts).is_ok();
    let scope = policy.scope::<A, R>(caller);
    let admitted = scope
        .as_ref()
        .is_ok_and(|scope| scope.admit(&facts).is_some());
    let described = scope.as_ref().is_ok_and(|scope| described(scope, &facts));
    assert_eq!(admitted, described, "{caller:?} {plain:?}");
    if exact {
        assert_eq!(admitted, permitted, "{caller:?} {plain:?}");
    } else {
        assert!(permitted || !admitted, "{caller:?} {plain:?}");
    }
}

proptest! {
    #[test]
    fn a_scope_is_the_sum_of_single_decisions(caller in any_caller(), plain in any_facts()) {
        check::<actions::List, Customer>(&caller, plain, true);
        check::<actions::Read, Customer>(&caller, plain, true);
        check::<actions::Export, Customer>(&caller, plain, true);
        check::<actions::Index, Customer>(&caller, plain, true);
        check::<actions::Delete, Customer>(&caller, plain, true);
    }

    /// "Everything but my own" and "everything but elsewhere on top of all" cannot be said with owner, departments
    /// and all; the scope is then smaller, never larger.
    #[test]
    fn what_a_scope_cannot_say_it_leaves_out(caller in any_caller(), plain in any_facts()) {
        check::<actions::Verify, Ledger>(&caller, plain, false);
        check::<actions::Reveal, Customer>(&caller, plain, true);
    }
}

#[test]
fn each_data_scope_reaches_as_far_as_it_says() {
    let all = [
        (ORG, Some(ME), Some(FAR)),
        (ORG, Some(SOMEBODY), Some(MINE)),
        (ORG, Some(SOMEBODY), Some(BELOW)),
        (ORG, Some(SOMEBODY), Some(FAR)),
        (ORG, None, None),
    ];
    let reached = [1, 2, 3, 5];
    for (scope, expected) in DataScope::ALL.into_iter().zip(reached) {
        let caller = person(&[Role::Sales], scope);
        let scope = sample().scope::<actions::List, Customer>(&caller).unwrap();
        let admitted: Vec<bool> = all
            .iter()
            .map(|f| scope.admit(&facts(*f)).is_some())
            .collect();
        let expected: Vec<bool> = (0..all.len()).map(|i| i < expected).collect();
        assert_eq!(admitted, expected);
    }
}
