//! What a rule found this time, against what it had found before.

use super::model::State;
use super::sql::{self, FindingRow};
use crate::resources::FindingResource;
use crate::rules::{Hit, Rule};
use crate::runs::Tally;
use crate::{AuditError, Desk};
use custos_http::Problem;
use custos_kernel::policy::{Caller, Facts, actions};
use custos_store::WriteTx;
use custos_values::{AuditFindingId, Timestamp};

/// Opens, keeps, reopens and resolves the findings of one rule; `None` for a rule that is switched off, whose findings
/// stay as they are.
pub(crate) async fn settle(
    desk: &Desk,
    tx: &mut WriteTx<'_>,
    auditor: &Caller,
    rule: &Rule,
    hits: Option<Vec<Hit>>,
    now: Timestamp,
) -> Result<Tally, AuditError> {
    let mut tally = Tally::default();
    let Some(hits) = hits else { return Ok(tally) };
    tally.found = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let mut before = sql::of_rule(tx, i64::from(rule.number)).await?;
    for hit in hits {
        let place = before.iter().position(|found| found.subject == hit.subject);
        let Some(place) = place else {
            tally.opened += 1;
            open(desk, tx, auditor, rule, hit, now).await?;
            continue;
        };
        let known = before.swap_remove(place);
        let mut found = known.clone();
        let again = comes_back(rule, &found, &hit, now);
        if found.state == State::Resolved && !again {
            continue;
        }
        found.happened_at = hit.at.or(found.happened_at);
        (found.detail, found.trace) = written(&hit)?;
        if again {
            reopen(&mut found);
            tally.reopened += 1;
        }
        if found == known {
            let facts = Facts::shared(auditor.org(), *found.id.as_bytes(), found.version);
            let permit = desk.policy.permit(auditor, &facts)?;
            sql::found_again(tx, &permit, now).await?;
            continue;
        }
        found.last_at = now;
        keep(desk, tx, auditor, &found).await?;
    }
    for mut found in before {
        let expired = found.state == State::Accepted && found.accepted_until <= Some(now);
        if rule.is_condition() && found.state != State::Resolved {
            found.state = State::Resolved;
            found.closed_at = Some(now);
            found.by_itself = true;
            tally.resolved += 1;
        } else if expired {
            reopen(&mut found);
            tally.reopened += 1;
        } else {
            continue;
        }
        keep(desk, tx, auditor, &found).await?;
    }
    Ok(tally)
}

/// Whether what was closed, or accepted for a time, is to be looked at again.
fn comes_back(rule: &Rule, found: &FindingRow, hit: &Hit, now: Timestamp) -> bool {
    match found.state {
        State::Open => false,
        State::Accepted => found.accepted_until <= Some(now),
        // What happened and was looked at comes back only when it happens again.
        State::Resolved => rule.is_condition() || hit.at > found.closed_at,
    }
}

fn reopen(found: &mut FindingRow) {
    found.state = State::Open;
    found.reopened += 1;
    found.closed_at = None;
    found.accepted_until = None;
    found.reason = None;
    found.by_itself = false;
    found.remedied = false;
}

fn written(hit: &Hit) -> Result<(String, String), AuditError> {
    let failed = |error| AuditError::Request(Problem::internal(error));
    let detail = serde_json::to_string(&hit.detail).map_err(failed)?;
    Ok((detail, serde_json::to_string(&hit.trace).map_err(failed)?))
}

async fn open(
    desk: &Desk,
    tx: &mut WriteTx<'_>,
    auditor: &Caller,
    rule: &Rule,
    hit: Hit,
    now: Timestamp,
) -> Result<(), AuditError> {
    let id = AuditFindingId::new(desk.store.clock(), desk.store.random());
    let facts = Facts::<FindingResource>::shared(auditor.org(), *id.as_bytes(), 0);
    let permit = desk.policy.permit::<actions::Create, _>(auditor, &facts)?;
    let (detail, trace) = written(&hit)?;
    let found = FindingRow {
        id,
        rule: i64::from(rule.number),
        subject: hit.subject,
        state: State::Open,
        detail,
        trace,
        owner: None,
        due_at: None,
        reason: None,
        accepted_until: None,
        first_at: now,
        last_at: now,
        happened_at: hit.at,
        closed_at: None,
        by_itself: false,
        reopened: 0,
        remedy: None,
        remedy_at: None,
        remedied: false,
        version: 1,
    };
    sql::insert(tx, &permit, found.rule, rule.severity.name(), &found).await?;
    Ok(())
}

async fn keep(
    desk: &Desk,
    tx: &mut WriteTx<'_>,
    auditor: &Caller,
    found: &FindingRow,
) -> Result<(), AuditError> {
    let facts =
        Facts::<FindingResource>::shared(auditor.org(), *found.id.as_bytes(), found.version);
    let permit = desk.policy.permit::<actions::Update, _>(auditor, &facts)?;
    sql::store(tx, &permit, found).await?;
    Ok(())
}
