//! Findings for the command line, and a run to its end.

use super::model::State;
use super::operations::Read;
use crate::rules::Rule;
use crate::{AuditError, Desk};
use custos_http::Problem;
use custos_kernel::policy::Caller;
use custos_values::Timestamp;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// Findings told at most.
const MOST: i64 = 1000;
/// Between looks at a run that another node goes on with.
const PAUSE: Duration = Duration::from_millis(500);

/// A finding in the log's own terms.
#[derive(Debug, Clone)]
pub struct FindingTold {
    /// The code of its rule.
    pub rule: &'static str,
    /// `high`, `medium` or `low`.
    pub severity: &'static str,
    /// Whom or what it is about: a kind, and mostly an id behind a colon.
    pub subject: String,
    /// Figures.
    pub detail: Map<String, Value>,
    /// When it was found first.
    pub first_at: Timestamp,
    /// By when somebody has to have looked after it.
    pub due_at: Option<Timestamp>,
}

impl Desk {
    /// The findings in a state (`open`, `accepted`, `resolved`), gravest first; at most a thousand.
    ///
    /// # Errors
    /// Refused, or 400 for a state there is not.
    pub async fn findings_told(
        &self,
        caller: &Caller,
        state: &str,
    ) -> Result<Vec<FindingTold>, AuditError> {
        let malformed = || AuditError::Request(Problem::bad_request("request.query_malformed"));
        let state = State::from_name(state).ok_or_else(malformed)?;
        let found = self.findings(caller, Some(state), MOST, 0).await?;
        let told = found.into_iter().filter_map(|Read { row, .. }| {
            let rule = Rule::by_number(row.rule)?;
            Some(FindingTold {
                rule: rule.code,
                severity: rule.severity.name(),
                subject: row.subject,
                detail: serde_json::from_str(&row.detail).unwrap_or_default(),
                first_at: row.first_at,
                due_at: row.due_at,
            })
        });
        Ok(told.collect())
    }

    /// Goes through all rules now, or goes on with the run that was broken off, to its end.
    ///
    /// # Errors
    /// Refused, or when log, accounts or tables cannot be read or written.
    pub async fn audit_now(self: &Arc<Self>, caller: &Caller) -> Result<(), AuditError> {
        match self.begin_run(caller).await {
            Ok(_) => {}
            Err(AuditError::Request(problem)) if problem.code() == "audit.run_active" => {}
            Err(error) => return Err(error),
        }
        while !self.audit(caller.org()).await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
