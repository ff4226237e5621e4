//! Reading and setting rules.

use super::{RULES, Rule, sql};
use crate::resources::RuleResource;
use crate::{AuditError, Desk};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, actions};
use custos_store::StoreError;
use custos_values::OrgId;
use std::collections::BTreeMap;

/// How a rule is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) enabled: bool,
    /// Those that were changed; the others are as the rule says.
    pub(crate) parameters: BTreeMap<String, i64>,
    pub(crate) version: i64,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            enabled: true,
            parameters: BTreeMap::new(),
            version: 0,
        }
    }
}

impl Desk {
    /// How each rule is set, in their order.
    pub(crate) async fn rule_settings(
        &self,
        org: OrgId,
    ) -> Result<Vec<(&'static Rule, Setting)>, AuditError> {
        let rows = sql::all(&mut self.store.read().await?, org).await?;
        let mut settings = Vec::with_capacity(RULES.len());
        for rule in RULES {
            let Some(row) = rows.iter().find(|row| row.id == rule.id()) else {
                settings.push((rule, Setting::default()));
                continue;
            };
            let parameters = serde_json::from_str(&row.parameters)
                .map_err(|_| StoreError::Corrupt("a rule that cannot be read".to_owned()))?;
            let setting = Setting {
                enabled: row.enabled,
                parameters,
                version: row.version,
            };
            settings.push((rule, setting));
        }
        Ok(settings)
    }

    /// Sets a rule as of a version.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming the parameters.
    pub(super) async fn set_rule(
        &self,
        caller: &Caller,
        code: &str,
        wanted: Setting,
    ) -> Result<(), AuditError> {
        let org = caller.org();
        let rule = Rule::by_code(code).ok_or_else(|| AuditError::Request(Problem::not_found()))?;
        let facts = Facts::<RuleResource>::shared(org, rule.id(), wanted.version);
        let permit = self.policy.permit::<actions::Update, _>(caller, &facts)?;
        let mut problems = Vec::new();
        for (name, value) in &wanted.parameters {
            let field = format!("parameters.{name}");
            match rule.parameters.iter().find(|it| it.code == name) {
                None => problems.push(FieldProblem::new(field, "choice.unknown")),
                Some(known) if !(known.least..=known.most).contains(value) => {
                    let problem = FieldProblem::new(field, "number.out_of_range");
                    problems.push(problem.with("min", known.least).with("max", known.most));
                }
                Some(_) => {}
            }
        }
        if !problems.is_empty() {
            return Err(AuditError::Request(Problem::invalid(problems)));
        }
        let settings = self.rule_settings(org).await?;
        let before = settings.into_iter().find(|(one, _)| one.code == code);
        let before = before.map(|(_, setting)| setting).unwrap_or_default();
        let text = serde_json::to_string(&wanted.parameters)
            .map_err(|error| AuditError::Request(Problem::internal(error)))?;
        let mut event = Event::of(&permit).with("rule", Detail::code(rule.code));
        let word = |enabled: bool| Detail::code(if enabled { "yes" } else { "no" });
        if before.enabled != wanted.enabled {
            event = event.with_change("enabled", word(before.enabled), word(wanted.enabled));
        }
        for parameter in rule.parameters {
            let value = |setting: &Setting| {
                let set = setting.parameters.get(parameter.code);
                set.copied().unwrap_or(parameter.value).unsigned_abs()
            };
            let (old, new) = (value(&before), value(&wanted));
            if old != new {
                event = event.with_change(parameter.code, Detail::count(old), Detail::count(new));
            }
        }
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        sql::set(&mut tx, &permit, rule, wanted.enabled, &text, now).await?;
        tx.finish(event).await?;
        Ok(())
    }
}
