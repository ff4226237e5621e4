//! A second authoriser, simple and slow, against the real one with the rules about customers: over random people, records,
//! rules and circumstances it says the same for single records, for fields, for lists and in explanations.

mod cases;

use cases::{Case, Dice, Organisation, Person, VERBS};
use custos_kernel::policy::{
    Caller, DataScope, Facts, FieldAccess, FieldRule, Policy, PolicySource, Relation, Resource,
    Role, RoleSet, Share, Subject, actions,
};
use custos_values::OrgId;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The rules the product comes with.
const RULES: PolicySource = PolicySource::new(
    "customers",
    include_str!("../../../crm/src/customers/policy.cedar"),
);

#[derive(Debug)]
enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
    const MARKED: bool = true;
}

/// Fields there are: one that is masked, one that is not.
const FIELDS: [FieldRule; 2] = [
    FieldRule {
        name: "phone",
        category: "personal",
        masked: true,
    },
    FieldRule {
        name: "source",
        category: "none",
        masked: false,
    },
];

/// Random cases in a run.
const CASES: usize = 1_000_000;
/// Of so many of them one also has its explanations compared.
const EXPLAINED_ONE_IN: usize = 200;
/// Organisations with rules of their own.
const ORGS: usize = 24;
/// People there are. Each is asked about many records, as in life.
const PEOPLE: usize = 480;

/// What is meant, written as it would be told.
fn reference(case: &Case, organisation: &Organisation, verb: &str) -> bool {
    if case.foreign {
        return false;
    }
    let profile = &case.person.standing.profile;
    let relation = case.relation();
    let share = case.share();
    let lead = profile.roles.contains(Role::SalesLead);
    let sells = lead || profile.roles.contains(Role::Sales);
    let security = profile.roles.contains(Role::SecurityAdmin);
    let in_scope = match profile.data_scope {
        DataScope::All => true,
        DataScope::DepartmentTree => matches!(relation, Relation::Department | Relation::Below),
        DataScope::Department => relation == Relation::Department,
        DataScope::Own => false,
    };
    let own = relation == Relation::Own;
    let mut permitted = match verb {
        "list" | "read" => sells && (own || in_scope || share != Share::None),
        "update" | "reveal" => sells && (own || in_scope || share == Share::Write),
        "create" => (sells && own) || (lead && in_scope),
        "delete" | "assign" => lead && (own || in_scope),
        "share" => (sells && own) || (lead && in_scope),
        "classify" => (sells && own) || (lead && in_scope) || security,
        other => panic!("{other}"),
    };
    let administers = security || profile.roles.contains(Role::AuditAdmin);
    let employed = profile.roles.iter().next().is_some() || !profile.custom_roles.is_empty();
    if matches!(verb, "list" | "read" | "reveal") {
        permitted |= case.urgent() && employed && !administers;
    }
    let exclusive = profile
        .roles
        .iter()
        .any(|role| !matches!(role, Role::Sales | Role::SalesLead));
    let mut forbidden = false;
    for rule in &organisation.rules {
        if rule.applies(verb, case) {
            // An administrator, or somebody from outside, is given nothing by the organisation's own rules.
            permitted |= rule.permits && !exclusive;
            forbidden |= !rule.permits;
        }
    }
    let working = profile.working.meet(profile.clearance);
    let label = case.marking.label;
    let reads = matches!(
        verb,
        "list" | "read" | "update" | "delete" | "assign" | "reveal" | "share"
    );
    let writes = matches!(
        verb,
        "create" | "update" | "delete" | "assign" | "share" | "classify"
    );
    forbidden |= reads && !working.dominates(label);
    // A record is changed by writing into one of its fields, whose label may be higher.
    let mut written = label;
    if verb == "update" {
        for field in organisation.field_labels.iter().flatten() {
            written = written.join(*field);
        }
    }
    forbidden |= writes && !written.dominates(working);
    permitted && !forbidden
}

/// What is meant about the field of this number.
fn field_reference(case: &Case, organisation: &Organisation, number: usize) -> FieldAccess {
    let profile = &case.person.standing.profile;
    let roles = profile.roles;
    let sells = roles.contains(Role::Sales) || roles.contains(Role::SalesLead);
    let reached = match profile.data_scope {
        DataScope::All => true,
        DataScope::DepartmentTree => case.relation() != Relation::Elsewhere,
        DataScope::Department => matches!(case.relation(), Relation::Own | Relation::Department),
        DataScope::Own => case.relation() == Relation::Own,
    };
    let administers = roles.contains(Role::SecurityAdmin) || roles.contains(Role::AuditAdmin);
    let employed = roles != RoleSet::default() || !profile.custom_roles.is_empty();
    let urgent = case.urgent() && employed && !administers;
    let label = match organisation.field_labels[number] {
        Some(of_field) => case.marking.label.join(of_field),
        None => case.marking.label,
    };
    let working = profile.working.meet(profile.clearance);
    let shown = urgent || (sells && (reached || case.share() != Share::None));
    if case.foreign || !shown || !working.dominates(label) {
        return FieldAccess::Hidden;
    }
    let changed = sells && (reached || case.share() == Share::Write);
    match (changed && label.dominates(working), FIELDS[number].masked) {
        (true, _) => FieldAccess::Write,
        (false, true) => FieldAccess::Masked,
        (false, false) => FieldAccess::Read,
    }
}

/// The decision, and whether a list would have the record in it.
fn real(policy: &Policy, caller: &Caller, facts: &Facts<Customer>, verb: &str) -> (bool, bool) {
    macro_rules! ask {
        ($action:ty) => {{
            let single = policy.permit::<$action, _>(caller, facts).is_ok();
            let scope = policy.scope::<$action, Customer>(caller);
            let listed = scope.is_ok_and(|scope| scope.admit(facts).is_some());
            (single, listed)
        }};
    }
    match verb {
        "list" => ask!(actions::List),
        "read" => ask!(actions::Read),
        "create" => ask!(actions::Create),
        "update" => ask!(actions::Update),
        "delete" => ask!(actions::Delete),
        "assign" => ask!(actions::Assign),
        "reveal" => ask!(actions::Reveal),
        "share" => ask!(actions::Share),
        "classify" => ask!(actions::Classify),
        other => panic!("{other}"),
    }
}

#[test]
fn a_second_authoriser_agrees_about_records_lists_and_explanations() {
    let seed = RandomState::new().build_hasher().finish() | 1;
    eprintln!("seed {seed}");
    let mut dice = Dice(seed);
    let policy = Policy::load(&[RULES]).unwrap();
    let organisations: Vec<Organisation> = (0..ORGS)
        .map(|number| Organisation::random(&mut dice, number))
        .collect();
    for organisation in &organisations {
        policy
            .adopt(organisation.id, &organisation.rules())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
    }
    let elsewhere = OrgId::from_bytes([0; 16]);
    let (mut allowed, mut explained, mut written) = (0, 0, 0);
    let mut number = 0;
    let people: Vec<Person> = (0..PEOPLE)
        .map(|_| Person::random(&mut dice, &organisations))
        .collect();
    while number < CASES {
        let case = Case::random(&mut dice, &people);
        let explain = dice.chance(EXPLAINED_ONE_IN);
        let organisation = &organisations[case.person.org];
        let caller = case.caller(organisation.id);
        let facts = case.facts(if case.foreign {
            elsewhere
        } else {
            organisation.id
        });
        for (field, rule) in FIELDS.into_iter().enumerate() {
            let expected = field_reference(&case, organisation, field);
            let told = policy.field_access(&caller, &facts, rule);
            assert_eq!(
                told,
                expected,
                "seed {seed}: {} {:?} {:?} {:?} by {:?}",
                rule.name,
                case.relation(),
                case.share(),
                case.marking,
                case.person.standing.profile
            );
            written += usize::from(expected == FieldAccess::Write);
            number += 1;
        }
        for verb in VERBS {
            let expected = reference(&case, organisation, verb);
            let told = real(&policy, &caller, &facts, verb);
            let what = || {
                format!(
                    "seed {seed}: {verb} {:?} {:?} {:?} by {:?}",
                    case.relation(),
                    case.share(),
                    case.marking,
                    case.person.standing.profile
                )
            };
            assert_eq!(told, (expected, expected), "{}", what());
            if explain {
                let subject = Subject::of(&caller);
                let explained_as = policy.explain(&subject, verb, &facts, None, &BTreeSet::new());
                assert_eq!(explained_as.allowed, expected, "{}", what());
                assert!(!(explained_as.rules.is_empty() && expected), "{}", what());
                explained += 1;
            }
            allowed += usize::from(expected);
            number += 1;
        }
    }
    eprintln!("{number} cases, {allowed} allowed, {explained} explained, {written} fields written");
    // Neither side of the comparison is empty.
    assert!(allowed > CASES / 20 && allowed < CASES / 2, "{allowed}");
    assert!(written > CASES / 1_000, "{written}");
}
