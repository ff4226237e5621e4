//! The tables of imports: the only place that names them.

use super::details::Details;
use super::model::{Doubts, Import, Progress, State, StoredImport};
use super::row::Note;
use crate::CrmError;
use crate::crm::OrgKeys;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{ImportId, OrgId, Timestamp, UserId};

/// The tables. What was rejected is kept by row number and codes; the values are in the file only.
pub const MIGRATION: Migration = Migration {
    name: "0204_import",
    sql: "CREATE TABLE import (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, owner_id {bytes} NOT NULL, state TEXT NOT NULL,
            run BIGINT NOT NULL, size BIGINT NOT NULL, created_at BIGINT NOT NULL, finished_at BIGINT,
            purged_at BIGINT, next_row BIGINT NOT NULL, bytes_read BIGINT NOT NULL, bytes_total BIGINT NOT NULL,
            rows_read BIGINT NOT NULL, created BIGINT NOT NULL, updated BIGINT NOT NULL, skipped BIGINT NOT NULL,
            rejected BIGINT NOT NULL, doubts TEXT NOT NULL, failure TEXT, details {bytes} NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE INDEX import_owner ON import (org_id, owner_id, id);
          CREATE TABLE import_rejection (
            org_id {bytes} NOT NULL, import_id {bytes} NOT NULL, row_number BIGINT NOT NULL, outcome TEXT NOT NULL,
            reasons TEXT NOT NULL,
            PRIMARY KEY (org_id, import_id, row_number)) {clustered}",
};

const COLUMNS: &str = "id, owner_id, state, run, size, created_at, finished_at, next_row, bytes_read, bytes_total, \
                       rows_read, created, updated, skipped, rejected, doubts, failure, details";

fn stored(org: OrgId, keys: &OrgKeys, row: &Row) -> Result<StoredImport, CrmError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of an import"));
    let count = |column| row.int(column).map(i64::unsigned_abs);
    let id = row.id(0)?;
    let owner = UserId::from_bytes(row.id(1)?);
    Ok(StoredImport {
        facts: Facts::owned(org, id, row.int(3)?, Some(owner), None),
        state: State::from_name(row.text(2)?).ok_or_else(|| corrupt("state"))?,
        run: row.int(3)?,
        size: count(4)?,
        created_at: row.time(5)?,
        finished_at: row.time_opt(6)?,
        next_row: count(7)?,
        progress: Progress {
            bytes_read: count(8)?,
            bytes_total: count(9)?,
            read: count(10)?,
            created: count(11)?,
            updated: count(12)?,
            skipped: count(13)?,
            rejected: count(14)?,
        },
        doubts: serde_json::from_str(row.text(15)?).map_err(|_| corrupt("doubts"))?,
        failure: row.text_opt(16)?.map(str::to_owned),
        details: Details::open(keys, ImportId::from_bytes(id), row.bytes(17)?)?,
    })
}

/// Inserts an uploaded import.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, Import>,
    owner: UserId,
    size: u64,
    now: Timestamp,
    details: Vec<u8>,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO import (org_id, id, owner_id, state, run, size, created_at, next_row, bytes_read, \
               bytes_total, rows_read, created, updated, skipped, rejected, doubts, details) \
               VALUES ($1, $2, $3, $4, 0, $5, $6, 0, 0, $5, 0, 0, 0, 0, 0, '[]', $7)";
    let more = [
        Value::from(owner),
        Value::from(State::Detected.name()),
        number(size),
        Value::from(now),
        Value::Bytes(details),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// An import of the caller's organisation, before any decision.
pub(super) async fn find(
    tx: &mut ReadTx,
    caller: &Caller,
    keys: &OrgKeys,
    id: ImportId,
) -> Result<StoredImport, CrmError> {
    let sql = format!("SELECT {COLUMNS} FROM import WHERE org_id = $1 AND id = $2");
    let rows = tx
        .lookup(caller, &sql, &[Value::from(id.as_bytes())])
        .await?;
    stored(caller.org(), keys, rows.first().ok_or(CrmError::NotFound)?)
}

/// The imports of a scope, newest first, before one; and how many there are in all.
pub(super) async fn page<A: Action>(
    tx: &mut ReadTx,
    scope: &Scope<A, Import>,
    keys: &OrgKeys,
    before: Option<ImportId>,
    limit: usize,
) -> Result<(Vec<StoredImport>, u64), CrmError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM import WHERE org_id = $1 AND id < $2 AND {{scope}} ORDER BY id DESC LIMIT $3"
    );
    let before = before.map_or([0xff; 16], |id| *id.as_bytes());
    let more = [Value::from(&before), number(limit as u64)];
    let rows = tx.within(scope, &sql, &more).await?;
    let imports = rows
        .iter()
        .map(|row| stored(scope.org(), keys, row))
        .collect::<Result<_, _>>()?;
    let count = "SELECT COUNT(*) FROM import WHERE org_id = $1 AND {scope}";
    let total = tx.within(scope, count, &[]).await?;
    let total = total
        .first()
        .map_or(Ok(0), |row| row.int(0))?
        .unsigned_abs();
    Ok((imports, total))
}

/// Replaces the details of an import that has not started; false if it has.
pub(super) async fn redetect(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
    details: Vec<u8>,
) -> Result<bool, CrmError> {
    let sql = "UPDATE import SET details = $3 WHERE org_id = $1 AND id = $2 AND state = $4";
    let more = [Value::Bytes(details), Value::from(State::Detected.name())];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// Starts an import with its options; false if it has started already. The permit's version is the run it was read at.
pub(super) async fn start(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
    details: Vec<u8>,
) -> Result<bool, CrmError> {
    let sql = "UPDATE import SET state = $3, run = run + 1, details = $4 \
               WHERE org_id = $1 AND id = $2 AND state = $5 AND run = $6";
    let more = [
        Value::from(State::Running.name()),
        Value::Bytes(details),
        Value::from(State::Detected.name()),
        Value::Int(permit.version()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// Starts a stopped import again; false if it is not stopped.
pub(super) async fn resume(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
) -> Result<bool, CrmError> {
    let sql = "UPDATE import SET state = $3, run = run + 1, failure = NULL, finished_at = NULL \
               WHERE org_id = $1 AND id = $2 AND state IN ($4, $5) AND run = $6 AND purged_at IS NULL";
    let more = [
        Value::from(State::Running.name()),
        Value::from(State::Cancelled.name()),
        Value::from(State::Interrupted.name()),
        Value::Int(permit.version()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// Asks the worker to stop; false if none is running.
pub(super) async fn cancel(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
) -> Result<bool, CrmError> {
    let sql = "UPDATE import SET state = $3 WHERE org_id = $1 AND id = $2 AND state = $4";
    let more = [State::Cancelling, State::Running].map(|s| Value::from(s.name()));
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// Ends a run; false if it is no longer the import's run.
pub(super) async fn end(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
    run: i64,
    state: State,
    failure: Option<&str>,
    now: Timestamp,
) -> Result<bool, CrmError> {
    let sql = "UPDATE import SET state = $3, failure = $4, finished_at = $5 \
               WHERE org_id = $1 AND id = $2 AND run = $6 AND state IN ($7, $8)";
    let more = [
        Value::from(state.name()),
        Value::from(failure),
        Value::from(now),
        Value::Int(run),
        Value::from(State::Running.name()),
        Value::from(State::Cancelling.name()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// What a batch adds to its import.
pub(super) struct Step<'a> {
    pub(super) run: i64,
    pub(super) from_row: u64,
    pub(super) next_row: u64,
    /// Counts to add; the bytes replace.
    pub(super) add: Progress,
    pub(super) doubts: &'a Doubts,
}

/// Moves an import forward; false if another worker did, or it was ended: nothing of the batch may remain then.
pub(super) async fn advance(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
    step: &Step<'_>,
) -> Result<bool, CrmError> {
    let sql = "UPDATE import SET next_row = $3, bytes_read = $4, bytes_total = $5, rows_read = rows_read + $6, \
               created = created + $7, updated = updated + $8, skipped = skipped + $9, rejected = rejected + $10, \
               doubts = $11 \
               WHERE org_id = $1 AND id = $2 AND run = $12 AND next_row = $13 AND state IN ($14, $15)";
    let doubts = serde_json::to_string(step.doubts).unwrap_or_else(|_| "[]".to_owned());
    let more = [
        number(step.next_row),
        number(step.add.bytes_read),
        number(step.add.bytes_total),
        number(step.add.read),
        number(step.add.created),
        number(step.add.updated),
        number(step.add.skipped),
        number(step.add.rejected),
        Value::from(doubts),
        Value::Int(step.run),
        number(step.from_row),
        Value::from(State::Running.name()),
        Value::from(State::Cancelling.name()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// Whether somebody wants the import to stop.
pub(super) async fn is_cancelling(
    tx: &mut ReadTx,
    permit: &Permit<actions::Update, Import>,
) -> Result<bool, CrmError> {
    let sql = "SELECT state FROM import WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    Ok(rows
        .first()
        .is_none_or(|row| row.text(0).ok() != Some(State::Running.name())))
}

/// Rows per statement when rejections are written.
const REJECTIONS: usize = 25;

/// Notes rows that were left out: number, outcome (`rejected` or `skipped`) and reasons.
pub(super) async fn reject(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
    rows: &[(u64, &'static str, String)],
) -> Result<(), CrmError> {
    let tuple = |at: usize| {
        format!(
            "($1, $2, ${}, ${}, ${})",
            3 * at + 3,
            3 * at + 4,
            3 * at + 5
        )
    };
    for chunk in rows.chunks(REJECTIONS) {
        let tuples: Vec<String> = (0..chunk.len()).map(tuple).collect();
        let sql = format!(
            "INSERT INTO import_rejection (org_id, import_id, row_number, outcome, reasons) VALUES {}",
            tuples.join(", ")
        );
        let values = chunk.iter().flat_map(|(row, outcome, reasons)| {
            [
                number(*row),
                Value::from(*outcome),
                Value::from(reasons.as_str()),
            ]
        });
        tx.put(permit, &sql, &values.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Rows that were left out, from one on, in the file's order.
pub(super) async fn rejections(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, Import>,
    from: u64,
    with_skipped: bool,
    limit: usize,
) -> Result<Vec<(u64, Vec<Note>)>, CrmError> {
    let sql = "SELECT row_number, reasons FROM import_rejection WHERE org_id = $1 AND import_id = $2 \
               AND row_number >= $3 AND outcome IN ('rejected', $4) ORDER BY row_number LIMIT $5";
    let also = if with_skipped { "skipped" } else { "rejected" };
    let more = [number(from), Value::from(also), number(limit as u64)];
    let rows = tx.of(permit, sql, &more).await?;
    let corrupt = |_| StoreError::Corrupt("reasons of a rejection".to_owned());
    rows.iter()
        .map(|row| {
            let notes = serde_json::from_str(row.text(1)?).map_err(corrupt)?;
            Ok((row.int(0)?.unsigned_abs(), notes))
        })
        .collect()
}

/// Removes an import that is not running, with its rejections; false if it is running.
pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, Import>,
) -> Result<bool, CrmError> {
    let sql = "DELETE FROM import WHERE org_id = $1 AND id = $2 AND state NOT IN ($3, $4)";
    let more = [State::Running, State::Cancelling].map(|s| Value::from(s.name()));
    if tx.put(permit, sql, &more).await? != 1 {
        return Ok(false);
    }
    let rejections = "DELETE FROM import_rejection WHERE org_id = $1 AND import_id = $2";
    tx.put(permit, rejections, &[]).await?;
    Ok(true)
}

/// Notes that an import's file and reasons are gone.
pub(super) async fn purge(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, Import>,
    now: Timestamp,
) -> Result<(), CrmError> {
    let sql = "UPDATE import SET purged_at = $3 WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[Value::from(now)]).await?;
    let rejections = "DELETE FROM import_rejection WHERE org_id = $1 AND import_id = $2";
    tx.put(permit, rejections, &[]).await?;
    Ok(())
}

/// An import as keeping order needs it.
pub(super) struct Tended {
    pub(super) facts: Facts<Import>,
    pub(super) run: i64,
}

/// Imports that are marked as running.
pub(super) async fn running(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, Import>,
) -> Result<Vec<Tended>, CrmError> {
    let sql =
        "SELECT id, owner_id, run FROM import WHERE org_id = $1 AND state IN ($2, $3) AND {scope}";
    let more = [State::Running, State::Cancelling].map(|s| Value::from(s.name()));
    tended(scope.org(), &tx.within(scope, sql, &more).await?)
}

/// Imports that are not running, whose files are there and which ended (or, never started, were uploaded) before a
/// moment.
pub(super) async fn stale(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, Import>,
    before: Timestamp,
) -> Result<Vec<Tended>, CrmError> {
    let sql = "SELECT id, owner_id, run FROM import WHERE org_id = $1 AND state NOT IN ($2, $3) \
               AND purged_at IS NULL AND COALESCE(finished_at, created_at) < $4 AND {scope} LIMIT 1000";
    let more = [
        Value::from(State::Running.name()),
        Value::from(State::Cancelling.name()),
        Value::from(before),
    ];
    tended(scope.org(), &tx.within(scope, sql, &more).await?)
}

fn tended(org: OrgId, rows: &[Row]) -> Result<Vec<Tended>, CrmError> {
    rows.iter()
        .map(|row| {
            let owner = UserId::from_bytes(row.id(1)?);
            let run = row.int(2)?;
            Ok(Tended {
                facts: Facts::owned(org, row.id(0)?, run, Some(owner), None),
                run,
            })
        })
        .collect()
}

/// Whether any organisation knows an upload of this id, for sweeping files that nobody knows.
pub(super) async fn is_known(tx: &mut ReadTx, id: &[u8; 16]) -> Result<bool, CrmError> {
    let rows = tx
        .before_sign_in(
            "SELECT 1 FROM import WHERE id = $1 LIMIT 1",
            &[Value::from(id)],
        )
        .await?;
    Ok(!rows.is_empty())
}

fn number(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}
