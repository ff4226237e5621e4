//! The rules: which operation needs whose approval, from which measure on.
//!
//! An organisation that has set nothing has these:
//!
//! | operation | needs approval | of | if there is nobody else |
//! |---|---|---|---|
//! | export of customers | above 500, or with one from 机密 (secret) up | a security administrator, or a lead of the requester | refused |
//! | customers handed over to colleagues, at once or one by one | above 500 within a day | a security administrator, or a lead of the requester | refused |
//! | customers of somebody who leaves or moves handed over to others | above 500 | a security administrator | refused |
//! | a masked field of a customer or contact shown in clear | from 机密 (secret) up | a security administrator, or a lead of the requester | refused |
//! | roles and data scope of an account, what groups of a provider give | always | another security administrator | goes on |
//! | factors of somebody else reset | never | – | – |
//! | these rules | always | another security administrator, or a system administrator | refused |
//! | any other that may need it | always | another security administrator, or a system administrator | refused |
//!
//! Roles are the exception because an organisation begins with one security administrator, who must be able to grant the
//! first roles, and the second security administrator's. From then on there are two people who can approve, and each
//! needs the other. Nobody gets rid of the other alone: taking their role needs their approval, and disabling their
//! account is the system administrator's.

use crate::{Access, AccessError, ApprovalRulesResource};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Approver, Caller, Facts, Level, Measure, Role, Step, Threshold, actions,
};
use custos_store::StoreError;
use custos_values::OrgId;
use serde::{Deserialize, Serialize};

use super::sql;

/// What becomes of a request that nobody but the requester could approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfNobody {
    /// It is refused until there is somebody.
    Refuse,
    /// It goes on, which its entry says.
    Allow,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The operation's id.
    pub operation: String,
    /// Whether it counts.
    pub enabled: bool,
    /// From which measure on.
    pub threshold: Threshold,
    /// Whose approval, one step after the other.
    pub steps: Vec<Step>,
    /// For how many hours a request may be decided and carried out: 1 to 720.
    pub hours: u32,
    /// What if there is nobody.
    pub if_nobody: IfNobody,
}

/// The limit of exports that need no approval.
pub const EXPORT_RECORDS: u64 = 500;
/// The level from which on showing what is masked needs approval: 机密.
pub const REVEAL_LEVEL: Level = Level::Secret;
/// What an export that shows masked fields comes to besides.
pub const REVEALS: [&str; 2] = ["customers_reveal", "contacts_reveal"];
const HOURS: u32 = 72;
const STEPS: usize = 5;
const APPROVERS: usize = 20;

impl Rule {
    /// The rule of an organisation that has set none.
    pub fn standard(operation: &str) -> Self {
        let role = |role| Approver::Role { role };
        let (threshold, approvers, if_nobody) = match operation {
            "customers_export" => (
                Threshold {
                    records_above: Some(EXPORT_RECORDS),
                    label_from: Some(REVEAL_LEVEL as u8),
                    ..Threshold::default()
                },
                vec![role(Role::SecurityAdmin), Approver::Lead],
                IfNobody::Refuse,
            ),
            operation if REVEALS.contains(&operation) => (
                Threshold {
                    label_from: Some(REVEAL_LEVEL as u8),
                    ..Threshold::default()
                },
                vec![role(Role::SecurityAdmin), Approver::Lead],
                IfNobody::Refuse,
            ),
            "reassignments_start" => (
                Threshold {
                    records_above: Some(EXPORT_RECORDS),
                    ..Threshold::default()
                },
                vec![role(Role::SecurityAdmin), Approver::Lead],
                IfNobody::Refuse,
            ),
            // Who administers accounts needs somebody of another duty.
            "user_handover" | "user_move" => (
                Threshold {
                    records_above: Some(EXPORT_RECORDS),
                    ..Threshold::default()
                },
                vec![role(Role::SecurityAdmin)],
                IfNobody::Refuse,
            ),
            "user_access" | "identity_provider_access" => (
                Threshold::default(),
                vec![role(Role::SecurityAdmin)],
                IfNobody::Allow,
            ),
            _ => (
                Threshold::default(),
                vec![role(Role::SecurityAdmin), role(Role::SystemAdmin)],
                IfNobody::Refuse,
            ),
        };
        Self {
            operation: operation.to_owned(),
            enabled: !matches!(operation, "user_factor_reset" | "user_factor_delete"),
            threshold,
            steps: vec![Step {
                approvers,
                needed: 1,
            }],
            hours: HOURS,
            if_nobody,
        }
    }

    /// What is wrong with it, if anything.
    fn problem(&self) -> Option<&'static str> {
        let sound = |step: &Step| {
            let people = step
                .approvers
                .iter()
                .filter(|approver| matches!(approver, Approver::Person { .. }))
                .count();
            let only_people = people == step.approvers.len();
            (1..=APPROVERS).contains(&step.approvers.len())
                && step.needed >= 1
                && step.needed as usize <= APPROVERS
                && (!only_people || step.needed as usize <= people)
        };
        let levels = Level::ALL.len();
        if self
            .threshold
            .label_from
            .is_some_and(|from| usize::from(from) >= levels)
        {
            Some("choice.unknown")
        } else if !(1..=720).contains(&self.hours) {
            Some("approval.rule.hours")
        } else if !(1..=STEPS).contains(&self.steps.len()) || !self.steps.iter().all(sound) {
            Some("approval.rule.steps")
        } else {
            None
        }
    }
}

/// The rules of an organisation, those it has not set included, and their version.
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    pub(super) version: i64,
}

/// One rule out of those stored.
pub(super) fn of_operation(stored: &[Rule], operation: &str) -> Rule {
    let found = stored.iter().find(|rule| rule.operation == operation);
    found.cloned().unwrap_or_else(|| Rule::standard(operation))
}

/// Whether an operation may be held up at all: by its own rule, or by that of what it may come to besides.
pub(super) fn may_be_held(stored: &[Rule], operation: &str) -> bool {
    let reveals = match operation {
        "customers_export" => &REVEALS[..],
        _ => &[],
    };
    let mut all = [operation].into_iter().chain(reveals.iter().copied());
    all.any(|operation| of_operation(stored, operation).enabled)
}

/// The rules that count for a request: its operation's, and those of the operations it comes to besides.
pub(super) fn binding(stored: &[Rule], operation: &str, also: &[String]) -> Vec<Rule> {
    let all = [operation]
        .into_iter()
        .chain(also.iter().map(String::as_str));
    let rules = all.map(|operation| of_operation(stored, operation));
    rules.filter(|rule| rule.enabled).collect()
}

/// What is to be done for a request by all rules that its measure reaches: their steps one after the other, each once, in
/// the shortest of their times. None if it reaches none.
pub(super) fn due(rules: Vec<Rule>, measure: &Measure) -> Option<Rule> {
    let reached = rules
        .into_iter()
        .filter(|rule| rule.threshold.reached(measure));
    reached.reduce(|mut whole, rule| {
        for step in rule.steps {
            if !whole.steps.contains(&step) {
                whole.steps.push(step);
            }
        }
        whole.hours = whole.hours.min(rule.hours);
        if rule.if_nobody == IfNobody::Refuse {
            whole.if_nobody = IfNobody::Refuse;
        }
        whole
    })
}

impl Access {
    /// Rules as stored, and their version.
    pub(super) async fn stored_rules(&self, org: OrgId) -> Result<(Vec<Rule>, i64), AccessError> {
        let facts = Facts::<ApprovalRulesResource>::shared(org, *org.as_bytes(), 0);
        let permit = self
            .policy()
            .permit::<actions::Read, _>(&Self::keeper(org), &facts)?;
        let stored = sql::rules(&mut self.store().read().await?, &permit).await?;
        let Some((text, version)) = stored else {
            return Ok((Vec::new(), 0));
        };
        let rules = serde_json::from_str(&text)
            .map_err(|error| StoreError::Corrupt(format!("approval rules: {error}")))?;
        Ok((rules, version))
    }

    /// Up to how many records an operation needs nobody's approval in an organisation; none if it never does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records_alone(
        &self,
        org: OrgId,
        operation: &str,
    ) -> Result<Option<u64>, AccessError> {
        let (stored, _) = self.stored_rules(org).await?;
        let rule = of_operation(&stored, operation);
        // A rule without a number holds for each.
        let alone = || rule.threshold.records_above.unwrap_or(0);
        Ok(rule.enabled.then(alone))
    }

    /// The rules as an administrator sees them.
    ///
    /// # Errors
    /// Refused.
    pub(super) async fn rules(&self, caller: &Caller) -> Result<Rules, AccessError> {
        let org = caller.org();
        let facts = Facts::<ApprovalRulesResource>::shared(org, *org.as_bytes(), 0);
        let permit = self.policy().permit::<actions::Read, _>(caller, &facts)?;
        let (stored, version) = self.stored_rules(org).await?;
        self.sink().record(Event::of(&permit)).await?;
        let rules = self
            .approvable()
            .into_iter()
            .map(|operation| of_operation(&stored, operation))
            .collect();
        Ok(Rules { rules, version })
    }

    /// Sets rules, as of a version. Those not given stay as they are.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming the operation whose rule is not acceptable.
    pub async fn set_rules(
        &self,
        caller: &Caller,
        version: i64,
        rules: Vec<Rule>,
    ) -> Result<(), AccessError> {
        let org = caller.org();
        let facts = Facts::<ApprovalRulesResource>::shared(org, *org.as_bytes(), version);
        let permit = self.policy().permit::<actions::Update, _>(caller, &facts)?;
        let known = self.approvable();
        let mut problems = Vec::new();
        for rule in &rules {
            if !known.contains(&rule.operation.as_str()) {
                problems.push(FieldProblem::new(&rule.operation, "choice.unknown"));
            } else if let Some(code) = rule.problem() {
                problems.push(FieldProblem::new(&rule.operation, code));
            }
        }
        let people = self.people().all(org).await?;
        let missing = rules.iter().filter(|rule| {
            rule.steps
                .iter()
                .flat_map(|step| &step.approvers)
                .any(|approver| {
                    matches!(approver, Approver::Person { user }
                    if !people.get(user).is_some_and(|it| it.active && !it.service))
                })
        });
        problems
            .extend(missing.map(|rule| FieldProblem::new(&rule.operation, "approval.rule.person")));
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let (mut all, stored_version) = self.stored_rules(org).await?;
        if stored_version != version {
            return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale").into());
        }
        let names: Vec<String> = rules.iter().map(|rule| rule.operation.clone()).collect();
        all.retain(|rule| !names.contains(&rule.operation));
        all.extend(rules);
        let text = serde_json::to_string(&all).map_err(Problem::internal)?;
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        if !sql::put_rules(&mut tx, &permit, version, &text, now).await? {
            return Err(StoreError::Stale.into());
        }
        tx.finish(Event::of(&permit).with("operations", Detail::names(names)))
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_rules_are_sound() {
        for operation in [
            "customers_export",
            "contacts_reveal",
            "user_access",
            "approval_rules_update",
            "x",
        ] {
            let rule = Rule::standard(operation);
            assert_eq!(rule.problem(), None);
            let text = serde_json::to_string(&rule).unwrap();
            assert_eq!(serde_json::from_str::<Rule>(&text).unwrap(), rule);
        }
    }

    #[test]
    fn rules_nobody_could_satisfy_are_refused() {
        let standard = Rule::standard("x");
        let none = Rule {
            steps: Vec::new(),
            ..standard.clone()
        };
        let nobody = Rule {
            steps: vec![Step {
                approvers: Vec::new(),
                needed: 1,
            }],
            ..standard.clone()
        };
        let free = Rule {
            steps: vec![Step {
                needed: 0,
                ..standard.steps[0].clone()
            }],
            ..standard.clone()
        };
        let endless = Rule {
            hours: 721,
            ..standard
        };
        for rule in [none, nobody, free, endless] {
            assert!(rule.problem().is_some(), "{rule:?}");
        }
    }
}
