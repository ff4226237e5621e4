//! Roles and rules as policies of the engine.

use super::form::{policy, quoted, set};
use super::model::{FieldReach, Grant, OwnRole, OwnRule, RuleEffect, Rules};
use custos_kernel::policy::{DataScope, OrganisationRule, OrganisationRules};

impl Rules {
    /// The rules in force, as the engine takes them.
    pub fn in_force(&self, generation: i64) -> OrganisationRules {
        self.compiled(generation, |rule| rule.enabled)
    }

    /// The same with the rules that are switched off, for finding out what is wrong with them.
    pub(super) fn all(&self) -> OrganisationRules {
        self.compiled(0, |_| true)
    }

    fn compiled(&self, generation: i64, which: impl Fn(&OwnRule) -> bool) -> OrganisationRules {
        let roles = self.roles.iter().flat_map(OwnRole::compiled);
        let rules = self.rules.iter().filter(|rule| which(rule));
        let rules = rules.map(|rule| OrganisationRule {
            id: format!("rule/{}", rule.id),
            text: rule.cedar(),
        });
        let labels = self.field_labels.iter().map(|it| {
            let key = (it.object.clone(), it.field.clone());
            (key, it.label.label())
        });
        OrganisationRules {
            generation,
            rules: roles.chain(rules).collect(),
            field_labels: labels.collect(),
        }
    }
}

impl OwnRule {
    /// The rule as Cedar text.
    pub(super) fn cedar(&self) -> String {
        match (&self.form, &self.text) {
            (Some(form), _) => form.cedar(),
            (None, text) => text.clone().unwrap_or_default(),
        }
    }
}

impl OwnRole {
    /// A rule for each grant, named `role/<id>/<number>`, and for what it reaches of fields.
    pub(super) fn compiled(&self) -> Vec<OrganisationRule> {
        let grants = self.grants.iter().enumerate();
        grants
            .flat_map(|(number, grant)| {
                let id = format!("role/{}/{number}", self.id);
                self.grant(&id, grant)
            })
            .collect()
    }

    fn grant(&self, id: &str, grant: &Grant) -> Vec<OrganisationRule> {
        let mut held = vec![format!(
            "principal.roles.contains({})",
            quoted(&self.id.to_string())
        )];
        held.extend(reach(grant.scope));
        let mut all = Vec::new();
        if !grant.actions.is_empty() {
            all.push(OrganisationRule {
                id: id.to_owned(),
                text: policy(RuleEffect::Permit, &grant.object, &grant.actions, &held),
            });
        }
        for (action, counts) in OF_FIELDS {
            let Some(fields) = fields(grant, counts) else {
                continue;
            };
            let conditions: Vec<String> = held.iter().cloned().chain(fields).collect();
            all.push(OrganisationRule {
                id: format!("{id}/{action}"),
                text: policy(RuleEffect::Permit, &grant.object, &[action], &conditions),
            });
        }
        all
    }
}

/// Whether a reach is far enough for something.
type Enough = fn(FieldReach) -> bool;

/// What may be done with fields, and by which reach.
const OF_FIELDS: [(&str, Enough); 3] = [
    ("field_read", |reach| reach > FieldReach::Hidden),
    ("field_clear", |reach| reach == FieldReach::Read),
    ("field_write", |reach| reach == FieldReach::Write),
];

/// The condition for a data scope; none for all records.
fn reach(scope: DataScope) -> Option<String> {
    let relations: &[&str] = match scope {
        DataScope::Own => &["own"],
        DataScope::Department => &["own", "department"],
        DataScope::DepartmentTree => &["own", "department", "below"],
        DataScope::All => return None,
    };
    Some(format!("{}.contains(context.relation)", set(relations)))
}

/// The condition for the fields whose reach counts, if there are any: named ones, or all but named ones.
fn fields(grant: &Grant, counts: Enough) -> Option<Option<String>> {
    let named = |which: bool| {
        let names = grant.fields.iter();
        let names: Vec<&String> = names
            .filter(|(_, reach)| counts(**reach) == which)
            .map(|(name, _)| name)
            .collect();
        names
    };
    let contains = |names: Vec<&String>| format!("{}.contains(context.field)", set(names));
    if counts(grant.other_fields) {
        let but = named(false);
        return Some((!but.is_empty()).then(|| format!("!{}", contains(but))));
    }
    let only = named(true);
    (!only.is_empty()).then(|| Some(contains(only)))
}
