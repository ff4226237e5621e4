//! The table of emergency access.

use super::model::{Row, State};
use crate::BreakGlassResource;
use crate::newest::Wanted;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::{Migration, ReadTx, Row as DbRow, StoreError, Value, WriteTx};
use custos_values::{EmergencyId, OrgId, Timestamp, UserId};

/// What counts is sealed, bound to the id; the columns in clear are for finding it. One person has one at a time.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0530_break_glass",
    sql: "CREATE TABLE break_glass (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, sealed {bytes} NOT NULL,
            state TEXT NOT NULL, until_at BIGINT NOT NULL, ended_at BIGINT, review {bytes},
            PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX break_glass_active ON break_glass (org_id, user_id) WHERE state = 'active';
          CREATE INDEX break_glass_state ON break_glass (org_id, state, id)",
};

const COLUMNS: &str = "id, user_id, sealed, state, until_at, ended_at, review";

fn row(row: &DbRow) -> Result<Row, StoreError> {
    let state = State::from_name(row.text(3)?)
        .ok_or_else(|| StoreError::Corrupt("emergency access in no state".to_owned()))?;
    Ok(Row {
        id: EmergencyId::from_bytes(row.id(0)?),
        user: UserId::from_bytes(row.id(1)?),
        sealed: row.bytes(2)?.to_vec(),
        state,
        until: row.time(4)?,
        ended_at: row.time_opt(5)?,
        review: row.bytes_opt(6)?.map(<[u8]>::to_vec),
    })
}

/// Writes it down.
///
/// # Errors
/// [`StoreError::Duplicate`] when the person has one already.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, BreakGlassResource>,
    user: UserId,
    sealed: Vec<u8>,
    until: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO break_glass (org_id, id, user_id, sealed, state, until_at) \
               VALUES ($1, $2, $3, $4, 'active', $5)";
    let values = [Value::from(user), Value::Bytes(sealed), Value::from(until)];
    tx.put(permit, sql, &values).await?;
    Ok(())
}

/// What a person has that is not written down as ended, within a transaction.
pub(super) async fn active_of(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<Option<Row>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM break_glass WHERE org_id = $1 AND user_id = $2 AND state = 'active'"
    );
    let rows = tx.lookup(&sql, &[Value::from(user)]).await?;
    rows.first().map(row).transpose()
}

/// One.
pub(super) async fn one(
    tx: &mut ReadTx,
    caller: &Caller,
    id: EmergencyId,
) -> Result<Option<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM break_glass WHERE org_id = $1 AND id = $2");
    let values = [Value::from(&id.as_bytes()[..])];
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.first().map(row).transpose()
}

/// Those in some states, newest first, before one; of one person or of all.
pub(super) async fn list(
    tx: &mut ReadTx,
    caller: &Caller,
    of: Option<UserId>,
    states: &[State],
    before: Option<EmergencyId>,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let wanted = Wanted {
        select: &format!("SELECT {COLUMNS} FROM break_glass"),
        person: "user_id",
        of,
        states: states.iter().map(|state| state.name()).collect(),
        before: before.map(|id| *id.as_bytes()),
        limit,
    };
    let rows = wanted.read(tx, caller).await?;
    rows.iter().map(row).collect()
}

/// Everything not written down as ended.
pub(super) async fn active(tx: &mut ReadTx, keeper: &Caller) -> Result<Vec<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM break_glass WHERE org_id = $1 AND state = 'active'");
    let rows = tx.lookup(keeper, &sql, &[]).await?;
    rows.iter().map(row).collect()
}

/// How many have ended and wait for their review.
pub(super) async fn waiting(
    tx: &mut ReadTx,
    caller: &Caller,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM break_glass WHERE org_id = $1 AND (state = 'ended' OR review IS NULL) \
               AND (state <> 'active' OR until_at <= $2)";
    let rows = tx.lookup(caller, sql, &[Value::from(now)]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The organisations in which somebody has it.
pub(super) async fn organisations(tx: &mut ReadTx) -> Result<Vec<OrgId>, StoreError> {
    let sql = "SELECT DISTINCT org_id FROM break_glass WHERE state = 'active'";
    let rows = tx.before_sign_in(sql, &[]).await?;
    rows.iter()
        .map(|row| Ok(OrgId::from_bytes(row.id(0)?)))
        .collect()
}

/// Writes the end down: false if it was before.
pub(super) async fn end<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, BreakGlassResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE break_glass SET state = 'ended', ended_at = $3 \
               WHERE org_id = $1 AND id = $2 AND state = 'active'";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// Writes the review down: false if it has not ended, or was reviewed.
pub(super) async fn review(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Verify, BreakGlassResource>,
    sealed: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE break_glass SET state = 'reviewed', review = $3 \
               WHERE org_id = $1 AND id = $2 AND state = 'ended'";
    Ok(tx.put(permit, sql, &[Value::Bytes(sealed)]).await? == 1)
}

/// Takes back that something was reviewed, if the review is still what was found to be forged.
pub(super) async fn forget_forged(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Verify, BreakGlassResource>,
    forged: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let sql = "UPDATE break_glass SET state = 'ended', review = NULL WHERE org_id = $1 AND id = $2 \
               AND state = 'reviewed' AND (review = $3 OR (review IS NULL AND $4 = 1))";
    let none = i64::from(forged.is_none());
    let forged = Value::Bytes(forged.unwrap_or_default());
    tx.put(permit, sql, &[forged, Value::Int(none)]).await?;
    Ok(())
}
