//! The table of findings.

use super::model::State;
use crate::resources::{AssignedFindingResource, FindingResource};
use custos_kernel::policy::{Action, Caller, LogView, Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{AuditFindingId, Timestamp, UserId};

/// One row per rule and subject, as long as the organisation exists: what comes back is the same finding. `reason` is why
/// it was accepted or resolved, sealed; `happened_at` is when what it is about last happened.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0324_audit_finding",
    sql: "CREATE TABLE audit_finding (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, rule BIGINT NOT NULL, subject TEXT NOT NULL,
            severity TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL, trace TEXT NOT NULL, owner_id {bytes},
            due_at BIGINT, reason {bytes}, accepted_until BIGINT, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
            happened_at BIGINT, closed_at BIGINT, by_itself BIGINT NOT NULL, reopened BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX audit_finding_subject ON audit_finding (org_id, rule, subject);
          CREATE INDEX audit_finding_state ON audit_finding (org_id, state, last_at)",
};

/// What whoever looks after a finding says was done about it: the words, sealed, when they were last written, and whether
/// that is all there is to do.
pub(crate) const REMEDY: Migration = Migration {
    name: "0371_audit_finding_remedy",
    sql: "ALTER TABLE audit_finding ADD COLUMN remedy {bytes};
          ALTER TABLE audit_finding ADD COLUMN remedy_at BIGINT;
          ALTER TABLE audit_finding ADD COLUMN remedied BIGINT NOT NULL DEFAULT 0;
          CREATE INDEX audit_finding_owner ON audit_finding (org_id, owner_id) WHERE owner_id IS NOT NULL",
};

/// A finding as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FindingRow {
    pub(super) id: AuditFindingId,
    pub(super) rule: i64,
    pub(super) subject: String,
    pub(super) state: State,
    pub(super) detail: String,
    pub(super) trace: String,
    pub(super) owner: Option<UserId>,
    pub(super) due_at: Option<Timestamp>,
    pub(super) reason: Option<Vec<u8>>,
    pub(super) accepted_until: Option<Timestamp>,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    pub(super) happened_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) by_itself: bool,
    pub(super) reopened: i64,
    pub(super) remedy: Option<Vec<u8>>,
    pub(super) remedy_at: Option<Timestamp>,
    pub(super) remedied: bool,
    pub(super) version: i64,
}

impl FindingRow {
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

const FINDING: &str = "SELECT id, rule, subject, state, detail, trace, owner_id, due_at, reason, accepted_until, first_at, \
                       last_at, happened_at, closed_at, by_itself, reopened, version, remedy, remedy_at, remedied \
                       FROM audit_finding WHERE org_id = $1";

fn finding(row: &Row) -> Result<FindingRow, StoreError> {
    let state = State::from_name(row.text(3)?)
        .ok_or_else(|| StoreError::Corrupt("a finding in an unknown state".to_owned()))?;
    Ok(FindingRow {
        id: AuditFindingId::from_bytes(row.id(0)?),
        rule: row.int(1)?,
        subject: row.text(2)?.to_owned(),
        state,
        detail: row.text(4)?.to_owned(),
        trace: row.text(5)?.to_owned(),
        owner: row.id_opt(6)?.map(UserId::from_bytes),
        due_at: row.time_opt(7)?,
        reason: row.bytes_opt(8)?.map(<[u8]>::to_vec),
        accepted_until: row.time_opt(9)?,
        first_at: row.time(10)?,
        last_at: row.time(11)?,
        happened_at: row.time_opt(12)?,
        closed_at: row.time_opt(13)?,
        by_itself: row.int(14)? != 0,
        reopened: row.int(15)?,
        version: row.int(16)?,
        remedy: row.bytes_opt(17)?.map(<[u8]>::to_vec),
        remedy_at: row.time_opt(18)?,
        remedied: row.int(19)? != 0,
    })
}

/// Findings, newest first; those of one state, or all. Who sees a period of the log sees those of which everything was found
/// within it.
pub(super) async fn list(
    tx: &mut ReadTx,
    caller: &Caller,
    state: Option<State>,
    limit: i64,
    offset: i64,
) -> Result<Vec<FindingRow>, StoreError> {
    let mut values = vec![Value::Int(limit), Value::Int(offset)];
    let mut sql = FINDING.to_owned();
    if let Some(state) = state {
        values.push(Value::from(state.name()));
        sql.push_str(" AND state = $4");
    }
    if let LogView::Between { from, to } = caller.log_view() {
        values.extend([Value::from(from), Value::from(to)]);
        let (from, to) = (values.len(), values.len() + 1);
        sql.push_str(&format!(
            " AND first_at >= ${from} AND COALESCE(happened_at, first_at) >= ${from} AND last_at < ${to}"
        ));
    }
    sql.push_str(
        " ORDER BY CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, last_at DESC, id LIMIT $2 OFFSET $3",
    );
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.iter().map(finding).collect()
}

/// The findings somebody looks after: those to be done first, the soonest due first among them.
pub(super) async fn of_owner(
    tx: &mut ReadTx,
    caller: &Caller,
    owner: UserId,
    limit: i64,
    offset: i64,
) -> Result<Vec<FindingRow>, StoreError> {
    let sql = format!(
        "{FINDING} AND owner_id = $2 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, remedied, \
         COALESCE(due_at, 9223372036854775807), last_at DESC, id LIMIT $3 OFFSET $4"
    );
    let values = [
        Value::from(owner.as_bytes()),
        Value::Int(limit),
        Value::Int(offset),
    ];
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.iter().map(finding).collect()
}

/// The findings of a rule.
pub(super) async fn of_rule(
    tx: &mut WriteTx<'_>,
    rule: i64,
) -> Result<Vec<FindingRow>, StoreError> {
    let sql = format!("{FINDING} AND rule = $2");
    let rows = tx.lookup(&sql, &[Value::Int(rule)]).await?;
    rows.iter().map(finding).collect()
}

/// One finding.
pub(super) async fn one(
    tx: &mut WriteTx<'_>,
    id: AuditFindingId,
) -> Result<Option<FindingRow>, StoreError> {
    let sql = format!("{FINDING} AND id = $2");
    let rows = tx.lookup(&sql, &[Value::from(id.as_bytes())]).await?;
    rows.first().map(finding).transpose()
}

/// How many findings are open: high, medium, low.
pub(crate) async fn open_counts(tx: &mut WriteTx<'_>) -> Result<[i64; 3], StoreError> {
    let sql = "SELECT severity, COUNT(*) FROM audit_finding WHERE org_id = $1 AND state = 'open' GROUP BY severity";
    let mut counts = [0; 3];
    for row in tx.lookup(sql, &[]).await? {
        let place = match row.text(0)? {
            "high" => 0,
            "medium" => 1,
            _ => 2,
        };
        counts[place] = row.int(1)?;
    }
    Ok(counts)
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, FindingResource>,
    rule: i64,
    severity: &str,
    found: &FindingRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit_finding (org_id, id, rule, subject, severity, state, detail, trace, first_at, last_at, \
               happened_at, by_itself, reopened, version) \
               VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $8, $9, 0, 0, 1)";
    let values = [
        Value::Int(rule),
        Value::from(found.subject.as_str()),
        Value::from(severity),
        Value::from(found.detail.as_str()),
        Value::from(found.trace.as_str()),
        Value::from(found.last_at),
        Value::from(found.happened_at),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Notes that a finding was found again, at the version it was read at. That is no change of it: whoever is deciding about it
/// need not look again.
pub(super) async fn found_again(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, FindingResource>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE audit_finding SET last_at = $4 WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &[Value::from(at)]).await
}

/// Stores a finding as it is now, at the version it was read at.
pub(super) async fn store<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, FindingResource>,
    found: &FindingRow,
) -> Result<(), StoreError> {
    let sql = "UPDATE audit_finding SET state = $4, detail = $5, trace = $6, owner_id = $7, due_at = $8, reason = $9, \
               accepted_until = $10, last_at = $11, happened_at = $12, closed_at = $13, by_itself = $14, reopened = $15, \
               remedied = $16, version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [
        Value::from(found.state.name()),
        Value::from(found.detail.as_str()),
        Value::from(found.trace.as_str()),
        Value::from(found.owner),
        Value::from(found.due_at),
        Value::from(found.reason.clone()),
        Value::from(found.accepted_until),
        Value::from(found.last_at),
        Value::from(found.happened_at),
        Value::from(found.closed_at),
        Value::from(found.by_itself),
        Value::Int(found.reopened),
        Value::from(found.remedied),
    ];
    tx.change(permit, sql, &values).await
}

/// Stores what was done about an open finding, for whoever looks after it still.
pub(super) async fn store_remedy(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, AssignedFindingResource>,
    owner: UserId,
    sealed: Vec<u8>,
    at: Timestamp,
    done: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE audit_finding SET remedy = $4, remedy_at = $5, remedied = $6, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3 AND owner_id = $7 AND state = 'open'";
    let values = [
        Value::Bytes(sealed),
        Value::from(at),
        Value::from(done),
        Value::from(owner.as_bytes()),
    ];
    tx.change(permit, sql, &values).await
}
