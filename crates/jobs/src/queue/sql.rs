//! The table of jobs, and the lane in which an organisation's jobs are taken up.

use super::State;
use crate::resources::{JobResource, ScheduleResource};
use custos_kernel::policy::{Action, Caller, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{JobId, OrgId, ScheduleId, Timestamp};

/// `wake_at` is when somebody has to look at a job: when it is due, when its next attempt is, or when the lease of the node
/// that is at it ends; null once it has ended. `fence` is the number of that lease, taken from the lane, and `steps` how many
/// transactions the job has had; both must be what a node believes when it ends a step. `payload` and `bookmark` are sealed,
/// and gone once nothing is left to do.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0570_job",
    sql: "CREATE TABLE job (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, kind TEXT NOT NULL, unique_key TEXT, schedule_id {bytes},
            state TEXT NOT NULL, due_at BIGINT NOT NULL, wake_at BIGINT, attempts BIGINT NOT NULL, fence BIGINT NOT NULL,
            holder {bytes}, steps BIGINT NOT NULL, done BIGINT NOT NULL, total BIGINT, cancel_asked BIGINT NOT NULL,
            code TEXT, payload {bytes}, bookmark {bytes}, created_at BIGINT NOT NULL, ended_at BIGINT,
            PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX job_unique ON job (org_id, kind, unique_key);
          CREATE INDEX job_wake ON job (org_id, wake_at);
          CREATE INDEX job_soonest ON job (wake_at);
          CREATE INDEX job_ended ON job (org_id, ended_at);
          CREATE TABLE job_lane (
            org_id {bytes} PRIMARY KEY, fence BIGINT NOT NULL, last_job {bytes} NOT NULL)",
};

/// A job about to be queued.
pub(super) struct NewRow<'a> {
    pub(super) kind: &'a str,
    pub(super) key: Option<&'a str>,
    pub(super) schedule: Option<ScheduleId>,
    pub(super) due_at: Timestamp,
    pub(super) payload: Vec<u8>,
    pub(super) now: Timestamp,
}

/// False if there is one of that kind and key.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, JobResource>,
    row: NewRow<'_>,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO job (org_id, id, kind, unique_key, schedule_id, state, due_at, wake_at, attempts, fence, \
               steps, done, cancel_asked, payload, created_at) \
               VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6, 0, 0, 0, 0, 0, $7, $8) \
               ON CONFLICT (org_id, kind, unique_key) DO NOTHING";
    let values = [
        Value::from(row.kind),
        Value::from(row.key),
        Value::from(row.schedule.map(|id| id.as_bytes().to_vec())),
        Value::from(row.due_at),
        Value::Bytes(row.payload),
        Value::from(row.now),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// How many wait or run, counted up to a number.
pub(super) async fn open(tx: &mut WriteTx<'_>, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE org_id = $1 AND wake_at IS NOT NULL LIMIT $2) AS counted";
    let rows = tx.lookup(sql, &[Value::Int(most)]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The one of a kind and key that waits.
pub(super) async fn waiting(
    tx: &mut WriteTx<'_>,
    kind: &str,
    key: &str,
) -> Result<Option<JobId>, StoreError> {
    let sql = "SELECT id FROM job WHERE org_id = $1 AND kind = $2 AND unique_key = $3 AND state = 'waiting'";
    let values = [Value::from(kind), Value::from(key)];
    let rows = tx.lookup(sql, &values).await?;
    rows.first()
        .map(|row| Ok(JobId::from_bytes(row.id(0)?)))
        .transpose()
}

/// Ends one that waits, and gives its key free.
pub(super) async fn withdraw(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, JobResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'cancelled', code = 'withdrawn', unique_key = NULL, wake_at = NULL, ended_at = $3, \
               payload = NULL, bookmark = NULL WHERE org_id = $1 AND id = $2 AND state = 'waiting'";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// The same for what a schedule left waiting.
pub(crate) async fn withdraw_scheduled<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, ScheduleResource>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "UPDATE job SET state = 'cancelled', code = 'rescheduled', unique_key = NULL, wake_at = NULL, \
               ended_at = $3, payload = NULL, bookmark = NULL \
               WHERE org_id = $1 AND schedule_id = $2 AND state = 'waiting'";
    tx.put(permit, sql, &[Value::from(now)]).await
}

/// `$n, $n+1, …` for a list of kinds, and the values.
fn among(kinds: &[&'static str], first: usize) -> (String, Vec<Value>) {
    let marks: Vec<String> = (first..first + kinds.len())
        .map(|n| format!("${n}"))
        .collect();
    let values = kinds.iter().map(|kind| Value::from(*kind)).collect();
    (marks.join(", "), values)
}

/// A job somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) org: OrgId,
    pub(crate) id: JobId,
    pub(crate) kind: String,
    pub(crate) wake_at: Timestamp,
}

/// The one of an organisation that is due longest, of the kinds that are done here.
pub(crate) async fn due(
    tx: &mut ReadTx,
    org: OrgId,
    kinds: &[&'static str],
    now: Timestamp,
) -> Result<Option<Due>, StoreError> {
    let (marks, kinds) = among(kinds, 3);
    let sql = format!(
        "SELECT id, kind, wake_at FROM job WHERE org_id = $1 AND wake_at <= $2 AND kind IN ({marks}) \
         ORDER BY wake_at, id LIMIT 1"
    );
    let mut values = vec![Value::from(&org.as_bytes()[..]), Value::from(now)];
    values.extend(kinds);
    let rows = tx.before_sign_in(&sql, &values).await?;
    rows.first()
        .map(|row| {
            Ok(Due {
                org,
                id: JobId::from_bytes(row.id(0)?),
                kind: row.text(1)?.to_owned(),
                wake_at: row.time(2)?,
            })
        })
        .transpose()
}

/// When somebody has to look next, of the kinds that are done here.
pub(crate) async fn soonest(
    tx: &mut ReadTx,
    kinds: &[&'static str],
) -> Result<Option<Timestamp>, StoreError> {
    let (marks, kinds) = among(kinds, 1);
    let sql = format!(
        "SELECT wake_at FROM job WHERE wake_at IS NOT NULL AND kind IN ({marks}) ORDER BY wake_at LIMIT 1"
    );
    let rows = tx.before_sign_in(&sql, &kinds).await?;
    rows.first().map(|row| row.time(0)).transpose()
}

/// The next number of the lane. Until the transaction ends nobody else takes up a job of the organisation.
pub(crate) async fn next_fence(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
) -> Result<i64, StoreError> {
    let sql = "INSERT INTO job_lane (org_id, fence, last_job) VALUES ($1, 1, $2) \
               ON CONFLICT (org_id) DO UPDATE SET fence = job_lane.fence + 1, last_job = $2";
    tx.put(permit, sql, &[]).await?;
    let rows = tx
        .lookup("SELECT fence FROM job_lane WHERE org_id = $1", &[])
        .await?;
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Corrupt("no lane of jobs".to_owned()))?;
    row.int(0)
}

const RUNNING: &str =
    "SELECT COUNT(*) FROM job WHERE org_id = $1 AND wake_at > $2 AND state = 'running'";

/// How many a node is at.
pub(crate) async fn running(tx: &mut WriteTx<'_>, now: Timestamp) -> Result<i64, StoreError> {
    let rows = tx.lookup(RUNNING, &[Value::from(now)]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The same outside of a transaction.
pub(crate) async fn running_now(
    tx: &mut ReadTx,
    org: OrgId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let values = [Value::from(&org.as_bytes()[..]), Value::from(now)];
    let rows = tx.before_sign_in(RUNNING, &values).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Takes a job up: false if it is no longer as it was seen.
pub(crate) async fn claim(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
    seen: &Due,
    fence: i64,
    holder: &[u8; 16],
    lease_ends: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'running', attempts = attempts + 1, fence = $3, holder = $4, wake_at = $5 \
               WHERE org_id = $1 AND id = $2 AND state IN ('waiting', 'running') AND wake_at = $6";
    let values = [
        Value::Int(fence),
        Value::from(holder),
        Value::from(lease_ends),
        Value::from(seen.wake_at),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// A job a node is at.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) org: OrgId,
    pub(crate) id: JobId,
    pub(crate) kind: String,
    pub(crate) schedule: Option<ScheduleId>,
    pub(crate) due_at: Timestamp,
    /// Attempts begun at this step, this one included.
    pub(crate) attempts: i64,
    pub(crate) fence: i64,
    pub(crate) steps: i64,
    pub(crate) done: i64,
    pub(crate) total: Option<i64>,
    pub(crate) cancel_asked: bool,
    /// Whether an attempt at it has failed before.
    pub(crate) failed_before: bool,
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) bookmark: Option<Vec<u8>>,
}

/// What a node is at by its number: none if the job passed to another, or ended.
pub(crate) async fn held(
    tx: &mut ReadTx,
    caller: &Caller,
    id: JobId,
    fence: i64,
) -> Result<Option<Held>, StoreError> {
    let sql = "SELECT kind, schedule_id, due_at, attempts, steps, done, total, cancel_asked, payload, bookmark, code \
               FROM job WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'running'";
    let values = [Value::from(id.as_bytes()), Value::Int(fence)];
    let rows = tx.lookup(caller, sql, &values).await?;
    rows.first()
        .map(|row| {
            Ok(Held {
                org: caller.org(),
                id,
                kind: row.text(0)?.to_owned(),
                schedule: row.id_opt(1)?.map(ScheduleId::from_bytes),
                due_at: row.time(2)?,
                attempts: row.int(3)?,
                fence,
                steps: row.int(4)?,
                done: row.int(5)?,
                total: row.int_opt(6)?,
                cancel_asked: row.int(7)? != 0,
                payload: row.bytes_opt(8)?.map(<[u8]>::to_vec),
                bookmark: row.bytes_opt(9)?.map(<[u8]>::to_vec),
                failed_before: row.text_opt(10)?.is_some(),
            })
        })
        .transpose()
}

/// Whether somebody asked meanwhile that a job ends.
pub(crate) async fn is_cancel_asked(tx: &mut WriteTx<'_>, id: JobId) -> Result<bool, StoreError> {
    let sql = "SELECT cancel_asked FROM job WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(id.as_bytes())]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.int(0)? != 0))
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) state: State,
    pub(crate) code: Option<&'static str>,
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
}

/// Ends an attempt: false if the job passed to another node, or the step was ended already.
pub(crate) async fn settle(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
    held: &Held,
    ending: &Ending,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = $5, code = $6, wake_at = $7, ended_at = $8, holder = NULL, \
               payload = CASE WHEN $9 = 1 THEN payload ELSE NULL END, \
               bookmark = CASE WHEN $9 = 1 THEN bookmark ELSE NULL END \
               WHERE org_id = $1 AND id = $2 AND state = 'running' AND fence = $3 AND steps = $4";
    let keep = matches!(ending.state, State::Waiting | State::Failed);
    let values = [
        Value::Int(held.fence),
        Value::Int(held.steps),
        Value::from(ending.state.name()),
        Value::from(ending.code),
        Value::from(ending.wake_at),
        Value::from(ending.ended_at),
        Value::from(keep),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Ends a step of a job that goes on: false as for [`settle`].
pub(crate) async fn advance(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
    held: &Held,
    (done, total): (i64, Option<i64>),
    bookmark: Vec<u8>,
    lease_ends: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET steps = steps + 1, attempts = 1, code = NULL, done = $5, total = $6, bookmark = $7, \
               wake_at = $8 \
               WHERE org_id = $1 AND id = $2 AND state = 'running' AND fence = $3 AND steps = $4";
    let values = [
        Value::Int(held.fence),
        Value::Int(held.steps),
        Value::Int(done),
        Value::from(total),
        Value::Bytes(bookmark),
        Value::from(lease_ends),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// What a node has, or every node: organisation and job.
pub(crate) async fn left_running(
    tx: &mut ReadTx,
    holder: Option<&[u8; 16]>,
) -> Result<Vec<(OrgId, JobId)>, StoreError> {
    let sql = "SELECT org_id, id FROM job WHERE wake_at IS NOT NULL AND state = 'running' AND (holder = $1 OR $2 = 1)";
    let values = [
        Value::Bytes(holder.map_or_else(Vec::new, |holder| holder.to_vec())),
        Value::from(holder.is_none()),
    ];
    let rows = tx.before_sign_in(sql, &values).await?;
    rows.iter()
        .map(|row| Ok((OrgId::from_bytes(row.id(0)?), JobId::from_bytes(row.id(1)?))))
        .collect()
}

/// Lets go of a job at once, so that another node, or this one, takes it up without waiting for the lease to end.
pub(crate) async fn give_back(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
    holder: Option<&[u8; 16]>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'waiting', holder = NULL, wake_at = $3, \
               attempts = CASE WHEN $5 = 1 THEN attempts ELSE attempts - 1 END \
               WHERE org_id = $1 AND id = $2 AND state = 'running' AND (holder = $4 OR $5 = 1)";
    let values = [
        Value::from(now),
        Value::Bytes(holder.map_or_else(Vec::new, |holder| holder.to_vec())),
        Value::from(holder.is_none()),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// A job as the list shows it.
pub(crate) struct Listed {
    pub(crate) id: JobId,
    pub(crate) kind: String,
    pub(crate) scheduled: bool,
    pub(crate) state: State,
    pub(crate) due_at: Timestamp,
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) attempts: i64,
    pub(crate) done: i64,
    pub(crate) total: Option<i64>,
    pub(crate) cancel_asked: bool,
    pub(crate) code: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

fn state(name: &str) -> Result<State, StoreError> {
    State::from_name(name)
        .ok_or_else(|| StoreError::Corrupt("a job in an unknown state".to_owned()))
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: JobId::from_bytes(row.id(0)?),
        kind: row.text(1)?.to_owned(),
        scheduled: row.bytes_opt(2)?.is_some(),
        state: state(row.text(3)?)?,
        due_at: row.time(4)?,
        wake_at: row.time_opt(5)?,
        attempts: row.int(6)?,
        done: row.int(7)?,
        total: row.int_opt(8)?,
        cancel_asked: row.int(9)? != 0,
        code: row.text_opt(10)?.map(str::to_owned),
        created_at: row.time(11)?,
        ended_at: row.time_opt(12)?,
    })
}

/// Which ones are asked for; empty texts mean all.
pub(crate) struct Wanted<'a> {
    pub(crate) kind: &'a str,
    pub(crate) state: Option<State>,
}

impl Wanted<'_> {
    fn values(&self) -> [Value; 2] {
        [
            Value::from(self.kind),
            Value::from(self.state.map_or("", State::name)),
        ]
    }
}

/// Newest first, before one.
pub(crate) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, JobResource>,
    wanted: &Wanted<'_>,
    before: Option<JobId>,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    let sql = "SELECT id, kind, schedule_id, state, due_at, wake_at, attempts, done, total, cancel_asked, code, \
               created_at, ended_at FROM job \
               WHERE org_id = $1 AND (kind = $2 OR $2 = '') AND (state = $3 OR $3 = '') AND id < $4 AND {scope} \
               ORDER BY id DESC LIMIT $5";
    let before = before.map_or_else(|| vec![0xff; 17], |id| id.as_bytes().to_vec());
    let mut values = wanted.values().to_vec();
    values.push(Value::Bytes(before));
    values.push(Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
    let rows = tx.within(scope, sql, &values).await?;
    rows.iter().map(listed).collect()
}

pub(crate) async fn count(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, JobResource>,
    wanted: &Wanted<'_>,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM job \
               WHERE org_id = $1 AND (kind = $2 OR $2 = '') AND (state = $3 OR $3 = '') AND {scope}";
    let rows = tx.within(scope, sql, &wanted.values()).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// What an administrator's decision about a job needs to know.
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) schedule: Option<ScheduleId>,
    pub(super) due_at: Timestamp,
}

pub(super) async fn find(tx: &mut WriteTx<'_>, id: JobId) -> Result<Option<Standing>, StoreError> {
    let sql = "SELECT state, schedule_id, due_at FROM job WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(id.as_bytes())]).await?;
    rows.first()
        .map(|row| {
            Ok(Standing {
                state: state(row.text(0)?)?,
                schedule: row.id_opt(1)?.map(ScheduleId::from_bytes),
                due_at: row.time(2)?,
            })
        })
        .transpose()
}

/// Queues a job anew that failed, or waits after a failure: false if it is no such.
pub(super) async fn requeue(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'waiting', attempts = 0, wake_at = $3, ended_at = NULL, cancel_asked = 0 \
               WHERE org_id = $1 AND id = $2 AND payload IS NOT NULL \
               AND (state = 'failed' OR (state = 'waiting' AND attempts > 0))";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// Ends a job nobody is at: false if it is no such.
pub(super) async fn cancel(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'cancelled', wake_at = NULL, ended_at = $3, payload = NULL, bookmark = NULL \
               WHERE org_id = $1 AND id = $2 AND state IN ('waiting', 'failed')";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// Asks the node that is at a job to end it after the step it is at.
pub(super) async fn ask_to_cancel(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, JobResource>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET cancel_asked = 1 WHERE org_id = $1 AND id = $2 AND state = 'running'";
    Ok(tx.put(permit, sql, &[]).await? == 1)
}

/// Removes some of those that ended long ago, never the permit's own; tells how many.
pub(crate) async fn sweep(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, JobResource>,
    (done_before, failed_before): (Timestamp, Timestamp),
    limit: i64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM job WHERE org_id = $1 AND id <> $2 AND id IN (SELECT id FROM job \
               WHERE org_id = $1 AND (ended_at < $4 OR (ended_at < $3 AND state <> 'failed')) \
               ORDER BY ended_at LIMIT $5)";
    let values = [
        Value::from(done_before),
        Value::from(failed_before),
        Value::Int(limit),
    ];
    tx.put(permit, sql, &values).await
}
