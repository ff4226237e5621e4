//! Rules an organisation adds to those of the features: read, checked and confined to what may be granted.
//!
//! What an organisation writes can neither reach the work of administrators nor the jobs of the server: it speaks about
//! people, and about actions that a rule of a feature marks `@grantable`.

use super::Label;
use super::snapshot::constrained_actions;
use cedar_policy::{
    Policy as CedarPolicy, PolicyId, PolicySet, PrincipalConstraint, Schema, ValidationMode,
    Validator,
};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most bytes of one rule.
const LONGEST: usize = 16 * 1024;
/// Most rules of one organisation.
const MOST: usize = 2_000;
/// Which feature rules an organisation's own may name the actions of.
const GRANTABLE: &str = "grantable";

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRule {
    /// The name decisions cite it by: `role/…`, `rule/…`.
    pub id: String,
    /// One Cedar policy.
    pub text: String,
}

/// All of an organisation's rules at one moment.
#[derive(Debug, Clone, Default)]
pub struct OrganisationRules {
    /// Grows with every change.
    pub generation: i64,
    /// The rules.
    pub rules: Vec<OrganisationRule>,
    /// Labels of fields, by resource type and field.
    pub field_labels: Vec<((String, String), Label)>,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleProblem {
    /// The rule's name; empty if it is about all of them.
    pub rule: String,
    /// `rule.syntax`, `rule.too_long`, `rule.not_one`, `rule.principal`, `rule.actions`, `rule.not_grantable`,
    /// `rule.types` or `rule.too_many`.
    pub code: &'static str,
    /// What the parser or validator says, or the action it is about.
    pub detail: String,
    /// Where in the text, in bytes.
    pub place: Option<(usize, usize)>,
}

impl RuleProblem {
    fn new(rule: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            rule: rule.to_owned(),
            code,
            detail: detail.into(),
            place: None,
        }
    }

    pub(super) fn whole(detail: String) -> Self {
        Self::new("", "rule.syntax", detail)
    }
}

impl OrganisationRules {
    /// Every rule after its name, and the labels of fields: what an auditor needs to decide again.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for rule in &self.rules {
            let _ = writeln!(text, "// {}\n{}\n", rule.id, rule.text.trim());
        }
        for ((resource, field), label) in &self.field_labels {
            let compartments: Vec<String> =
                label.compartments.iter().map(|it| it.to_string()).collect();
            let _ = writeln!(
                text,
                "// label of {resource}.{field}: {} [{}]",
                label.level.name(),
                compartments.join(", ")
            );
        }
        text
    }

    /// The rules as Cedar takes them, or everything that is wrong with them.
    pub(super) fn checked(
        &self,
        features: &[CedarPolicy],
    ) -> Result<Vec<CedarPolicy>, Vec<RuleProblem>> {
        if self.rules.is_empty() {
            return Ok(Vec::new());
        }
        if self.rules.len() > MOST {
            return Err(vec![RuleProblem::new(
                "",
                "rule.too_many",
                MOST.to_string(),
            )]);
        }
        let grantable = grantable(features);
        let validator = validator(&grantable)?;
        let mut problems = Vec::new();
        let mut rules = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            match checked(rule, &grantable, &validator) {
                Ok(policy) => rules.push(policy),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(rules)
        } else {
            Err(problems)
        }
    }
}

/// The actions an organisation's rules may name.
pub(super) fn grantable(features: &[CedarPolicy]) -> BTreeSet<String> {
    let marked = features
        .iter()
        .filter(|rule| rule.annotation(GRANTABLE).is_some());
    marked.flat_map(constrained_actions).collect()
}

fn checked(
    rule: &OrganisationRule,
    grantable: &BTreeSet<String>,
    validator: &Validator,
) -> Result<CedarPolicy, Vec<RuleProblem>> {
    let problem = |code, detail: String| vec![RuleProblem::new(&rule.id, code, detail)];
    if rule.text.len() > LONGEST {
        return Err(problem("rule.too_long", LONGEST.to_string()));
    }
    let set: PolicySet = rule
        .text
        .parse()
        .map_err(|errors| syntax(&rule.id, &errors))?;
    if set.templates().next().is_some() {
        return Err(problem("rule.not_one", String::new()));
    }
    let mut policies = set.policies();
    let (Some(policy), None) = (policies.next(), policies.next()) else {
        return Err(problem("rule.not_one", String::new()));
    };
    let is_user = matches!(policy.principal_constraint(),
        PrincipalConstraint::Is(kind) if kind.to_string() == "User");
    if !is_user {
        return Err(problem("rule.principal", String::new()));
    }
    let actions = constrained_actions(policy);
    if actions.is_empty() {
        return Err(problem("rule.actions", String::new()));
    }
    let beyond: Vec<RuleProblem> = actions
        .difference(grantable)
        .map(|action| RuleProblem::new(&rule.id, "rule.not_grantable", action.clone()))
        .collect();
    if !beyond.is_empty() {
        return Err(beyond);
    }
    let policy = policy.new_id(PolicyId::new(&rule.id));
    let mut alone = PolicySet::new();
    let broken = |error: cedar_policy::PolicySetError| problem("rule.syntax", error.to_string());
    alone.add(policy.clone()).map_err(broken)?;
    let result = validator.validate(&alone, ValidationMode::Strict);
    let wrong: Vec<RuleProblem> = result
        .validation_errors()
        .map(|error| RuleProblem::new(&rule.id, "rule.types", error.to_string()))
        .collect();
    if wrong.is_empty() {
        Ok(policy)
    } else {
        Err(wrong)
    }
}

fn syntax(rule: &str, errors: &cedar_policy::ParseErrors) -> Vec<RuleProblem> {
    use miette::Diagnostic;
    let of = |error: &cedar_policy::ParseError| {
        let mut labels = error.labels().into_iter().flatten();
        let place = labels.next().map(|label| {
            let start = label.offset();
            (start, start + label.len())
        });
        RuleProblem {
            place,
            ..RuleProblem::new(rule, "rule.syntax", error.to_string())
        }
    };
    errors.iter().map(of).collect()
}

/// What an organisation's rules may ask for, and of which type it is.
fn validator(grantable: &BTreeSet<String>) -> Result<Validator, Vec<RuleProblem>> {
    const AROUND: &str = "relation: String, share: String, emergency: Bool, reads_up: Bool, writes_down: Bool, label: Long, \
         region: String, value: String, status: String, fresh: Bool, assurance: String, device: String, \
         network: String, hours: String, risk: String, weekday: Long, hour: Long, purpose: String";
    const FIELD: &str = ", field: String, category: String, masked: Bool";
    let mut text = String::from(
        "entity Resource;\nentity User = { roles: Set<String>, data_scope: String, kind: String, \
         department: String, clearance: Long };\n",
    );
    for action in grantable {
        let about_field = action
            .rsplit('.')
            .next()
            .is_some_and(|verb| verb.starts_with("field_"));
        let more = if about_field { FIELD } else { "" };
        let _ = writeln!(
            text,
            "action {action:?} appliesTo {{ principal: [User], resource: [Resource], context: {{ {AROUND}{more} }} }};"
        );
    }
    let schema = Schema::from_cedarschema_str(&text);
    let (schema, _) = schema.map_err(|error| vec![RuleProblem::whole(error.to_string())])?;
    Ok(Validator::new(schema))
}
