//! The table of schedules.

use super::CatchUp;
use crate::resources::ScheduleResource;
use custos_kernel::policy::{Action, Caller, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{ScheduleId, Timestamp};

/// `next_at` is the time of the one job of the schedule that has not ended; only the end of that one makes the next. Null when
/// there is none any more. `code` says why.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0571_job_schedule",
    sql: "CREATE TABLE job_schedule (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, cron TEXT NOT NULL,
            zone TEXT NOT NULL, catch_up TEXT NOT NULL, next_at BIGINT, last_at BIGINT, code TEXT, payload {bytes} NOT NULL,
            created_at BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX job_schedule_name ON job_schedule (org_id, name)",
};

/// A schedule as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: ScheduleId,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) cron: String,
    pub(crate) zone: String,
    pub(crate) catch_up: CatchUp,
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) code: Option<String>,
    pub(crate) payload: Vec<u8>,
}

const COLUMNS: &str = "id, name, kind, cron, zone, catch_up, next_at, last_at, code, payload";

fn read(row: &Row) -> Result<Stored, StoreError> {
    let catch_up = CatchUp::from_name(row.text(5)?)
        .ok_or_else(|| StoreError::Corrupt("a schedule of an unknown kind".to_owned()))?;
    Ok(Stored {
        id: ScheduleId::from_bytes(row.id(0)?),
        name: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        cron: row.text(3)?.to_owned(),
        zone: row.text(4)?.to_owned(),
        catch_up,
        next_at: row.time_opt(6)?,
        last_at: row.time_opt(7)?,
        code: row.text_opt(8)?.map(str::to_owned),
        payload: row.bytes(9)?.to_vec(),
    })
}

/// The one of a name.
pub(super) async fn named(tx: &mut WriteTx<'_>, name: &str) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job_schedule WHERE org_id = $1 AND name = $2");
    let rows = tx.lookup(&sql, &[Value::from(name)]).await?;
    rows.first().map(read).transpose()
}

/// The one of an id.
pub(super) async fn find(
    tx: &mut WriteTx<'_>,
    id: ScheduleId,
) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job_schedule WHERE org_id = $1 AND id = $2");
    let rows = tx.lookup(&sql, &[Value::from(id.as_bytes())]).await?;
    rows.first().map(read).transpose()
}

/// The same outside of a transaction.
pub(super) async fn seen(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ScheduleId,
) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job_schedule WHERE org_id = $1 AND id = $2");
    let rows = tx
        .lookup(caller, &sql, &[Value::from(id.as_bytes())])
        .await?;
    rows.first().map(read).transpose()
}

fn values(stored: &Stored) -> Vec<Value> {
    vec![
        Value::from(stored.name.as_str()),
        Value::from(stored.kind.as_str()),
        Value::from(stored.cron.as_str()),
        Value::from(stored.zone.as_str()),
        Value::from(stored.catch_up.name()),
        Value::from(stored.next_at),
        Value::Bytes(stored.payload.clone()),
    ]
}

/// False if there is one of that name.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, ScheduleResource>,
    stored: &Stored,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO job_schedule (org_id, id, name, kind, cron, zone, catch_up, next_at, payload, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (org_id, name) DO NOTHING";
    let mut values = values(stored);
    values.push(Value::from(now));
    Ok(tx.put(permit, sql, &values).await? == 1)
}

pub(super) async fn replace(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ScheduleResource>,
    stored: &Stored,
) -> Result<(), StoreError> {
    let sql = "UPDATE job_schedule SET name = $3, kind = $4, cron = $5, zone = $6, catch_up = $7, next_at = $8, \
               payload = $9, code = NULL WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &values(stored)).await.map(|_| ())
}

pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, ScheduleResource>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM job_schedule WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[]).await.map(|_| ())
}

/// Moves a schedule on from one of its times: false if it has moved on already.
pub(super) async fn move_on<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, ScheduleResource>,
    from: Timestamp,
    next_at: Option<Timestamp>,
    code: Option<&'static str>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job_schedule SET next_at = $4, last_at = $3, code = $5 \
               WHERE org_id = $1 AND id = $2 AND next_at = $3";
    let values = [Value::from(from), Value::from(next_at), Value::from(code)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// All of a scope, by name.
pub(super) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, ScheduleResource>,
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM job_schedule WHERE org_id = $1 AND {{scope}} ORDER BY name LIMIT 1000"
    );
    let rows = tx.within(scope, &sql, &[]).await?;
    rows.iter().map(read).collect()
}
