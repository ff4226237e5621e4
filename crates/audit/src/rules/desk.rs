//! Rules about the audit itself: a log nobody looks at protects nobody.

use super::{Context, Hit, Trace};
use crate::AuditError;
use crate::counts::DAY_MS;

/// An action of the auditors has not been taken for so many days. An organisation younger than that is given time.
pub(super) async fn not_done(cx: &Context, action: &str) -> Result<Vec<Hit>, AuditError> {
    let limit = cx.days_ago("days");
    let made = cx
        .posture
        .accounts
        .iter()
        .map(|account| account.made_at)
        .min();
    if made.is_none_or(|made| made > limit) || cx.last(action, limit).await?.is_some() {
        return Ok(Vec::new());
    }
    let trace = Trace {
        action: Some(action.to_owned()),
        ..Trace::default()
    };
    let days = cx.parameter("days");
    Ok(vec![Hit::organisation().with("days", days).traced(trace)])
}

/// No witness has co-signed a checkpoint for so many hours.
pub(super) async fn unwitnessed(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let hours = cx.parameter("hours");
    let limit = cx.now.plus_millis(-hours * (DAY_MS / 24));
    let made = cx
        .posture
        .accounts
        .iter()
        .map(|account| account.made_at)
        .min();
    let witnessed = cx.last("audit_entry.witness", limit).await?.is_some();
    if witnessed || made.is_none_or(|made| made > limit) {
        return Ok(Vec::new());
    }
    Ok(vec![Hit::organisation().with("hours", hours)])
}
