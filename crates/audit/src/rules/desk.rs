//! Rules about the audit itself: a log nobody looks at protects nobody.

use super::{Context, Hit, Trace};
use crate::AuditError;

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

/// No witness has ever signed a checkpoint: whoever has database and keys could rewrite the log. Witnesses that fall
/// behind raise an alarm of their own.
pub(super) async fn unwitnessed(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    match cx.desk.store.newest_cosigned(&*cx.scope).await? {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![Hit::organisation()]),
    }
}
