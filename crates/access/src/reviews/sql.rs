//! The tables of reviews of access. What counts is sealed, bound to the id of its row; the columns in clear are for finding
//! and counting.

mod lines;

pub(super) use lines::{
    LinesOf, count_lines, decide, insert_line, lines_by_id, lines_of, progress, reassign, settle,
    settled_counts, unsettled,
};

use super::model::{Row, State};
use crate::AccessReviewResource;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::{EngineKind, Migration, ReadTx, Row as DbRow, StoreError, Value, WriteTx};
use custos_values::{OrgId, ReviewId};

/// `stage` and `place` say how far the lines are written. A report is kept in parts.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0550_access_review",
    sql: "CREATE TABLE access_review (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, sealed {bytes} NOT NULL, state TEXT NOT NULL,
            stage BIGINT NOT NULL, place {bytes} NOT NULL, reminded BIGINT NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE TABLE access_review_line (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, review_id {bytes} NOT NULL, reviewer_id {bytes},
            subject_id {bytes} NOT NULL, sealed {bytes} NOT NULL, decided TEXT NOT NULL, decision {bytes},
            outcome TEXT, result {bytes}, PRIMARY KEY (org_id, id));
          CREATE INDEX access_review_line_subject ON access_review_line (org_id, review_id, subject_id, id);
          CREATE INDEX access_review_line_reviewer ON access_review_line (org_id, reviewer_id, review_id, decided);
          CREATE TABLE access_review_report (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, review_id {bytes} NOT NULL, part BIGINT NOT NULL,
            sealed {bytes} NOT NULL, PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX access_review_report_part ON access_review_report (org_id, review_id, part)",
};

const COLUMNS: &str = "id, sealed, state, stage, place, reminded";

fn row(row: &DbRow) -> Result<Row, StoreError> {
    let state = State::from_name(row.text(2)?)
        .ok_or_else(|| StoreError::Corrupt("a review of access in no state".to_owned()))?;
    Ok(Row {
        id: ReviewId::from_bytes(row.id(0)?),
        sealed: row.bytes(1)?.to_vec(),
        state,
        stage: row.int(3)?,
        place: row.bytes(4)?.to_vec(),
        reminded: row.int(5)? != 0,
    })
}

/// Writes a review down, with nothing in it yet.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, AccessReviewResource>,
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_review (org_id, id, sealed, state, stage, place, reminded) \
               VALUES ($1, $2, $3, 'preparing', 0, $4, 0)";
    let values = [Value::Bytes(sealed), Value::Bytes(Vec::new())];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// One.
pub(super) async fn one(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ReviewId,
) -> Result<Option<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM access_review WHERE org_id = $1 AND id = $2");
    let values = [Value::from(id.as_bytes())];
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.first().map(row).transpose()
}

/// One within a transaction; its state stays as it is until that ends.
pub(super) async fn held(tx: &mut WriteTx<'_>, id: ReviewId) -> Result<Option<Row>, StoreError> {
    let lock = match tx.engine() {
        EngineKind::Postgres => " FOR SHARE",
        _ => "",
    };
    let sql = format!("SELECT {COLUMNS} FROM access_review WHERE org_id = $1 AND id = $2{lock}");
    let rows = tx.lookup(&sql, &[Value::from(id.as_bytes())]).await?;
    rows.first().map(row).transpose()
}

/// All of an organisation, newest first.
pub(super) async fn list(
    tx: &mut ReadTx,
    caller: &Caller,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM access_review WHERE org_id = $1 ORDER BY id DESC LIMIT $2");
    let rows = tx.lookup(caller, &sql, &[Value::Int(limit)]).await?;
    rows.iter().map(row).collect()
}

/// The organisations in which reviews go on.
pub(super) async fn organisations(tx: &mut ReadTx) -> Result<Vec<OrgId>, StoreError> {
    let sql =
        "SELECT DISTINCT org_id FROM access_review WHERE state IN ('preparing', 'open', 'closing')";
    let rows = tx.before_sign_in(sql, &[]).await?;
    rows.iter()
        .map(|row| Ok(OrgId::from_bytes(row.id(0)?)))
        .collect()
}

/// Those of an organisation that go on.
pub(super) async fn running(tx: &mut ReadTx, caller: &Caller) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access_review WHERE org_id = $1 \
         AND state IN ('preparing', 'open', 'closing') ORDER BY id"
    );
    let rows = tx.lookup(caller, &sql, &[]).await?;
    rows.iter().map(row).collect()
}

/// Notes how far the lines are written: false if somebody else has gone on from there.
pub(super) async fn advance<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, AccessReviewResource>,
    from: (i64, &[u8]),
    to: (i64, &[u8]),
) -> Result<bool, StoreError> {
    let sql = "UPDATE access_review SET stage = $5, place = $6 WHERE org_id = $1 AND id = $2 \
               AND state = 'preparing' AND stage = $3 AND place = $4";
    let values = [
        Value::Int(from.0),
        Value::from(from.1),
        Value::Int(to.0),
        Value::from(to.1),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Brings a review from one state into another: false if it is not in that state.
pub(super) async fn change_state<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, AccessReviewResource>,
    (from, to): (State, State),
    sealed: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE access_review SET state = $4, sealed = $5 WHERE org_id = $1 AND id = $2 AND state = $3";
    let values = [
        Value::from(from.name()),
        Value::from(to.name()),
        Value::Bytes(sealed),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Notes that reviewers were reminded: false if they were before.
pub(super) async fn remind<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, AccessReviewResource>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE access_review SET reminded = 1 WHERE org_id = $1 AND id = $2 AND state = 'open' AND reminded = 0";
    Ok(tx.put(permit, sql, &[]).await? == 1)
}

/// Stores a part of a report.
pub(super) async fn put_part<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, AccessReviewResource>,
    (id, part): ([u8; 16], i64),
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_review_report (org_id, id, review_id, part, sealed) VALUES ($1, $3, $2, $4, $5)";
    let values = [Value::from(&id), Value::Int(part), Value::Bytes(sealed)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// A part of a report, with its id.
pub(super) async fn part<A: Action>(
    tx: &mut ReadTx,
    permit: &Permit<A, AccessReviewResource>,
    part: i64,
) -> Result<Option<([u8; 16], Vec<u8>)>, StoreError> {
    let sql = "SELECT id, sealed FROM access_review_report WHERE org_id = $1 AND review_id = $2 AND part = $3";
    let rows = tx.of(permit, sql, &[Value::Int(part)]).await?;
    rows.first()
        .map(|row| Ok((row.id(0)?, row.bytes(1)?.to_vec())))
        .transpose()
}
