//! The table of handovers.

use super::model::{Handover, Kind, Stage};
use crate::resources::UserResource;
use custos_kernel::policy::{Action, Caller, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

/// The last handover of each person, by their account's id. `state` is 0 while it goes on, then 1, and 2 while it
/// waits for somebody who takes over. `takers` are the ids
/// of those who take over, one after the other; `total` is how much there was at the beginning.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0161_handover",
    sql: "CREATE TABLE handover (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, kind TEXT NOT NULL, state BIGINT NOT NULL,
            takers {bytes} NOT NULL, total BIGINT NOT NULL, begun_at BIGINT NOT NULL, ended_at BIGINT,
            PRIMARY KEY (org_id, id))",
};

/// Begins a handover, or has it wait: false while one of the person goes on.
pub(super) async fn begin<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    handover: &Handover,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO handover (org_id, id, kind, state, takers, total, begun_at) \
               VALUES ($1, $2, $3, $7, $4, $5, $6) ON CONFLICT (org_id, id) DO UPDATE SET kind = excluded.kind, \
               state = excluded.state, takers = excluded.takers, total = excluded.total, \
               begun_at = excluded.begun_at, ended_at = NULL WHERE handover.state <> 0";
    let takers = handover.takers.iter().flat_map(|id| *id.as_bytes());
    let values = [
        Value::from(handover.kind.name()),
        Value::Bytes(takers.collect()),
        Value::Int(i64::try_from(handover.total).unwrap_or(i64::MAX)),
        Value::from(handover.begun_at),
        Value::Int(handover.stage.number()),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Begins a handover that waits: false if it does not.
pub(super) async fn name_takers(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Assign, UserResource>,
    handover: &Handover,
) -> Result<bool, StoreError> {
    let sql = "UPDATE handover SET state = 0, takers = $3, total = $4, begun_at = $5 \
               WHERE org_id = $1 AND id = $2 AND state = 2";
    let takers = handover.takers.iter().flat_map(|id| *id.as_bytes());
    let values = [
        Value::Bytes(takers.collect()),
        Value::Int(i64::try_from(handover.total).unwrap_or(i64::MAX)),
        Value::from(handover.begun_at),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

const COLUMNS: &str = "id, kind, state, takers, total, begun_at, ended_at";

fn read(row: &Row) -> Result<Handover, StoreError> {
    let ids = row.bytes(3)?.as_chunks::<16>().0;
    Ok(Handover {
        user: UserId::from_bytes(row.id(0)?),
        kind: Kind::from_name(row.text(1)?),
        stage: Stage::from_number(row.int(2)?),
        takers: ids.iter().map(|id| UserId::from_bytes(*id)).collect(),
        total: u64::try_from(row.int(4)?).unwrap_or(0),
        begun_at: row.time(5)?,
        ended_at: row.time_opt(6)?,
    })
}

/// The last handover of a person.
pub(super) async fn of_user<A: Action>(
    tx: &mut ReadTx,
    permit: &Permit<A, UserResource>,
) -> Result<Option<Handover>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM handover WHERE org_id = $1 AND id = $2");
    let rows = tx.of(permit, &sql, &[]).await?;
    rows.first().map(read).transpose()
}

/// Those that go on.
pub(super) async fn running(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, UserResource>,
) -> Result<Vec<(OrgId, Handover)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT h.*, h.id AS owner_id FROM handover h) u \
         WHERE org_id = $1 AND state = 0 AND {{scope}} ORDER BY begun_at"
    );
    let rows = tx.within(scope, &sql, &[]).await?;
    rows.iter()
        .map(|row| Ok((scope.org(), read(row)?)))
        .collect()
}

/// When those moved whose last handover is a move.
pub(crate) async fn moves(
    tx: &mut ReadTx,
    caller: &Caller,
) -> Result<BTreeMap<UserId, Timestamp>, StoreError> {
    let sql = "SELECT id, begun_at FROM handover WHERE org_id = $1 AND kind = 'move'";
    let rows = tx.lookup(caller, sql, &[]).await?;
    rows.iter()
        .map(|row| Ok((UserId::from_bytes(row.id(0)?), row.time(1)?)))
        .collect()
}

/// Ends a handover: false if it has ended.
pub(super) async fn end(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE handover SET state = 1, ended_at = $3 WHERE org_id = $1 AND id = $2 AND state = 0";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}
