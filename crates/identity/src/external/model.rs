//! What an external auditor is asked to do, and for how long.

use crate::error::IdentityError;
use custos_http::FieldProblem;
use custos_kernel::policy::Engagement;
use custos_values::{Timestamp, UserId};

/// The longest anybody from outside is let in for at a time, from the moment it is set.
pub(super) const LONGEST_MS: i64 = 90 * 86_400_000;

/// Somebody to invite.
pub(crate) struct NewExternalAuditor {
    /// Their name.
    pub(crate) name: String,
    /// Their login name.
    pub(crate) login: String,
    /// Whom they come from.
    pub(crate) firm: String,
    /// What they are to look at, and until when.
    pub(crate) engagement: Engagement,
}

/// An external auditor as administrators see them.
pub(crate) struct ExternalAuditor {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) firm: String,
    pub(crate) engagement: Engagement,
    /// Whether the account can be used now.
    pub(crate) active: bool,
    /// Who invited them.
    pub(crate) invited_by: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) version: i64,
}

/// Refuses a period without an end, a period that is none, and an end beyond [`LONGEST_MS`].
///
/// # Errors
/// 422 naming the fields.
pub(super) fn check(engagement: &Engagement, now: Timestamp) -> Result<(), IdentityError> {
    let mut problems = Vec::new();
    if engagement.ends_at <= now {
        problems.push(FieldProblem::new("ends_at", "external_auditor.end_passed"));
    } else if engagement.ends_at > now.plus_millis(LONGEST_MS) {
        let days = LONGEST_MS / 86_400_000;
        let problem = FieldProblem::new("ends_at", "external_auditor.end_too_far");
        problems.push(problem.with("days", days));
    }
    if engagement.from >= engagement.to {
        problems.push(FieldProblem::new("to", "external_auditor.period_empty"));
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(IdentityError::invalid(problems)),
    }
}
