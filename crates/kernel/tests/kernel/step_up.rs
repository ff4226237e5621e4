//! What needs a freshly proven factor: refused with the remedy where that, and only that, stands in the way.

use crate::support::*;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Action, Caller, DataScope, Denied, Facts, Origin, Policy, PolicySource, Remedy, Risk, Role,
    RoleSet, SessionLimits, Surroundings, actions,
};
use custos_values::Timestamp;
use proptest::prelude::*;

/// Exporting and giving away need a fresh factor; leads alone export; nobody removes; reading is free.
const TEXT: &str = r#"
@id("reach") permit (principal is User, action in [Action::"customer.read", Action::"customer.list", Action::"customer.assign"], resource)
when { context.relation == "own" || principal.data_scope == "all" };
@id("leads-export") permit (principal is User, action in [Action::"customer.export"], resource)
when { principal.roles.contains("sales_lead") };
@id("fresh") @remedy("step_up")
forbid (principal is User, action in [Action::"customer.export", Action::"customer.assign"], resource)
when { !context.fresh };
"#;

fn policy() -> Policy {
    Policy::load(&[PolicySource::new("test", TEXT)]).unwrap()
}

/// Somebody whose factor was proven `age` milliseconds ago, in a session that is now at `risk`.
fn proven(role: Role, scope: DataScope, age: i64, risk: Risk) -> Caller {
    let token = Token::generate(&Repeatable::new(1));
    let roles = RoleSet::new([role]).unwrap();
    let mut record = session(&token, roles, scope, Some(MINE));
    record.surroundings = Surroundings {
        risk,
        ..Surroundings::ORDINARY
    };
    let now = Timestamp::from_millis(age);
    record
        .authenticate(&token, Origin::default(), now, &SessionLimits::default())
        .unwrap()
}

const FRESH_MS: i64 = 5 * 60_000;

fn lead(age: i64, risk: Risk) -> Caller {
    proven(Role::SalesLead, DataScope::All, age, risk)
}

fn own() -> Facts<Customer> {
    Facts::owned(ORG, [5; 16], 1, Some(ME), Some(MINE))
}

fn far() -> Facts<Customer> {
    Facts::owned(ORG, [5; 16], 1, Some(SOMEBODY), Some(FAR))
}

fn asked<A: Action>(caller: &Caller, facts: &Facts<Customer>) -> Result<(), Option<Remedy>> {
    match policy().permit::<A, _>(caller, facts) {
        Ok(_) => Ok(()),
        Err(Denied { remedy, .. }) => Err(remedy),
    }
}

#[test]
fn freshness_ends_at_its_very_moment() {
    assert_eq!(
        asked::<actions::Assign>(&lead(FRESH_MS - 1, Risk::Low), &own()),
        Ok(())
    );
    assert_eq!(
        asked::<actions::Assign>(&lead(FRESH_MS, Risk::Low), &own()),
        Err(Some(Remedy::StepUp))
    );
}

#[test]
fn high_risk_is_never_fresh() {
    for (risk, expected) in [
        (Risk::Low, Ok(())),
        (Risk::Raised, Ok(())),
        (Risk::High, Err(Some(Remedy::StepUp))),
    ] {
        assert_eq!(asked::<actions::Assign>(&lead(1, risk), &own()), expected);
    }
}

#[test]
fn the_remedy_is_offered_only_where_it_would_turn_the_decision() {
    let stale = |role, scope| proven(role, scope, FRESH_MS, Risk::Low);
    let sales = stale(Role::Sales, DataScope::Own);
    let remedy = Err(Some(Remedy::StepUp));
    assert_eq!(asked::<actions::Assign>(&sales, &own()), remedy);
    // Not in reach, not their role, permitted to nobody, another organisation's: no factor would help.
    assert_eq!(asked::<actions::Assign>(&sales, &far()), Err(None));
    assert_eq!(asked::<actions::Export>(&sales, &own()), Err(None));
    let everything = stale(Role::SalesLead, DataScope::All);
    assert_eq!(asked::<actions::Delete>(&everything, &own()), Err(None));
    let foreign = Facts::owned(OTHER_ORG, [5; 16], 1, Some(ME), Some(MINE));
    assert_eq!(asked::<actions::Assign>(&everything, &foreign), Err(None));
    // What needs no fresh factor is permitted without.
    assert_eq!(asked::<actions::Read>(&sales, &own()), Ok(()));
}

#[test]
fn a_refused_scope_offers_it_too() {
    let scope = |caller: &Caller| {
        let scope = policy().scope::<actions::Export, Customer>(caller);
        scope.map(|scope| scope.is_all()).map_err(|d| d.remedy)
    };
    assert_eq!(scope(&lead(1, Risk::Low)), Ok(true));
    assert_eq!(scope(&lead(FRESH_MS, Risk::Low)), Err(Some(Remedy::StepUp)));
    let sales = proven(Role::Sales, DataScope::All, FRESH_MS, Risk::Low);
    assert_eq!(scope(&sales), Err(None));
}

#[test]
fn routes_and_buttons_are_told_as_if_fresh() {
    let (policy, stale) = (policy(), lead(FRESH_MS, Risk::High));
    assert!(policy.may_ever(&stale, "customer", "export"));
    assert!(!policy.may_ever(&stale, "customer", "delete"));
    let names = ["read", "assign", "export", "delete"];
    assert_eq!(
        policy.permitted(&stale, &own(), &names),
        ["read", "assign", "export"]
    );
}

#[test]
fn a_refusal_that_can_be_remedied_does_not_hide_the_record() {
    let stale = lead(FRESH_MS, Risk::Low);
    let denied = policy()
        .permit::<actions::Assign, _>(&stale, &far())
        .unwrap_err();
    assert!(denied.visible);
}

proptest! {
    /// A fresh factor never takes anything away, and the remedy is told exactly where it gives something.
    #[test]
    fn the_remedy_is_the_difference(
        role in prop::sample::select(vec![Role::Sales, Role::SalesLead, Role::SystemAdmin]),
        scope in prop::sample::select(vec![DataScope::Own, DataScope::All]),
        near in any::<bool>(),
        risk in prop::sample::select(vec![Risk::Low, Risk::Raised]),
    ) {
        let facts = || if near { own() } else { far() };
        let (stale, fresh) = (proven(role, scope, FRESH_MS, risk), proven(role, scope, 1, risk));
        macro_rules! check {
            ($($action:ident),+) => {$(
                let with = asked::<actions::$action>(&fresh, &facts());
                let without = asked::<actions::$action>(&stale, &facts());
                prop_assert!(with != Err(Some(Remedy::StepUp)));
                prop_assert_eq!(with.is_ok() && without.is_err(), without == Err(Some(Remedy::StepUp)));
                prop_assert!(with.is_ok() || without.is_err());
            )+};
        }
        check!(Read, Assign, Export, Delete);
    }
}
