//! Appending entries within the transaction of the action they record.

use crate::{StoreError, Value, WriteTx};
use custos_kernel::audit::Outcome;
use custos_kernel::event::Event;
use custos_values::EventId;

/// Gives the events the next dense places of the organisation's log and inserts them. On PostgreSQL the head's row
/// lock makes transactions of one organisation commit in the order of their places, so a reader never sees a gap.
pub(crate) async fn append(tx: &mut WriteTx<'_>, events: &[Event]) -> Result<(), StoreError> {
    append_as(tx, events, false).await
}

/// As [`append`], for ordinary reads, which the record's history leaves out.
pub(crate) async fn append_reads(tx: &mut WriteTx<'_>, events: &[Event]) -> Result<(), StoreError> {
    append_as(tx, events, true).await
}

async fn append_as(
    tx: &mut WriteTx<'_>,
    events: &[Event],
    ordinary: bool,
) -> Result<(), StoreError> {
    let org = tx.org();
    if events.iter().any(|event| event.org() != org) {
        return Err(StoreError::Audit(
            "an event of another organisation".to_owned(),
        ));
    }
    let count =
        i64::try_from(events.len()).map_err(|_| StoreError::Audit("too many events".to_owned()))?;
    let head = "INSERT INTO audit_head (org_id, next) VALUES ($1, $2) \
                ON CONFLICT (org_id) DO UPDATE SET next = audit_head.next + $2 RETURNING next";
    let org_value = Value::from(&org.as_bytes()[..]);
    let rows = tx
        .raw(head, &[org_value.clone(), Value::Int(count)])
        .await?;
    let next = rows
        .first()
        .ok_or_else(|| StoreError::Audit("no head".to_owned()))?
        .int(0)?;
    let now = tx.now();
    let mut inserts = Vec::with_capacity(events.len());
    for (event, index) in events.iter().zip(next - count..) {
        let id = EventId::new(tx.clock(), tx.random());
        let encoded = event
            .encode(*id.as_bytes(), now)
            .map_err(|e| StoreError::Audit(e.to_string()))?;
        let (kind, resource) = event
            .subject()
            .map_or((None, None), |(kind, id)| (Some(kind), id));
        inserts.push(vec![
            org_value.clone(),
            Value::Int(index),
            Value::from(now),
            Value::from(event.action()),
            Value::from(outcome_name(event.outcome())),
            Value::from(event.actor_id().map(|id| id.to_vec())),
            Value::from(kind),
            Value::from(resource.map(|id| id.to_vec())),
            Value::from(event.address()),
            Value::from(ordinary),
            Value::Bytes(encoded.body),
        ]);
    }
    let sql = "INSERT INTO audit_entry \
               (org_id, idx, at, action, outcome, actor_id, resource_type, resource_id, address, ordinary, body) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    tx.raw_execute_many(sql, &inserts).await
}

pub(crate) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Denied => "denied",
        Outcome::Failed => "failed",
    }
}
