//! Rules an organisation adds: what they may say, what is wrong with those that are refused, and whom they hold for.

use crate::support::*;
use custos_kernel::policy::{
    Attributes, Caller, DataScope, Facts, Label, Level, Marking, OrganisationRule,
    OrganisationRules, Policy, Role, RuleProblem, actions,
};
use custos_values::OrgId;
use std::sync::Arc;

/// Reading and writing may be granted, removing may not.
const TEXT: &str = r#"
@id("own") @grantable permit (principal is User, action in [Action::"file.read", Action::"file.update", Action::"file.field_read"], resource)
when { context.relation == "own" };
@id("keep") forbid (principal is User, action == Action::"file.delete", resource);
@id("indexer") permit (principal == Job::"indexer", action == Action::"file.index", resource);
"#;

fn policy() -> Policy {
    of_files(TEXT)
}

fn rules(generation: i64, texts: &[&str]) -> OrganisationRules {
    let rule = |(number, text): (usize, &&str)| OrganisationRule {
        id: format!("rule/{number}"),
        text: (*text).to_owned(),
    };
    OrganisationRules {
        generation,
        rules: texts.iter().enumerate().map(rule).collect(),
        field_labels: Vec::new(),
    }
}

fn problems(texts: &[&str]) -> Vec<RuleProblem> {
    policy()
        .adopt(ORG, &rules(1, texts))
        .err()
        .unwrap_or_default()
}

fn sales() -> Caller {
    person(&[Role::Sales], DataScope::All)
}

fn elsewhere(org: OrgId, marking: Marking) -> Facts<File> {
    Facts::owned(org, [5; 16], 1, Some(SOMEBODY), Some(FAR)).marked(Arc::new(marking))
}

fn reads(policy: &Policy, caller: &Caller, marking: Marking) -> bool {
    let facts = elsewhere(ORG, marking);
    policy.permit::<actions::Read, _>(caller, &facts).is_ok()
}

const READ: &str = r#"permit (principal is User, action == Action::"file.read", resource);"#;

#[test]
fn what_may_be_granted_is_what_the_features_mark() {
    let policy = policy();
    let grantable: Vec<_> = policy.grantable().into_iter().collect();
    assert_eq!(grantable, ["file.field_read", "file.read", "file.update"]);
    // Rules about fields make no permit.
    let actions: Vec<_> = policy.actions().into_iter().collect();
    assert_eq!(
        actions,
        ["file.delete", "file.index", "file.read", "file.update"]
    );
}

#[test]
fn each_rule_that_goes_too_far_is_refused_with_the_reason() {
    let long = format!("// {}\n{READ}", "x".repeat(16 * 1024));
    let not_grantable = r#"permit (principal is User, action == Action::"file.delete", resource);"#;
    for (text, code, detail) in [
        ("permit (", "rule.syntax", None),
        (&long[..], "rule.too_long", Some("16384")),
        ("", "rule.not_one", Some("")),
        (&READ.repeat(2), "rule.not_one", Some("")),
        (
            r#"permit (principal == ?principal, action == Action::"file.read", resource);"#,
            "rule.not_one",
            Some(""),
        ),
        (
            r#"permit (principal, action == Action::"file.read", resource);"#,
            "rule.principal",
            Some(""),
        ),
        (
            r#"permit (principal is Job, action == Action::"file.read", resource);"#,
            "rule.principal",
            Some(""),
        ),
        (
            "permit (principal is User, action, resource);",
            "rule.actions",
            Some(""),
        ),
        (not_grantable, "rule.not_grantable", Some("file.delete")),
        (
            r#"permit (principal is User, action == Action::"file.index", resource);"#,
            "rule.not_grantable",
            Some("file.index"),
        ),
        (
            r#"permit (principal is User, action == Action::"file.read", resource) when { context.region > 3 };"#,
            "rule.types",
            None,
        ),
        // Only a rule about fields may ask for one.
        (
            r#"permit (principal is User, action == Action::"file.read", resource) when { context.field == "name" };"#,
            "rule.types",
            None,
        ),
    ] {
        let found = problems(&[READ, text]);
        assert!(!found.is_empty(), "{text:.100}");
        for problem in found {
            assert_eq!((&*problem.rule, problem.code), ("rule/1", code));
            assert!(detail.is_none_or(|detail| detail == problem.detail));
            assert!(detail.is_some() || !problem.detail.is_empty());
        }
    }
    let about_field = r#"permit (principal is User, action == Action::"file.field_read", resource) when { context.field == "name" && !context.masked };"#;
    assert_eq!(problems(&[READ, about_field]), []);
    let longest = format!("//{}\n{READ}", "x".repeat(16 * 1024 - 3 - READ.len()));
    assert_eq!(longest.len(), 16 * 1024);
    assert_eq!(problems(&[&longest]), []);
}

/// Whoever writes rules is shown where the mistake is.
#[test]
fn a_mistake_is_told_with_its_place() {
    let text = r#"permit (principal is User, action == Action::"file.read", resurce);"#;
    let found = problems(&[text]);
    let places: Vec<_> = found.iter().filter_map(|problem| problem.place).collect();
    assert!(!places.is_empty(), "{found:?}");
    for (start, end) in places {
        assert_eq!(&text[start..end], "resurce");
    }
}

#[test]
fn an_organisation_has_so_many_rules_and_no_more() {
    let many = |count| vec![READ; count];
    assert_eq!(problems(&many(2_000)), []);
    let found = problems(&many(2_001));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&*found[0].rule, found[0].code, &*found[0].detail),
        ("", "rule.too_many", "2000")
    );
}

#[test]
fn adopted_rules_hold_for_their_organisation_alone_and_the_newer_stay() {
    let policy = policy();
    let nothing = Marking::default;
    assert_eq!(
        (policy.generation(ORG), policy.own_text(ORG)),
        (0, String::new())
    );
    assert!(!reads(&policy, &sales(), nothing()));
    policy.adopt(ORG, &rules(2, &[READ])).unwrap();
    assert!(reads(&policy, &sales(), nothing()));
    assert_eq!(
        (policy.generation(ORG), policy.generation(OTHER_ORG)),
        (2, 0)
    );
    let scope = policy.scope::<actions::Read, File>(&sales()).unwrap();
    assert_eq!(scope.generation(), 2);
    assert_eq!(policy.own_text(OTHER_ORG), "");
    // Older ones that arrive late do not come back; those that are wrong change nothing.
    for older in [1, 0] {
        policy.adopt(ORG, &rules(older, &[])).unwrap();
    }
    policy.adopt(ORG, &rules(3, &["permit ("])).unwrap_err();
    assert_eq!(policy.generation(ORG), 2);
    assert!(reads(&policy, &sales(), nothing()));
    // The same generation again, as after a restart.
    policy.adopt(ORG, &rules(2, &[])).unwrap();
    assert!(!reads(&policy, &sales(), nothing()));
    // A decision under way goes on by the old ones.
    let facts = elsewhere(ORG, nothing());
    assert!(scope.admit(&facts).is_some());
    // The first ones hold whatever their generation.
    policy.adopt(OTHER_ORG, &rules(0, &[READ])).unwrap();
    assert_ne!(policy.own_text(OTHER_ORG), "");
    // What is below 0 gives way to anything.
    policy.adopt(ORG, &rules(-1, &[READ])).unwrap();
    assert_eq!(policy.generation(ORG), -1);
    policy.adopt(ORG, &rules(0, &[])).unwrap();
    assert_eq!(policy.generation(ORG), 0);
}

#[test]
fn rules_are_tried_out_without_anybody_else_seeing_them() {
    let policy = policy();
    let proposed = policy.proposed(ORG, &rules(1, &[READ])).unwrap();
    assert!(reads(&proposed, &sales(), Marking::default()));
    assert!(!reads(&policy, &sales(), Marking::default()));
    assert!(policy.proposed(ORG, &rules(1, &["permit ("])).is_err());
}

/// What an auditor needs to decide again.
#[test]
fn the_rules_in_force_are_told_by_name_with_the_labels_of_fields() {
    let policy = policy();
    let secret = Label {
        level: Level::Secret,
        compartments: custos_kernel::policy::Compartments::from_bits(0b101),
    };
    let own = OrganisationRules {
        field_labels: vec![(("file".to_owned(), "name".to_owned()), secret)],
        ..rules(1, &[&format!("\n{READ}\n\n")])
    };
    policy.adopt(ORG, &own).unwrap();
    assert_eq!(
        policy.own_text(ORG),
        format!("// rule/0\n{READ}\n\n// label of file.name: secret [0, 2]\n")
    );
}

/// A rule that asks for what a record holds opens the route, though no record is at hand that tells.
#[test]
fn a_route_opens_for_records_that_only_a_rule_knows() {
    let region = |name: &str| Marking {
        attributes: Attributes {
            region: Some(name.into()),
            ..Attributes::default()
        },
        ..Marking::default()
    };
    let secret = Marking {
        label: Label::of(Level::Secret),
        ..Marking::default()
    };
    for (condition, right, wrong) in [
        (
            r#"context.region == "北京市""#,
            region("北京市"),
            region("上海市"),
        ),
        // Names of actions are no values, and values that look like the beginning of one are.
        (
            r#"context.region == "北京市" && action == Action::"file.update""#,
            region("北京市"),
            region("上海市"),
        ),
        (
            r#"context.region == "北京::""#,
            region("北京::"),
            region("北京市"),
        ),
        ("context.label >= 3", secret, Marking::default()),
        (
            r#"context.status == "won" && context.value == "a""#,
            Marking {
                attributes: Attributes {
                    region: None,
                    value: Some("a".into()),
                    status: Some("won".into()),
                },
                ..Marking::default()
            },
            Marking::default(),
        ),
    ] {
        let policy = policy();
        let none = person(&[], DataScope::Own);
        // What is one's own would open it anyhow.
        let text = format!(
            r#"permit (principal is User, action == Action::"file.update", resource) when {{ {condition} && context.relation == "elsewhere" }};"#
        );
        let held = r#"forbid (principal is User, action == Action::"file.update", resource) when { context.relation == "own" };"#;
        policy.adopt(ORG, &rules(1, &[held])).unwrap();
        assert!(!policy.may_ever(&none, "file", "update"), "{condition}");
        policy.adopt(ORG, &rules(2, &[held, &text])).unwrap();
        assert!(policy.may_ever(&none, "file", "update"), "{condition}");
        let updates = |marking| {
            let facts = elsewhere(ORG, marking);
            policy.permit::<actions::Update, _>(&none, &facts).is_ok()
        };
        assert!(updates(right), "{condition}");
        assert!(!updates(wrong), "{condition}");
    }
}

/// What a rule asks of the moment and of the purpose is told apart, also by what is kept of decisions.
#[test]
fn rules_see_the_moment_and_the_purpose() {
    use custos_kernel::crypto::Token;
    use custos_kernel::policy::{Moment, Origin, Purpose, RoleSet, SessionLimits, Surroundings};
    use custos_values::Timestamp;
    let asking = |weekday, hour, purpose| {
        let token = Token::generate(&Repeatable::new(1));
        let roles = RoleSet::new([Role::Sales]).unwrap();
        let mut record = session(&token, roles, DataScope::Own, None);
        record.surroundings = Surroundings {
            moment: Moment { weekday, hour },
            purpose,
            ..Surroundings::ORDINARY
        };
        let now = Timestamp::from_millis(1);
        let limits = SessionLimits::default();
        record
            .authenticate(&token, Origin::default(), now, &limits)
            .unwrap()
    };
    let everyday = (1, 10, Purpose::Unstated);
    for (condition, right, wrong) in [
        ("context.weekday > 5", (6, 10, Purpose::Unstated), everyday),
        (
            "context.hour < 8",
            (1, 7, Purpose::Unstated),
            (1, 8, Purpose::Unstated),
        ),
        (
            r#"context.purpose == "service""#,
            (1, 10, Purpose::Service),
            (1, 10, Purpose::Sales),
        ),
    ] {
        let policy = policy();
        let text = format!(
            r#"permit (principal is User, action == Action::"file.read", resource) when {{ {condition} }};"#
        );
        policy.adopt(ORG, &rules(1, &[&text])).unwrap();
        for ((weekday, hour, purpose), permitted) in [(wrong, false), (right, true), (wrong, false)]
        {
            let caller = asking(weekday, hour, purpose);
            assert_eq!(
                reads(&policy, &caller, Marking::default()),
                permitted,
                "{condition}"
            );
        }
    }
}

/// No rule of the organisation's gives an administrator a second duty; one that forbids holds for them, too.
#[test]
fn an_administrator_is_given_nothing_and_refused_what_is_forbidden() {
    let policy = policy();
    let held = r#"forbid (principal is User, action == Action::"file.update", resource);"#;
    policy.adopt(ORG, &rules(1, &[READ, held])).unwrap();
    let admin = person(&[Role::SecurityAdmin], DataScope::All);
    let own = Facts::<File>::owned(ORG, [5; 16], 1, Some(ME), None).marked(Arc::default());
    assert!(reads(&policy, &sales(), Marking::default()));
    assert!(!reads(&policy, &admin, Marking::default()));
    for caller in [&sales(), &admin] {
        assert!(policy.permit::<actions::Read, _>(caller, &own).is_ok());
        assert!(policy.permit::<actions::Update, _>(caller, &own).is_err());
    }
}
