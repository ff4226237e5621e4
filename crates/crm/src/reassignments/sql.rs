//! The table of mass reassignments.

use super::model::{Reassignment, Row, State};
use crate::CrmError;
use crate::customers::Customer;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Scope, actions};
use custos_store::{EngineKind, Migration, ReadTx, Row as DbRow, StoreError, Value, WriteTx};
use custos_values::{OrgId, ReassignmentId, Timestamp, UserId};

/// Of what goes at once, `details` count, sealed for the row; `to_id` and `total` are for showing. `passed` are those left
/// where they were; `touched_at` is when the last batch was written. `customer_given` are those given away one by one within a
/// day.
pub const MIGRATION: Migration = Migration {
    name: "0260_reassignment",
    sql: "CREATE TABLE reassignment (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, owner_id {bytes} NOT NULL, state TEXT NOT NULL,
            run BIGINT NOT NULL, to_id {bytes} NOT NULL, total BIGINT NOT NULL, moved BIGINT NOT NULL,
            passed BIGINT NOT NULL, created_at BIGINT NOT NULL, started_at BIGINT, touched_at BIGINT NOT NULL,
            finished_at BIGINT, details {bytes} NOT NULL, PRIMARY KEY (org_id, id));
          CREATE INDEX reassignment_owner ON reassignment (org_id, owner_id, id);
          CREATE TABLE customer_given (
            org_id {bytes} NOT NULL, giver_id {bytes} NOT NULL, given_at BIGINT NOT NULL, customer_id {bytes} NOT NULL,
            PRIMARY KEY (org_id, giver_id, given_at, customer_id)) {clustered}",
};

const COLUMNS: &str =
    "id, owner_id, state, run, to_id, total, moved, passed, created_at, touched_at, finished_at";

fn read(org: OrgId, row: &DbRow) -> Result<Row, StoreError> {
    let count = |column| row.int(column).map(i64::unsigned_abs);
    let owner = UserId::from_bytes(row.id(1)?);
    let state = State::from_name(row.text(2)?)
        .ok_or_else(|| StoreError::Corrupt("a reassignment in no state".to_owned()))?;
    Ok(Row {
        facts: Facts::owned(org, row.id(0)?, 0, Some(owner), None),
        state,
        run: row.int(3)?,
        to: UserId::from_bytes(row.id(4)?),
        total: count(5)?,
        moved: count(6)?,
        passed: count(7)?,
        created_at: row.time(8)?,
        touched_at: row.time(9)?,
        finished_at: row.time_opt(10)?,
    })
}

fn number(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Writes one down as prepared.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, Reassignment>,
    (owner, to): (UserId, UserId),
    total: u64,
    now: Timestamp,
    details: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO reassignment (org_id, id, owner_id, state, run, to_id, total, moved, passed, created_at, \
               touched_at, details) VALUES ($1, $2, $3, 'prepared', 0, $4, $5, 0, 0, $6, $6, $7)";
    let values = [
        Value::from(owner),
        Value::from(to),
        number(total),
        Value::from(now),
        Value::Bytes(details),
    ];
    tx.put(permit, sql, &values).await?;
    Ok(())
}

/// One, before any decision.
pub(super) async fn find(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ReassignmentId,
) -> Result<Row, CrmError> {
    let sql = format!("SELECT {COLUMNS} FROM reassignment WHERE org_id = $1 AND id = $2");
    let rows = tx
        .lookup(caller, &sql, &[Value::from(id.as_bytes())])
        .await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(read(caller.org(), row)?)
}

/// What one is about, sealed.
pub(super) async fn details<A: Action>(
    tx: &mut ReadTx,
    permit: &Permit<A, Reassignment>,
) -> Result<Vec<u8>, CrmError> {
    let sql = "SELECT details FROM reassignment WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(row.bytes(0)?.to_vec())
}

/// Those of a scope that were started, newest first.
pub(super) async fn started(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, Reassignment>,
    limit: i64,
) -> Result<Vec<Row>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM reassignment WHERE org_id = $1 AND state <> 'prepared' AND {{scope}} \
         ORDER BY id DESC LIMIT $2"
    );
    let rows = tx.within(scope, &sql, &[Value::Int(limit)]).await?;
    let read = rows.iter().map(|row| read(scope.org(), row));
    Ok(read.collect::<Result<_, _>>()?)
}

const RECENT: &str = "SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) + \
                      (SELECT COUNT(*) FROM customer_given WHERE org_id = $1 AND giver_id = $2 AND given_at > $3) \
                      FROM reassignment WHERE org_id = $1 AND owner_id = $2 AND started_at > $3";

fn sum(rows: &[DbRow]) -> Result<u64, StoreError> {
    let sum = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(sum.unsigned_abs())
}

/// How many customers somebody gave away since a moment, or began to.
pub(super) async fn recent(
    tx: &mut ReadTx,
    caller: &Caller,
    owner: UserId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let values = [Value::from(owner), Value::from(since)];
    sum(&tx.lookup(caller, RECENT, &values).await?)
}

/// As [`recent`], within a transaction; until it ends, nobody else counts for the same person.
pub(super) async fn recent_within(
    tx: &mut WriteTx<'_>,
    owner: UserId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    // On the embedded engine nobody else writes.
    if tx.engine() == EngineKind::Postgres {
        let lock = "SELECT 1 WHERE $1::bytea IS NOT NULL AND pg_advisory_xact_lock($2) IS NOT NULL";
        // The second half of an id is random; that somebody is there is locked by it as it is.
        let [.., a, b, c, d, e, f, g, h] = *owner.as_bytes();
        let key = !i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        tx.lookup(lock, &[Value::Int(key)]).await?;
    }
    sum(&tx
        .lookup(RECENT, &[Value::from(owner), Value::from(since)])
        .await?)
}

/// Writes down that somebody gave a customer away, and forgets what they gave away before a moment.
pub(super) async fn given(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Assign, Customer>,
    giver: UserId,
    (now, since): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let old = "DELETE FROM customer_given \
               WHERE org_id = $1 AND customer_id <> $2 AND giver_id = $3 AND given_at <= $4";
    tx.put(permit, old, &[Value::from(giver), Value::from(since)])
        .await?;
    let sql = "INSERT INTO customer_given (org_id, customer_id, giver_id, given_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    tx.put(permit, sql, &[Value::from(giver), Value::from(now)])
        .await?;
    Ok(())
}

/// Starts what was prepared: false if it is not, or no more.
pub(super) async fn start(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Assign, Reassignment>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE reassignment SET state = 'running', run = run + 1, started_at = $3, touched_at = $3 \
               WHERE org_id = $1 AND id = $2 AND state = 'prepared'";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// Lets one go on that rests, as of a run: false if it does not, or somebody was quicker.
pub(super) async fn resume(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Reassignment>,
    run: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE reassignment SET state = 'running', run = run + 1, touched_at = $4 \
               WHERE org_id = $1 AND id = $2 AND run = $3 AND state IN ('running', 'cancelled')";
    let values = [Value::Int(run), Value::from(now)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Stops one after its current batch: false if none is under way.
pub(super) async fn cancel(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Reassignment>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE reassignment SET state = 'cancelled' WHERE org_id = $1 AND id = $2 AND state = 'running'";
    Ok(tx.put(permit, sql, &[]).await? == 1)
}

/// Counts a batch of a run, which began after `done` customers: false if the run is no longer the one under way.
pub(super) async fn advance(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Reassignment>,
    (run, done): (i64, u64),
    (moved, passed): (u64, u64),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE reassignment SET moved = moved + $5, passed = passed + $6, touched_at = $7 \
               WHERE org_id = $1 AND id = $2 AND run = $3 AND moved + passed = $4 AND state = 'running'";
    let values = [
        Value::Int(run),
        number(done),
        number(moved),
        number(passed),
        Value::from(now),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Ends a run: false if it is no longer the one under way.
pub(super) async fn finish(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Reassignment>,
    run: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE reassignment SET state = 'finished', finished_at = $4, touched_at = $4 \
               WHERE org_id = $1 AND id = $2 AND run = $3 AND state = 'running'";
    let values = [Value::Int(run), Value::from(now)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
