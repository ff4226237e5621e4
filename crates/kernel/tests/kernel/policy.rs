//! How policies are loaded and what they decide.

use crate::support::*;
use custos_kernel::policy::{
    Action, Caller, Circumstances, DataScope, Facts, FieldAccess, FieldRule, Job, Policy,
    PolicyError, PolicySource, Relation, Role, RoleSet, actions,
};
use custos_values::{DepartmentId, OrgId, UserId};

fn facts(org: OrgId, owner: UserId, department: DepartmentId) -> Facts<Customer> {
    Facts::owned(org, [5; 16], 3, Some(owner), Some(department))
}

fn allows<A: Action>(caller: &Caller, facts: &Facts<Customer>) -> bool {
    sample().permit::<A, Customer>(caller, facts).is_ok()
}

fn load(text: &'static str) -> Result<Policy, PolicyError> {
    Policy::load(&[PolicySource::new("test", text)])
}

#[test]
fn what_no_rule_permits_is_denied() {
    let lead = person(&[Role::SalesLead], DataScope::All);
    let mine = facts(ORG, ME, MINE);
    assert!(allows::<actions::Read>(&lead, &mine));
    assert!(!allows::<actions::Delete>(&lead, &mine));
    assert!(!allows::<actions::Read>(
        &person(&[Role::SystemAdmin], DataScope::All),
        &mine
    ));
    assert!(!allows::<actions::Read>(
        &person(&[], DataScope::All),
        &mine
    ));
    let nothing = Policy::load(&[]).unwrap();
    assert!(
        nothing
            .permit::<actions::Read, Customer>(&lead, &mine)
            .is_err()
    );
}

#[test]
fn a_permit_says_what_was_decided() {
    let caller = person(&[Role::Sales], DataScope::Own);
    let permit = sample()
        .permit::<actions::Read, _>(&caller, &facts(ORG, ME, FAR))
        .unwrap();
    assert_eq!(permit.record(), &[5; 16]);
    assert_eq!(permit.version(), 3);
    assert_eq!(permit.org(), ORG);
    assert_eq!(permit.action(), "customer.read");
    assert_eq!(permit.caller().user_id(), Some(ME));
}

#[test]
fn a_refusal_tells_whether_the_record_may_be_known() {
    let caller = person(&[Role::Sales], DataScope::Department);
    let refused = |facts| {
        sample()
            .permit::<actions::Delete, _>(&caller, &facts)
            .unwrap_err()
    };
    let known = refused(facts(ORG, SOMEBODY, MINE));
    assert!(known.visible);
    assert_eq!(
        (known.action.as_str(), known.record),
        ("customer.delete", Some([5; 16]))
    );
    assert!(!refused(facts(ORG, SOMEBODY, FAR)).visible);
    assert!(!refused(facts(OTHER_ORG, ME, MINE)).visible);
}

#[test]
fn forbid_wins_over_permit() {
    let caller = person(&[Role::SalesLead], DataScope::All);
    assert!(allows::<actions::Reveal>(
        &caller,
        &facts(ORG, SOMEBODY, BELOW)
    ));
    assert!(allows::<actions::Read>(&caller, &facts(ORG, SOMEBODY, FAR)));
    assert!(!allows::<actions::Reveal>(
        &caller,
        &facts(ORG, SOMEBODY, FAR)
    ));
}

#[test]
fn another_organisation_is_out_of_reach_even_if_everything_is_permitted() {
    let text = r#"@id("all") permit (principal, action in [Action::"customer.read", Action::"customer.field_read"], resource);"#;
    let policy = load(text).unwrap();
    let field = FieldRule {
        name: "name",
        category: "none",
        masked: false,
    };
    let foreign = facts(OTHER_ORG, ME, MINE);
    for caller in [
        person(&[Role::SalesLead], DataScope::All),
        Caller::system(Job::Indexer, ORG),
    ] {
        assert!(
            policy
                .permit::<actions::Read, _>(&caller, &facts(ORG, ME, MINE))
                .is_ok()
        );
        assert!(
            policy
                .permit::<actions::Read, _>(&caller, &foreign)
                .is_err()
        );
        assert_eq!(
            policy.field_access(&caller, &foreign, field),
            FieldAccess::Hidden
        );
        let scope = policy.scope::<actions::Read, Customer>(&caller).unwrap();
        assert!(scope.admit(&foreign).is_none());
    }
    let roles = RoleSet::default();
    let told = policy.explain_role(
        (roles, DataScope::All),
        "customer",
        "read",
        Relation::Foreign,
        Circumstances::ORDINARY,
    );
    assert!(!told.allowed);
}

#[test]
fn a_rule_that_cannot_be_evaluated_denies() {
    let caller = person(&[Role::SalesLead], DataScope::All);
    assert!(!allows::<actions::Assign>(&caller, &facts(ORG, ME, MINE)));
    assert!(
        sample()
            .scope::<actions::Assign, Customer>(&caller)
            .is_err()
    );
}

#[test]
fn jobs_have_rules_of_their_own() {
    let any = facts(ORG, SOMEBODY, FAR);
    for job in Job::ALL {
        let expected = job == Job::Indexer;
        assert_eq!(
            allows::<actions::Read>(&Caller::system(job, ORG), &any),
            expected
        );
    }
}

#[test]
fn the_deciding_rules_are_named_with_their_feature() {
    let roles = RoleSet::new([Role::SalesLead]).unwrap();
    let ask = |relation| {
        sample().explain_role(
            (roles, DataScope::All),
            "customer",
            "reveal",
            relation,
            Circumstances::ORDINARY,
        )
    };
    assert_eq!(ask(Relation::Own).rules, ["sample/reach"]);
    assert_eq!(
        ask(Relation::Elsewhere).rules,
        ["sample/no-reveal-elsewhere"]
    );
    assert!(!ask(Relation::Elsewhere).allowed);
}

#[test]
fn rules_without_a_name_of_their_own_are_refused() {
    let unnamed = r#"permit (principal, action == Action::"customer.read", resource);"#;
    assert!(matches!(
        load(unnamed),
        Err(PolicyError::Unnamed { feature: "test" })
    ));
    let twice = r#"@id("a") permit (principal, action == Action::"customer.read", resource);
                   @id("a") forbid (principal, action == Action::"customer.list", resource);"#;
    assert!(matches!(load(twice), Err(PolicyError::Unnamed { .. })));
    let source = PolicySource::new(
        "other",
        r#"@id("reach") permit (principal, action == Action::"customer.delete", resource);"#,
    );
    assert!(Policy::load(&[SAMPLE, source]).is_ok());
    assert!(matches!(
        Policy::load(&[SAMPLE, SAMPLE]),
        Err(PolicyError::Unnamed { .. })
    ));
}

#[test]
fn a_rule_about_no_action_in_particular_is_refused_rather_than_passed_over() {
    for text in [
        r#"@id("a") forbid (principal, action, resource);"#,
        r#"@id("a") permit (principal, action in [], resource);"#,
        r#"@id("a") forbid (principal == ?principal, action == Action::"customer.read", resource);"#,
    ] {
        assert!(
            matches!(load(text), Err(PolicyError::Unbounded { .. })),
            "{text}"
        );
    }
    assert!(matches!(load("permit ("), Err(PolicyError::Syntax { .. })));
}

#[test]
fn fields_are_hidden_masked_read_or_written() {
    let policy = sample();
    let field = |category, masked| FieldRule {
        name: "field",
        category,
        masked,
    };
    let sales = person(&[Role::Sales], DataScope::Own);
    let lead = person(&[Role::SalesLead], DataScope::Own);
    let (own, far) = (facts(ORG, ME, MINE), facts(ORG, SOMEBODY, FAR));
    let access = |caller, facts, rule| policy.field_access(caller, facts, rule);
    assert_eq!(
        access(&sales, &own, field("sensitive", true)),
        FieldAccess::Hidden
    );
    assert_eq!(
        access(&lead, &own, field("sensitive", true)),
        FieldAccess::Masked
    );
    assert_eq!(
        access(&sales, &own, field("personal", false)),
        FieldAccess::Read
    );
    assert_eq!(
        access(&sales, &own, field("none", false)),
        FieldAccess::Write
    );
    assert_eq!(
        access(&sales, &far, field("none", false)),
        FieldAccess::Read
    );
    let ever = |rule| policy.field_access_ever::<Customer>(&sales, rule);
    assert_eq!(ever(field("none", false)), FieldAccess::Write);
    assert_eq!(ever(field("sensitive", false)), FieldAccess::Hidden);
}

#[test]
fn a_route_opens_if_any_record_could_be_reached() {
    let (policy, sales) = (sample(), person(&[Role::Sales], DataScope::Own));
    assert!(policy.may_ever(&sales, "customer", "read"));
    assert!(!policy.may_ever(&sales, "customer", "export"));
    assert!(!policy.may_ever(&sales, "customer", "assign"));
    assert!(!policy.may_ever(&sales, "customer", "no_such_action"));
}

#[test]
fn somebody_from_outside_reaches_a_closed_list_whatever_is_permitted() {
    let text = r#"@id("all") permit (principal, action in [Action::"customer.read", Action::"audit_entry.list"], resource);"#;
    let policy = load(text).unwrap();
    let (outsider, colleague) = (
        person(&[Role::ExternalAuditor], DataScope::All),
        person(&[Role::AuditAdmin], DataScope::All),
    );
    let mine = facts(ORG, ME, MINE);
    for (caller, reads) in [(&outsider, false), (&colleague, true)] {
        let read = policy.permit::<actions::Read, Customer>(caller, &mine);
        assert_eq!(read.is_ok(), reads);
        assert_eq!(
            policy.scope::<actions::Read, Customer>(caller).is_ok(),
            reads
        );
        assert_eq!(policy.may_ever(caller, "customer", "read"), reads);
        assert!(policy.may_ever(caller, "audit_entry", "list"));
    }
}
