//! What a change of what an organisation allows, or of what a person holds, would do: for those who approve it.

use super::http::{RulesInput, read_draft};
use super::model::{LabelBody, People, PersonAccess, Rules};
use super::sql::Kind;
use crate::Access;
use crate::approvals::{Change, Describe, Described};
use custos_http::{Content, Problem};
use custos_kernel::policy::{Caller, Label, Measure};
use custos_values::UserId;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::str::FromStr;
use std::sync::{Arc, Weak};

struct OfRules(Weak<Access>);
struct OfPeople(Weak<Access>);

impl Access {
    /// Lets requests to change access be described.
    pub fn describe_own(self: &Arc<Self>) {
        let rules = Arc::new(OfRules(Arc::downgrade(self)));
        self.describe_by("access_rules_update", rules);
        let people = Arc::new(OfPeople(Arc::downgrade(self)));
        self.describe_by("access_people_update", people);
    }
}

fn gone<T>(access: Option<T>) -> Result<T, Problem> {
    access.ok_or_else(|| Problem::internal("shutting down"))
}

impl Describe for OfRules {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let access = gone(self.0.upgrade())?;
            let draft: RulesInput = serde_json::from_slice(&content.body)
                .map_err(|_| Problem::bad_request("request.malformed"))?;
            let draft = read_draft(draft);
            let problems = access.problems_of(caller, &draft);
            if !problems.is_empty() {
                return Err(Problem::invalid(problems));
            }
            let (before, _) = access.document::<Rules>(caller.org(), Kind::Rules).await?;
            Ok(Described {
                measure: Measure::default(),
                changes: changes(&before, &draft),
                ..Described::default()
            })
        }
        .boxed()
    }
}

/// Each list whose entries differ, with the names of what is made, changed and removed, and the texts of new rules.
fn changes(before: &Rules, after: &Rules) -> Vec<Change> {
    let mut all = Vec::new();
    let mut say = |label: String, names: Vec<String>| {
        if !names.is_empty() {
            all.push(Change::said(&label, names));
        }
    };
    for (kind, names) in [
        (
            "roles",
            Names::of(&before.roles, &after.roles, |it| (it.id, &it.name)),
        ),
        (
            "rules",
            Names::of(&before.rules, &after.rules, |it| (it.id, &it.name)),
        ),
    ] {
        say(format!("{kind}_made"), names.made);
        say(format!("{kind}_changed"), names.changed);
        say(format!("{kind}_removed"), names.removed);
    }
    let texts = after.in_force(0).rules.into_iter();
    let known = before.in_force(0).rules;
    let new = texts.filter(|rule| !known.contains(rule));
    say(
        "policy_text".to_owned(),
        new.map(|rule| rule.text).collect(),
    );
    if before.compartments != after.compartments {
        let names = |rules: &Rules| {
            let names = rules.compartments.iter().map(|it| it.name.clone());
            names.collect::<Vec<_>>()
        };
        all.push(Change::changed("compartments", names(before), names(after)));
    }
    if before.field_labels != after.field_labels {
        let labels = |rules: &Rules| {
            let labels = rules.field_labels.iter();
            let labels = labels.map(|it| format!("{}: {}", it.field, spelled(it.label.label())));
            labels.collect::<Vec<_>>()
        };
        all.push(Change::changed(
            "field_labels",
            labels(before),
            labels(after),
        ));
    }
    all
}

/// The names of what differs between two lists.
struct Names {
    made: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
}

impl Names {
    /// Compares by id; `of` gives id and name.
    fn of<T: PartialEq, I: PartialEq>(
        before: &[T],
        after: &[T],
        of: fn(&T) -> (I, &String),
    ) -> Self {
        let known = |list: &[T], it: &T| list.iter().position(|other| of(other).0 == of(it).0);
        let (mut made, mut changed) = (Vec::new(), Vec::new());
        for it in after {
            match known(before, it) {
                None => made.push(of(it).1.clone()),
                Some(nth) if before[nth] != *it => changed.push(of(it).1.clone()),
                Some(_) => {}
            }
        }
        let removed = before.iter().filter(|it| known(after, it).is_none());
        Self {
            made,
            changed,
            removed: removed.map(|it| of(it).1.clone()).collect(),
        }
    }
}

fn spelled(label: Label) -> String {
    let mut text = label.level.name().to_owned();
    for bit in label.compartments.iter() {
        text.push_str(&format!(" +{bit}"));
    }
    text
}

impl Describe for OfPeople {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let access = gone(self.0.upgrade())?;
            let user = content.target.split('/').nth(3).unwrap_or_default();
            let user = UserId::from_str(user).map_err(|_| Problem::not_found())?;
            let held: PersonAccess = serde_json::from_slice(&content.body)
                .map_err(|_| Problem::bad_request("request.malformed"))?;
            let accounts = access.people().all(caller.org()).await;
            let accounts = accounts.map_err(crate::AccessError::from)?;
            let account = accounts.get(&user).ok_or_else(Problem::not_found)?;
            let (rules, _) = access.document::<Rules>(caller.org(), Kind::Rules).await?;
            let (people, _) = access
                .document::<People>(caller.org(), Kind::People)
                .await?;
            let named = |held: &PersonAccess| {
                let names = rules.roles.iter();
                let names = names.filter(|role| held.custom_roles.contains(&role.id));
                names.map(|role| role.name.clone()).collect::<Vec<_>>()
            };
            let before = people.people.get(&user).cloned().unwrap_or(PersonAccess {
                custom_roles: Vec::new(),
                clearance: LabelBody::from(Label::default()),
            });
            Ok(Described {
                measure: Measure {
                    records: Some(1),
                    ..Measure::default()
                },
                changes: vec![
                    Change::said("account", [account.name.clone()]),
                    Change::changed("custom_roles", named(&before), named(&held)),
                    Change::changed(
                        "clearance",
                        [spelled(before.clearance.label())],
                        [spelled(held.clearance.label())],
                    ),
                ],
                ..Described::default()
            })
        }
        .boxed()
    }
}
