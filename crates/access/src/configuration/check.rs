//! What is wrong with a document, by the fields of the form it comes from.

use super::catalogue::ObjectItem;
use super::model::{Grant, LabelBody, OwnRole, OwnRule, People, RuleForm, Rules};
use crate::Someone;
use custos_http::FieldProblem;
use custos_kernel::policy::{Compartments, Policy, Role, RuleProblem};
use custos_values::{OrgId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Most roles of an organisation, and most compartments there can be.
const ROLES: usize = 200;
/// Most rules.
const RULES: usize = 500;
/// Most grants of a role.
const GRANTS: usize = 20;
/// Most entries of a list in a rule's form.
const CHOICES: usize = 200;
/// Most teams.
const TEAMS: usize = 1_000;
/// Most people in a team.
const MEMBERS: usize = 5_000;
/// Most characters of a name, and of a description.
const NAME: usize = 60;
const DESCRIPTION: usize = 500;

struct Problems(Vec<FieldProblem>);

impl Problems {
    fn add(&mut self, field: String, code: &'static str) {
        self.0.push(FieldProblem::new(field, code));
    }

    fn beyond(&mut self, field: String, len: usize, most: usize) {
        if len > most {
            self.0
                .push(FieldProblem::new(field, "list.too_long").with("max", most));
        }
    }

    fn named<'a>(&mut self, list: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (nth, name) in names.enumerate() {
            let field = || format!("{list}[{nth}].name");
            if name.trim().is_empty() {
                self.add(field(), "field.required");
            } else if name.chars().count() > NAME {
                let long = FieldProblem::new(field(), "text.too_long").with("max", NAME);
                self.0.push(long);
            } else if !seen.insert(name.trim().to_lowercase()) {
                self.add(field(), "access.name.taken");
            }
        }
    }

    fn described(&mut self, field: String, text: &str) {
        if text.chars().count() > DESCRIPTION {
            let long = FieldProblem::new(field, "text.too_long").with("max", DESCRIPTION);
            self.0.push(long);
        }
    }

    fn label(&mut self, field: String, label: &LabelBody) {
        if label
            .compartments
            .iter()
            .any(|bit| *bit >= Compartments::MOST)
        {
            self.add(field, "access.compartment");
        }
    }

    fn unique<T: Ord>(&mut self, list: &str, ids: impl Iterator<Item = T>) {
        let mut seen = BTreeSet::new();
        for (nth, id) in ids.enumerate() {
            if !seen.insert(id) {
                self.add(format!("{list}[{nth}].id"), "access.id.taken");
            }
        }
    }
}

/// Everything that is wrong with what an organisation would allow by itself.
pub(super) fn problems(
    rules: &Rules,
    org: OrgId,
    policy: &Policy,
    objects: &[ObjectItem],
) -> Vec<FieldProblem> {
    let mut found = Problems(Vec::new());
    found.beyond("roles".to_owned(), rules.roles.len(), ROLES);
    found.beyond("rules".to_owned(), rules.rules.len(), RULES);
    let bits = usize::from(Compartments::MOST);
    found.beyond("compartments".to_owned(), rules.compartments.len(), bits);
    if !found.0.is_empty() {
        return found.0;
    }
    found.named("roles", rules.roles.iter().map(|it| it.name.as_str()));
    found.named("rules", rules.rules.iter().map(|it| it.name.as_str()));
    let names = rules.compartments.iter().map(|it| it.name.as_str());
    found.named("compartments", names);
    found.unique("roles", rules.roles.iter().map(|it| it.id));
    found.unique("rules", rules.rules.iter().map(|it| it.id));
    found.unique("compartments", rules.compartments.iter().map(|it| it.bit));
    for (nth, compartment) in rules.compartments.iter().enumerate() {
        if compartment.bit >= Compartments::MOST {
            found.add(format!("compartments[{nth}].bit"), "access.compartment");
        }
    }
    for (nth, role) in rules.roles.iter().enumerate() {
        of_role(&mut found, &format!("roles[{nth}]"), role, objects);
    }
    let own: BTreeSet<String> = rules.roles.iter().map(|role| role.id.to_string()).collect();
    for (nth, rule) in rules.rules.iter().enumerate() {
        of_rule(&mut found, &format!("rules[{nth}]"), rule, objects, &own);
    }
    for (nth, labelled) in rules.field_labels.iter().enumerate() {
        let at = format!("field_labels[{nth}]");
        if !has_field(objects, &labelled.object, &labelled.field) {
            found.add(format!("{at}.field"), "choice.unknown");
        }
        found.label(format!("{at}.label"), &labelled.label);
    }
    if found.0.is_empty()
        && let Err(problems) = policy.proposed(org, &rules.all())
    {
        let placed = problems.into_iter().map(|problem| placed(rules, problem));
        found.0.extend(placed);
    }
    found.0
}

fn has_field(objects: &[ObjectItem], object: &str, field: &str) -> bool {
    let mut of_object = objects.iter().filter(|it| it.name == object);
    of_object.any(|it| it.fields.iter().any(|known| known.name == field))
}

fn of_role(found: &mut Problems, at: &str, role: &OwnRole, objects: &[ObjectItem]) {
    found.described(format!("{at}.description"), &role.description);
    found.beyond(format!("{at}.grants"), role.grants.len(), GRANTS);
    if role.grants.is_empty() {
        found.add(format!("{at}.grants"), "field.required");
    }
    for (nth, grant) in role.grants.iter().enumerate() {
        of_grant(found, &format!("{at}.grants[{nth}]"), grant, objects);
    }
}

fn of_grant(found: &mut Problems, at: &str, grant: &Grant, objects: &[ObjectItem]) {
    let Some(object) = objects.iter().find(|it| it.name == grant.object) else {
        return found.add(format!("{at}.object"), "choice.unknown");
    };
    if !grant
        .actions
        .iter()
        .all(|action| object.actions.contains(action))
    {
        found.add(format!("{at}.actions"), "choice.unknown");
    }
    for field in grant.fields.keys() {
        if !has_field(objects, &grant.object, field) {
            found.add(format!("{at}.fields.{field}"), "choice.unknown");
        }
    }
}

fn of_rule(
    found: &mut Problems,
    at: &str,
    rule: &OwnRule,
    objects: &[ObjectItem],
    own: &BTreeSet<String>,
) {
    found.described(format!("{at}.description"), &rule.description);
    match (&rule.form, &rule.text) {
        (Some(form), None) => of_form(found, &format!("{at}.form"), form, objects, own),
        (None, Some(text)) if text.trim().is_empty() => {
            found.add(format!("{at}.text"), "field.required");
        }
        (None, Some(_)) => {}
        _ => found.add(format!("{at}.form"), "field.required"),
    }
}

/// Names of built-in roles that rules may be about.
const BUILT_IN: [&str; 2] = ["sales", "sales_lead"];

fn of_form(
    found: &mut Problems,
    at: &str,
    form: &RuleForm,
    objects: &[ObjectItem],
    own: &BTreeSet<String>,
) {
    let Some(object) = objects.iter().find(|it| it.name == form.object) else {
        return found.add(format!("{at}.object"), "choice.unknown");
    };
    let knows =
        |action: &String| object.actions.contains(action) || object.field_actions.contains(action);
    if form.actions.is_empty() {
        found.add(format!("{at}.actions"), "field.required");
    } else if !form.actions.iter().all(knows) {
        found.add(format!("{at}.actions"), "choice.unknown");
    }
    let of_fields = form
        .actions
        .iter()
        .all(|action| action.starts_with("field_"));
    let known_fields = form
        .fields
        .iter()
        .all(|field| has_field(objects, &form.object, field));
    if !form.fields.is_empty() && !of_fields {
        found.add(format!("{at}.fields"), "access.rule.fields");
    } else if !known_fields {
        found.add(format!("{at}.fields"), "choice.unknown");
    }
    let role = |role: &String| BUILT_IN.contains(&role.as_str()) || own.contains(role);
    if !form.roles.iter().all(role) {
        found.add(format!("{at}.roles"), "choice.unknown");
    }
    let when = &form.when;
    let closed: [(&str, &[String], &[&str]); 8] = [
        (
            "relations",
            &when.relations,
            &["own", "department", "below", "elsewhere"],
        ),
        ("shares", &when.shares, &["none", "read", "write"]),
        ("hours", &when.hours, &["inside", "outside"]),
        ("networks", &when.networks, &["trusted", "other"]),
        (
            "devices",
            &when.devices,
            &["unknown", "recognised", "registered"],
        ),
        (
            "assurances",
            &when.assurances,
            &["single", "multi", "phishing_resistant"],
        ),
        ("risks", &when.risks, &["low", "raised", "high"]),
        (
            "purposes",
            &when.purposes,
            &[
                "unstated",
                "sales",
                "service",
                "contract",
                "finance",
                "compliance",
            ],
        ),
    ];
    for (name, given, choices) in closed {
        if !given.iter().all(|it| choices.contains(&it.as_str())) {
            found.add(format!("{at}.when.{name}"), "choice.unknown");
        }
    }
    let lists = [
        ("roles", form.roles.len()),
        ("departments", form.departments.len()),
        ("when.regions", when.regions.len()),
        ("when.values", when.values.len()),
        ("when.statuses", when.statuses.len()),
    ];
    for (name, len) in lists {
        found.beyond(format!("{at}.{name}"), len, CHOICES);
    }
    if !when.weekdays.iter().all(|day| (1..=7).contains(day)) {
        found.add(format!("{at}.when.weekdays"), "choice.unknown");
    }
    let hour = |hour: Option<u8>, last| hour.is_none_or(|hour| hour <= last);
    if !hour(when.hour_from, 23) || !hour(when.hour_to, 24) {
        found.add(format!("{at}.when.hour_from"), "access.rule.hours");
    } else if when.hour_from.is_some() && when.hour_from == when.hour_to {
        found.add(format!("{at}.when.hour_to"), "access.rule.hours");
    }
}

/// What the engine says is wrong, at the rule or role it is about.
fn placed(rules: &Rules, problem: RuleProblem) -> FieldProblem {
    let mut parts = problem.rule.split('/');
    let (kind, id) = (parts.next(), parts.next().unwrap_or_default());
    let field = match kind {
        Some("rule") => {
            let nth = rules.rules.iter().position(|it| it.id.to_string() == id);
            nth.map(|nth| format!("rules[{nth}].text"))
        }
        Some("role") => {
            let nth = rules.roles.iter().position(|it| it.id.to_string() == id);
            nth.map(|nth| format!("roles[{nth}].grants"))
        }
        _ => None,
    };
    let (start, end) = match problem.place {
        Some((start, end)) => (start.to_string(), end.to_string()),
        None => (String::new(), String::new()),
    };
    FieldProblem::new(field.unwrap_or_else(|| "rules".to_owned()), problem.code)
        .with("detail", problem.detail)
        .with("start", start)
        .with("end", end)
}

/// Everything that is wrong with who would hold what.
pub(crate) fn checked_people(
    people: &People,
    rules: &Rules,
    known: &BTreeMap<UserId, Someone>,
) -> Vec<FieldProblem> {
    let mut found = Problems(Vec::new());
    found.beyond("teams".to_owned(), people.teams.len(), TEAMS);
    if !found.0.is_empty() {
        return found.0;
    }
    found.named("teams", people.teams.iter().map(|it| it.name.as_str()));
    found.unique("teams", people.teams.iter().map(|it| it.id));
    for (nth, team) in people.teams.iter().enumerate() {
        let field = format!("teams[{nth}].members");
        if !team.members.iter().all(|member| known.contains_key(member)) {
            found.add(field.clone(), "user.unknown");
        }
        found.beyond(field, team.members.len(), MEMBERS);
    }
    for (user, held) in &people.people {
        found.label("clearance".to_owned(), &held.clearance);
        let roles = rules.roles.iter().map(|role| role.id);
        let roles: BTreeSet<_> = roles.collect();
        if !held.custom_roles.iter().all(|role| roles.contains(role)) {
            found.add("custom_roles".to_owned(), "access.role.unknown");
        }
        let administers = known
            .get(user)
            .is_some_and(|it| it.roles.iter().any(Role::is_exclusive));
        if administers && !held.custom_roles.is_empty() {
            found.add("custom_roles".to_owned(), "access.administrator");
        }
    }
    found.0
}
