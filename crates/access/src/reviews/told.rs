//! The report of a review, read again.

use super::model::Scope;
use custos_values::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The file that holds it.
#[derive(Deserialize)]
pub(super) struct FileTold<'a> {
    /// Its bytes are what is signed.
    #[serde(borrow)]
    pub(super) report: &'a RawValue,
}

#[derive(Deserialize)]
pub(super) struct ReportTold {
    pub(super) log: String,
    pub(super) verifier_key: String,
    pub(super) review: ReviewTold,
    pub(super) made_at: Timestamp,
    pub(super) counts: BTreeMap<String, u64>,
    pub(super) lines: Vec<LineTold>,
}

#[derive(Deserialize)]
pub(super) struct ReviewTold {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) started_by: NamedTold,
    pub(super) started_at: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) ended_by: Option<String>,
    pub(super) ended_by_person: Option<NamedTold>,
}

#[derive(Deserialize)]
pub(super) struct NamedTold {
    id: String,
    name: Option<String>,
}

impl NamedTold {
    /// What a person was called, or else the id.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

#[derive(Deserialize)]
pub(super) struct LineTold {
    pub(super) id: String,
    /// None, as of all that follows, of a line that was changed outside the program.
    pub(super) subject: Option<SubjectTold>,
    pub(super) grant: Option<GrantTold>,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) unused_since: Option<Timestamp>,
    pub(super) suggestion: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) reviewer: Option<NamedTold>,
    pub(super) decision: Option<DecisionTold>,
    pub(super) outcome: String,
    pub(super) settled_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct SubjectTold {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct GrantTold {
    pub(super) kind: String,
    pub(super) role: Option<String>,
    pub(super) name: Option<String>,
    pub(super) customer_id: Option<String>,
    #[serde(default)]
    pub(super) write: bool,
    pub(super) until: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct DecisionTold {
    pub(super) verdict: String,
    pub(super) by: NamedTold,
    pub(super) note: Option<String>,
    pub(super) at: Timestamp,
}
