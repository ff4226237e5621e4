//! A decision with its reasons, on the wire.

use crate::Configuration;
use custos_kernel::policy::Explanation;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One thing that alone would turn the decision round.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeBody {
    /// What: `relation`, `share`, `role`, `data_scope`, `working_label`, `step_up`, …
    pub kind: &'static str,
    /// To what, as a code; empty where there is only one way.
    pub to: String,
}

/// A decision with its reasons.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplanationBody {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The rules that decided; none when no rule permits.
    pub rules: Vec<String>,
    /// What would change it.
    pub changes: Vec<ChangeBody>,
    /// The names of the organisation's own rules and roles among them.
    pub names: BTreeMap<String, String>,
}

impl ExplanationBody {
    /// An explanation with the names the organisation gave.
    pub fn of(explanation: Explanation, configuration: &Configuration) -> Self {
        let changes = explanation.changes.iter().map(|change| {
            let (kind, to) = change.codes();
            ChangeBody { kind, to }
        });
        let changes: Vec<ChangeBody> = changes.collect();
        let cited = explanation.rules.iter();
        let cited = cited.chain(changes.iter().map(|change| &change.to));
        Self {
            allowed: explanation.allowed,
            names: configuration.names_of(cited.map(String::as_str)),
            changes,
            rules: explanation.rules,
        }
    }
}
