//! What does a decision cost with 200 policies?
//!
//! The sample features' rules and as many of an organisation's own as make 200 are in force, all about customers. Then many
//! people ask about many customers: as requests do, where most decisions were taken before, and with every decision new.
//! Beside them, in the same run, what is counted as the limit: Cedar alone, given one rule that decides. Prints medians,
//! 99th percentiles and ratios; asserts nothing. `DECISIONS` sets how many of each (50,000).
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods
)]

use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request};
use custos_kernel::policy::{
    Attributes, Circumstances, DataScope, Facts, Label, Level, Marking, OrganisationRule,
    OrganisationRules, Policy, PolicySource, Resource, Role, RoleSet, Standing, Subject,
};
use custos_values::{CustomRoleId, DepartmentId, OrgId, Timestamp, UserId};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A customer, as the customers' feature has it.
enum Customer {}

impl Resource for Customer {
    const TYPE: &'static str = "customer";
    const MARKED: bool = true;
}

const CUSTOMERS: PolicySource = PolicySource::new(
    "customers",
    include_str!("../../crm/src/customers/policy.cedar"),
);
const POLICIES: usize = 200;

fn org() -> OrgId {
    OrgId::from_bytes([1; 16])
}

/// Roles and rules as an organisation would have them: for departments, regions, hours and labels.
fn own_rules(count: usize) -> OrganisationRules {
    let rule = |nth: usize| {
        let (effect, condition) = match nth % 4 {
            0 => (
                "permit",
                format!(
                    "principal.roles.contains(\"{}\") && context.relation == \"own\"",
                    role(nth)
                ),
            ),
            1 => (
                "permit",
                format!(
                    "principal.roles.contains(\"{}\") && context.region == \"省{nth}\"",
                    role(nth)
                ),
            ),
            2 => (
                "forbid",
                format!("context.region == \"省{nth}\" && context.hour >= 22"),
            ),
            _ => (
                "forbid",
                format!(
                    "context.label >= 3 && context.device == \"unknown\" && principal.department == \"{nth}\""
                ),
            ),
        };
        OrganisationRule {
            id: format!("rule/{nth}"),
            text: format!(
                "{effect} (principal is User, action == Action::\"customer.read\", resource) when {{ {condition} }};"
            ),
        }
    };
    OrganisationRules {
        generation: 1,
        rules: (0..count).map(rule).collect(),
        field_labels: Vec::new(),
    }
}

fn role(nth: usize) -> CustomRoleId {
    CustomRoleId::from_bytes([(nth % 7) as u8; 16])
}

fn subject(nth: usize) -> Subject {
    let department = DepartmentId::from_bytes([(nth % 20) as u8 + 1; 16]);
    let mut standing = Standing::plain(
        RoleSet::new([Role::Sales]).unwrap(),
        [DataScope::Own, DataScope::Department][nth % 2],
        Some(department),
        Arc::default(),
    );
    let profile = Arc::make_mut(&mut standing.profile);
    profile.custom_roles = [role(nth)].into_iter().collect();
    profile.clearance = Label::of(Level::ALL[nth % 5]);
    let user = UserId::from_bytes([(nth % 200) as u8; 16]);
    Subject::new(
        org(),
        user,
        standing,
        Circumstances::ORDINARY,
        Timestamp::from_millis(0),
    )
}

fn customer(nth: usize, told_apart: usize) -> Facts<Customer> {
    let owner = UserId::from_bytes([(nth % 251) as u8; 16]);
    let department = DepartmentId::from_bytes([(nth % 23) as u8 + 1; 16]);
    let marking = Marking {
        label: Label::of(Level::ALL[nth % 3]),
        attributes: Attributes {
            region: Some(format!("省{}", nth % told_apart).into()),
            ..Attributes::default()
        },
        shares: Vec::new(),
    };
    Facts::owned(org(), [0; 16], 1, Some(owner), Some(department)).marked(Arc::new(marking))
}

/// Times each of many runs of something.
fn timed(name: &str, count: usize, mut run: impl FnMut(usize)) -> Duration {
    let mut times: Vec<Duration> = (0..count)
        .map(|nth| {
            let begun = Instant::now();
            run(nth);
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let (median, late) = (times[count / 2], times[count * 99 / 100]);
    println!(
        "{name:<44} {count:>7} times: median {:>8.2} us, 99th percentile {:>8.2} us",
        median.as_secs_f64() * 1e6,
        late.as_secs_f64() * 1e6
    );
    median
}

/// Cedar with one rule and nothing around it.
fn bare(count: usize) -> Duration {
    let rules: PolicySet =
        "permit (principal, action, resource) when { context.relation == \"own\" };"
            .parse()
            .unwrap();
    let uid = |text: &str| text.parse::<EntityUid>().unwrap();
    let context = Context::from_pairs([(
        "relation".to_owned(),
        cedar_policy::RestrictedExpression::new_string("own".to_owned()),
    )]);
    let (principal, action, resource) = (
        uid("User::\"u\""),
        uid("Action::\"a\""),
        uid("Resource::\"r\""),
    );
    let request = Request::new(principal, action, resource, context.unwrap(), None).unwrap();
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    timed("limit: Cedar, one rule, question ready", count, |_| {
        black_box(authorizer.is_authorized(&request, &rules, &entities));
    })
}

fn main() {
    let count = std::env::var("DECISIONS")
        .ok()
        .and_then(|it| it.parse().ok());
    let count: usize = count.unwrap_or(50_000);
    let policy = Policy::load(&[CUSTOMERS]).unwrap();
    let features = CUSTOMERS.text.matches("@id(").count();
    let own = own_rules(POLICIES - features);
    policy.adopt(org(), &own).unwrap();
    println!(
        "{features} rules of the feature and {} of the organisation",
        own.rules.len()
    );
    let limit = bare(count);
    let subjects: Vec<Subject> = (0..1_000).map(subject).collect();
    let ordinary: Vec<Facts<Customer>> = (0..5_000).map(|nth| customer(nth, 31)).collect();
    let asked = timed("as requests do", count, |nth| {
        let (who, what) = (&subjects[nth * 7 % 1_000], &ordinary[nth * 13 % 5_000]);
        black_box(policy.allows(who, "read", what));
    });
    let fresh: Vec<Facts<Customer>> = (0..count / 10)
        .map(|nth| customer(nth, usize::MAX))
        .collect();
    let new = timed("never asked before", fresh.len(), |nth| {
        black_box(policy.allows(&subjects[nth % 1_000], "read", &fresh[nth]));
    });
    let ratio = |it: Duration| it.as_secs_f64() / limit.as_secs_f64();
    println!(
        "of the limit: as requests do x{:.2}, never asked before x{:.2}",
        ratio(asked),
        ratio(new)
    );
}
