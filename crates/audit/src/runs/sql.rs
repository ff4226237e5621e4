//! The table of runs.

use crate::resources::RunResource;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{AuditRunId, Timestamp, UserId};

/// `slot` is the turn of the schedule it was made for: one run per turn, whichever node makes it. `done` of `total` rules
/// have been looked at; `claim` is the mark of the node that holds it until `lease_until`. At most one run of an
/// organisation is not over.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0323_audit_run",
    sql: "CREATE TABLE audit_run (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, slot BIGINT, state TEXT NOT NULL, begun_by {bytes},
            queued_at BIGINT NOT NULL, ended_at BIGINT, done BIGINT NOT NULL, total BIGINT NOT NULL, claim {bytes},
            lease_until BIGINT NOT NULL, found BIGINT NOT NULL, opened BIGINT NOT NULL, reopened BIGINT NOT NULL,
            resolved BIGINT NOT NULL, high BIGINT NOT NULL, medium BIGINT NOT NULL, low BIGINT NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX audit_run_slot ON audit_run (org_id, slot);
          CREATE UNIQUE INDEX audit_run_active ON audit_run (org_id) WHERE state = 'running'",
};

/// What rules came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) found: i64,
    pub(crate) opened: i64,
    pub(crate) reopened: i64,
    pub(crate) resolved: i64,
}

/// A run as stored.
#[derive(Debug, Clone)]
pub(crate) struct RunRow {
    pub(crate) id: AuditRunId,
    pub(crate) scheduled: bool,
    pub(crate) state: String,
    pub(crate) begun_by: Option<UserId>,
    pub(crate) queued_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) done: i64,
    pub(crate) total: i64,
    pub(crate) tally: Tally,
    /// Open findings at its end: high, medium, low.
    pub(crate) open: [i64; 3],
}

const RUN: &str = "SELECT id, CASE WHEN slot IS NULL THEN 0 ELSE 1 END, state, begun_by, queued_at, ended_at, done, total, \
                   found, opened, reopened, resolved, high, medium, low FROM audit_run WHERE org_id = $1";

fn run(row: &Row) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: AuditRunId::from_bytes(row.id(0)?),
        scheduled: row.int(1)? != 0,
        state: row.text(2)?.to_owned(),
        begun_by: row.id_opt(3)?.map(UserId::from_bytes),
        queued_at: row.time(4)?,
        ended_at: row.time_opt(5)?,
        done: row.int(6)?,
        total: row.int(7)?,
        tally: Tally {
            found: row.int(8)?,
            opened: row.int(9)?,
            reopened: row.int(10)?,
            resolved: row.int(11)?,
        },
        open: [row.int(12)?, row.int(13)?, row.int(14)?],
    })
}

/// The newest runs, newest first.
pub(crate) async fn list(
    tx: &mut ReadTx,
    caller: &Caller,
    limit: i64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!("{RUN} ORDER BY id DESC LIMIT $2");
    let rows = tx.lookup(caller, &sql, &[Value::Int(limit)]).await?;
    rows.iter().map(run).collect()
}

/// The run that is not over, if nobody holds it.
pub(super) async fn free(
    tx: &mut ReadTx,
    caller: &Caller,
    now: Timestamp,
) -> Result<Option<RunRow>, StoreError> {
    let sql = format!("{RUN} AND state = 'running' AND lease_until <= $2");
    let rows = tx.lookup(caller, &sql, &[Value::from(now)]).await?;
    rows.first().map(run).transpose()
}

/// Whether a run was made for a turn of the schedule.
pub(super) async fn made_for(
    tx: &mut ReadTx,
    caller: &Caller,
    slot: i64,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM audit_run WHERE org_id = $1 AND slot = $2";
    Ok(!tx
        .lookup(caller, sql, &[Value::Int(slot)])
        .await?
        .is_empty())
}

/// Begins a run; false while another is not over, or one was made for the turn.
pub(super) async fn begin(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, RunResource>,
    slot: Option<i64>,
    by: Option<UserId>,
    total: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO audit_run (org_id, id, slot, state, begun_by, queued_at, done, total, lease_until, found, \
               opened, reopened, resolved, high, medium, low) \
               VALUES ($1, $2, $3, 'running', $4, $5, 0, $6, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
    let values = [
        Value::from(slot),
        Value::from(by),
        Value::from(now),
        Value::Int(total),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Takes hold of a run nobody holds; false if another node was quicker.
pub(super) async fn claim(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, RunResource>,
    claim: &[u8; 16],
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE audit_run SET claim = $3, lease_until = $4 \
               WHERE org_id = $1 AND id = $2 AND state = 'running' AND lease_until <= $5";
    let values = [Value::from(claim), Value::from(until), Value::from(now)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Writes down that a rule was looked at; false if the run is somebody else's by now.
pub(super) async fn advance(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, RunResource>,
    claim: &[u8; 16],
    done: i64,
    tally: Tally,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE audit_run SET done = $4, found = found + $5, opened = opened + $6, reopened = reopened + $7, \
               resolved = resolved + $8, lease_until = $9 \
               WHERE org_id = $1 AND id = $2 AND claim = $3 AND state = 'running'";
    let values = [
        Value::from(claim),
        Value::Int(done),
        Value::Int(tally.found),
        Value::Int(tally.opened),
        Value::Int(tally.reopened),
        Value::Int(tally.resolved),
        Value::from(until),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Ends a run; false if it is somebody else's by now.
pub(super) async fn end<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, RunResource>,
    claim: &[u8; 16],
    open: [i64; 3],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE audit_run SET state = 'finished', ended_at = $4, high = $5, medium = $6, low = $7 \
               WHERE org_id = $1 AND id = $2 AND claim = $3 AND state = 'running'";
    let values = [
        Value::from(claim),
        Value::from(now),
        Value::Int(open[0]),
        Value::Int(open[1]),
        Value::Int(open[2]),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
