//! Why a decision is as it is: what alone would turn it round, and that asking for somebody says what asking oneself does.

use crate::support::*;
use custos_kernel::policy::{
    Assurance, Caller, Change, Circumstances, DataScope, DeviceStanding, Facts, FieldRule, Hours,
    Label, Level, Marking, NetworkZone, Policy, Profile, Purpose, Relation, Risk, Role, RoleSet,
    Share, Standing, Subject,
};
use custos_values::{CustomRoleId, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

const TEXT: &str = r#"
@id("reach") permit (principal is User, action == Action::"file.read", resource)
when { principal.roles.contains("sales") && (context.relation == "own" || principal.data_scope == "all" || context.share != "none") };
@id("up") forbid (principal is User, action in [Action::"file.read", Action::"file.field_read"], resource)
when { context.reads_up };
@id("fresh") forbid (principal is User, action == Action::"file.delete", resource) when { !context.fresh };
@id("leads") permit (principal is User, action == Action::"file.delete", resource)
when { principal.roles.contains("sales_lead") };
@id("bound") permit (principal is User, action == Action::"file.assign", resource)
when { context.assurance == "phishing_resistant" && context.device == "registered" };
@id("inside") permit (principal is User, action == Action::"file.update", resource)
when { context.network == "trusted" || context.hours == "outside" || context.risk == "high" || context.purpose == "service" };
@id("held") forbid (principal is User, action == Action::"file.export", resource) when { !context.approved };
@id("export") permit (principal is User, action == Action::"file.export", resource);
@id("field") permit (principal is User, action == Action::"file.field_read", resource) when { context.category == "none" };
@id("own-role") permit (principal is User, action == Action::"file.reveal", resource)
when { principal.roles.contains("3c3c3c3c-3c3c-3c3c-3c3c-3c3c3c3c3c3c") };
"#;

const OWN_ROLE: CustomRoleId = CustomRoleId::from_bytes([60; 16]);
const OTHER_ROLE: CustomRoleId = CustomRoleId::from_bytes([61; 16]);

fn policy() -> Policy {
    of_files(TEXT)
}

fn subject(role: Role, scope: DataScope, change: impl FnOnce(&mut Circumstances)) -> Subject {
    let mut standing = Standing::plain(
        RoleSet::new([role]).unwrap(),
        scope,
        Some(MINE),
        Arc::new([BELOW].into()),
    );
    standing.profile = Arc::new(Profile {
        clearance: Label::of(Level::Confidential),
        working: Label::of(Level::Internal),
        custom_roles: [OTHER_ROLE].into(),
        ..(*standing.profile).clone()
    });
    let mut around = Circumstances::ORDINARY;
    change(&mut around);
    Subject::new(ORG, ME, standing, around, Timestamp::from_millis(1))
}

fn file(relation: Relation, level: Level) -> Facts<File> {
    let marking = Marking {
        label: Label::of(level),
        ..Marking::default()
    };
    let (owner, department) = match relation {
        Relation::Own => (ME, FAR),
        Relation::Department => (SOMEBODY, MINE),
        Relation::Below => (SOMEBODY, BELOW),
        Relation::Elsewhere | Relation::Foreign => (SOMEBODY, FAR),
    };
    let org = match relation {
        Relation::Foreign => OTHER_ORG,
        _ => ORG,
    };
    Facts::owned(org, [5; 16], 1, Some(owner), Some(department)).marked(Arc::new(marking))
}

/// The decision, the rules and what would turn it round, as they are shown.
fn told(
    subject: &Subject,
    action: &'static str,
    facts: &Facts<File>,
) -> (bool, Vec<String>, Vec<String>) {
    let roles = BTreeSet::from([OWN_ROLE]);
    let explained = policy().explain(subject, action, facts, None, &roles);
    let codes = explained.changes.iter().map(|change| {
        let (what, to) = change.codes();
        format!("{what} {to}").trim_end().to_owned()
    });
    (explained.allowed, explained.rules, codes.collect())
}

#[test]
fn a_refusal_is_told_with_whatever_alone_would_turn_it() {
    let sales = subject(Role::Sales, DataScope::Own, |_| {});
    let far = file(Relation::Elsewhere, Level::Internal);
    let (allowed, rules, changes) = told(&sales, "read", &far);
    assert_eq!((allowed, rules), (false, vec![]));
    assert_eq!(
        changes,
        [
            "relation own",
            "share read",
            "share write",
            "data_scope all"
        ]
    );
    let (allowed, rules, changes) = told(&sales, "delete", &far);
    assert_eq!((allowed, rules), (false, vec![]));
    assert_eq!(changes, ["role sales_lead"]);
    let (_, _, changes) = told(&sales, "reveal", &far);
    assert_eq!(changes, [format!("custom_role {OWN_ROLE}")]);
    let (_, _, changes) = told(&sales, "update", &far);
    assert_eq!(
        changes,
        [
            "network trusted",
            "hours outside",
            "risk high",
            "purpose service"
        ]
    );
    // Two things at once are no single change.
    assert_eq!(told(&sales, "assign", &far).2, [""; 0]);
    let registered = subject(Role::Sales, DataScope::Own, |around| {
        around.device = DeviceStanding::Registered;
    });
    assert_eq!(
        told(&registered, "assign", &far).2,
        ["assurance phishing_resistant"]
    );
    let bound = subject(Role::Sales, DataScope::Own, |around| {
        around.assurance = Assurance::PhishingResistant;
    });
    assert_eq!(told(&bound, "assign", &far).2, ["device registered"]);
    let stale = subject(Role::SalesLead, DataScope::Own, |around| {
        around.fresh = false;
    });
    let (allowed, rules, changes) = told(&stale, "delete", &far);
    assert_eq!((allowed, rules), (false, vec!["files/fresh".to_owned()]));
    assert_eq!(changes, ["step_up"]);
}

#[test]
fn a_permission_is_told_with_what_it_hangs_on() {
    let sales = subject(Role::Sales, DataScope::Own, |_| {});
    let (allowed, rules, changes) = told(&sales, "read", &file(Relation::Own, Level::Internal));
    assert_eq!((allowed, rules), (true, vec!["files/reach".to_owned()]));
    assert_eq!(
        changes,
        [
            "relation department",
            "relation below",
            "relation elsewhere",
            "without_role sales"
        ]
    );
    let outside = subject(Role::Sales, DataScope::Own, |around| {
        around.hours = Hours::Outside;
    });
    let (_, _, changes) = told(&outside, "update", &file(Relation::Own, Level::Internal));
    assert_eq!(changes, ["hours inside"]);
    let owner = Subject::of(&person(&[Role::Sales], DataScope::Own));
    let facts = file(Relation::Own, Level::Internal);
    let before = policy().explain(&owner, "read", &facts, None, &BTreeSet::new());
    assert_eq!(before.allowed, policy().allows(&owner, "read", &facts));
}

/// A role held that lets somebody in is told as one to be without; which it is stands in its code.
#[test]
fn roles_of_the_organisation_are_told_by_their_ids() {
    let mut standing = Standing::plain(RoleSet::default(), DataScope::Own, None, Arc::default());
    standing.profile = Arc::new(Profile {
        custom_roles: [OWN_ROLE].into(),
        ..Profile::default()
    });
    let at = Timestamp::from_millis(1);
    let holder = Subject::new(ORG, ME, standing, Circumstances::ORDINARY, at);
    let (allowed, _, changes) = told(&holder, "reveal", &file(Relation::Own, Level::Internal));
    assert!(allowed);
    assert!(changes.contains(&format!("without_custom_role {OWN_ROLE}")));
}

#[test]
fn a_label_in_the_way_is_told_as_one_to_work_at_or_to_be_cleared_for() {
    let sales = subject(Role::Sales, DataScope::Own, |_| {});
    for (level, change) in [
        (Level::Public, None),
        (Level::Internal, None),
        (
            Level::Confidential,
            Some(Change::WorkingLabel(Label::of(Level::Confidential))),
        ),
        (
            Level::Secret,
            Some(Change::Clearance(Label::of(Level::Secret))),
        ),
    ] {
        let facts = file(Relation::Own, level);
        let explained = policy().explain(&sales, "read", &facts, None, &BTreeSet::new());
        assert_eq!(explained.allowed, change.is_none(), "{level:?}");
        let Some(change) = change else { continue };
        assert_eq!(explained.rules, ["files/up"]);
        assert_eq!(explained.changes, std::slice::from_ref(&change));
        let (what, to) = change.codes();
        assert!(["working_label", "clearance"].contains(&what));
        assert_eq!(to, level.name());
    }
}

#[test]
fn a_field_is_explained_by_the_rules_about_fields() {
    let sales = subject(Role::Sales, DataScope::Own, |_| {});
    let facts = file(Relation::Elsewhere, Level::Internal);
    let of = |category| {
        let field = FieldRule {
            name: "name",
            category,
            masked: false,
        };
        let explained =
            policy().explain(&sales, "field_read", &facts, Some(field), &BTreeSet::new());
        (explained.allowed, explained.rules)
    };
    assert_eq!(of("none"), (true, vec!["files/field".to_owned()]));
    assert_eq!(of("personal"), (false, vec![]));
}

#[test]
fn nothing_turns_a_refusal_about_another_organisations_record() {
    let sales = subject(Role::Sales, DataScope::All, |_| {});
    let (allowed, rules, changes) = told(&sales, "read", &file(Relation::Foreign, Level::Public));
    assert_eq!((allowed, rules, changes), (false, vec![], vec![]));
}

/// A subject is somebody as they are, and what is said of them is what they are told themselves.
#[test]
fn asking_for_somebody_says_what_asking_oneself_does() {
    let policy = policy();
    let caller: Caller = person(&[Role::Sales], DataScope::Own);
    let subject = Subject::of(&caller);
    assert_eq!(subject.org(), ORG);
    assert_eq!(subject.user(), Some(ME));
    assert_eq!(subject.department(), Some(MINE));
    assert_eq!(subject.a_department_below(), Some(BELOW));
    for relation in [
        Relation::Own,
        Relation::Department,
        Relation::Below,
        Relation::Elsewhere,
        Relation::Foreign,
    ] {
        let facts = file(relation, Level::Internal);
        assert_eq!(subject.bearing(&facts), (relation, Share::None));
        let permit = policy.permit::<custos_kernel::policy::actions::Read, _>(&caller, &facts);
        let allowed = policy.allows(&subject, "read", &facts);
        assert_eq!(allowed, permit.is_ok(), "{relation:?}");
        assert_eq!(allowed, relation == Relation::Own);
        assert_eq!(
            policy.decision(&subject, "read", &facts).allowed,
            allowed,
            "{relation:?}"
        );
    }
    for action in ["read", "delete", "export", "nothing"] {
        assert_eq!(
            policy.subject_may_ever(&subject, "file", action),
            policy.may_ever(&caller, "file", action)
        );
    }
    assert!(policy.subject_may_ever(&subject, "file", "read"));
    assert!(!policy.subject_may_ever(&subject, "file", "delete"));
}

/// Who may do something is asked of many at once, as if others had approved.
#[test]
fn whether_others_would_have_to_approve_is_left_aside() {
    let policy = policy();
    let sales = subject(Role::Sales, DataScope::Own, |_| {});
    let facts = file(Relation::Own, Level::Internal);
    assert!(!policy.allows(&sales, "export", &facts));
    let decision = policy.decision(&sales, "export", &facts);
    assert!(decision.allowed);
    assert_eq!(decision.rules, ["files/export"]);
}

#[test]
fn every_change_has_codes_of_its_own() {
    let of = [
        Change::Relation(Relation::Own),
        Change::Share(Share::Read),
        Change::StepUp,
        Change::WorkingLabel(Label::of(Level::Secret)),
        Change::Clearance(Label::of(Level::Secret)),
        Change::Role(Role::Sales),
        Change::WithoutRole(Role::Sales),
        Change::CustomRole(OWN_ROLE),
        Change::WithoutCustomRole(OWN_ROLE),
        Change::DataScope(DataScope::All),
        Change::Assurance(Assurance::Multi),
        Change::Device(DeviceStanding::Registered),
        Change::Network(NetworkZone::Trusted),
        Change::Hours(Hours::Outside),
        Change::Risk(Risk::High),
        Change::Purpose(Purpose::Service),
    ];
    let names: BTreeSet<&str> = of.iter().map(|change| change.codes().0).collect();
    assert_eq!(names.len(), of.len());
}
