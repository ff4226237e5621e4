//! The table of questions.

use crate::resources::QuestionResource;
use custos_kernel::policy::{Action, Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{AuditQuestionId, Timestamp, UserId};

/// `content` is the question, sealed: people put names into questions.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0321_audit_question",
    sql: "CREATE TABLE audit_question (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, owner_id {bytes} NOT NULL, shared BIGINT NOT NULL,
            content {bytes} NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL,
            PRIMARY KEY (org_id, id))",
};

/// A question as stored.
pub(super) struct QuestionRow {
    pub(super) id: AuditQuestionId,
    pub(super) owner: UserId,
    pub(super) content: Vec<u8>,
    pub(super) updated_at: Timestamp,
    pub(super) version: i64,
}

fn question(row: &Row) -> Result<QuestionRow, StoreError> {
    Ok(QuestionRow {
        id: AuditQuestionId::from_bytes(row.id(0)?),
        owner: UserId::from_bytes(row.id(1)?),
        content: row.bytes(2)?.to_vec(),
        updated_at: row.time(3)?,
        version: row.int(4)?,
    })
}

/// A person's own questions and those shared, oldest first.
pub(super) async fn list(
    tx: &mut ReadTx,
    caller: &custos_kernel::policy::Caller,
    owner: UserId,
    shared: bool,
) -> Result<Vec<QuestionRow>, StoreError> {
    let sql = "SELECT id, owner_id, content, updated_at, version FROM audit_question \
               WHERE org_id = $1 AND (owner_id = $2 OR shared = 1 AND $3 = 1) ORDER BY id";
    let values = [Value::from(owner), Value::from(shared)];
    let rows = tx.lookup(caller, sql, &values).await?;
    rows.iter().map(question).collect()
}

/// Whose a question is, how many they have.
pub(super) async fn owner(
    tx: &mut WriteTx<'_>,
    id: AuditQuestionId,
) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT owner_id FROM audit_question WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(id.as_bytes())]).await?;
    rows.first()
        .map(|row| row.id(0).map(UserId::from_bytes))
        .transpose()
}

/// How many questions a person has.
pub(super) async fn count(tx: &mut WriteTx<'_>, owner: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM audit_question WHERE org_id = $1 AND owner_id = $2";
    let rows = tx.lookup(sql, &[Value::from(owner)]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, QuestionResource>,
    owner: UserId,
    shared: bool,
    content: Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit_question (org_id, id, owner_id, shared, content, updated_at, version) \
               VALUES ($1, $2, $3, $4, $5, $6, 1)";
    let values = [
        Value::from(owner),
        Value::from(shared),
        Value::Bytes(content),
        Value::from(now),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

pub(super) async fn update(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, QuestionResource>,
    shared: bool,
    content: Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE audit_question SET shared = $4, content = $5, updated_at = $6, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [Value::from(shared), Value::Bytes(content), Value::from(now)];
    tx.change(permit, sql, &values).await
}

pub(super) async fn delete<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, QuestionResource>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM audit_question WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &[]).await
}
