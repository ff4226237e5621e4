//! The table of follow-ups.

use crate::CrmError;
use crate::customers::Customer;
use custos_kernel::policy::{Action, Caller, Permit, Resource, actions};
use custos_store::{Migration, ReadTx, Row, SealedFields, StoreError, Value, WriteTx};
use custos_values::{ActivityId, RecordId, Timestamp, UserId};
use std::collections::HashMap;

/// The table. The key finds follow-ups of one customer, or of one record, in the order of their time.
pub const MIGRATION: Migration = Migration {
    name: "0203_activity",
    sql: "CREATE TABLE activity (
            org_id {bytes} NOT NULL, subject_id {bytes} NOT NULL, at BIGINT NOT NULL, id {bytes} NOT NULL,
            author_id {bytes}, created_at BIGINT NOT NULL, fields {bytes} NOT NULL,
            PRIMARY KEY (org_id, subject_id, at, id))",
};

/// A follow-up's row.
pub(crate) struct StoredActivity {
    pub(crate) id: [u8; 16],
    pub(crate) at: Timestamp,
    pub(crate) author: Option<UserId>,
    pub(crate) fields: SealedFields,
}

fn stored(row: &Row) -> Result<StoredActivity, StoreError> {
    Ok(StoredActivity {
        id: row.id(0)?,
        at: row.time(1)?,
        author: row.id_opt(2)?.map(UserId::from_bytes),
        fields: SealedFields::decode(row.bytes(3)?)?,
    })
}

/// Follow-ups before a place in the timeline, newest first.
pub(crate) async fn before<A: Action, R: Resource>(
    tx: &mut ReadTx,
    permit: &Permit<A, R>,
    place: Option<(i64, [u8; 16])>,
    limit: i64,
) -> Result<Vec<StoredActivity>, CrmError> {
    let sql = "SELECT id, at, author_id, fields FROM activity WHERE org_id = $1 AND subject_id = $2 \
               AND (at < $3 OR (at = $3 AND id < $4)) ORDER BY at DESC, id DESC LIMIT $5";
    let (at, id) = place.unwrap_or((i64::MAX, [0xff; 16]));
    let rows = tx
        .of(
            permit,
            sql,
            &[Value::Int(at), Value::from(&id), Value::Int(limit)],
        )
        .await?;
    Ok(rows.iter().map(stored).collect::<Result<_, _>>()?)
}

/// Inserts a follow-up.
pub(crate) async fn insert<A: Action, R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
    id: ActivityId,
    at: Timestamp,
    now: Timestamp,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO activity (org_id, subject_id, at, id, author_id, created_at, fields) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let more = [
        Value::from(at),
        Value::from(id.as_bytes()),
        Value::from(permit.caller().user_id()),
        Value::from(now),
        Value::Bytes(fields.encode()),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// Removes all follow-ups of a customer or record that is being deleted.
pub(crate) async fn delete_all<R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, R>,
) -> Result<(), CrmError> {
    tx.put(
        permit,
        "DELETE FROM activity WHERE org_id = $1 AND subject_id = $2",
        &[],
    )
    .await?;
    Ok(())
}

/// Follow-ups of all customers between two ids, for a rotation of keys.
pub(crate) async fn all_between(
    tx: &mut WriteTx<'_>,
    first: &[u8; 16],
    last: &[u8; 16],
) -> Result<HashMap<[u8; 16], Vec<StoredActivity>>, CrmError> {
    let sql = "SELECT id, at, author_id, fields, subject_id FROM activity \
               WHERE org_id = $1 AND subject_id >= $2 AND subject_id <= $3";
    let mut found: HashMap<[u8; 16], Vec<StoredActivity>> = HashMap::new();
    for row in tx
        .lookup(sql, &[Value::from(first), Value::from(last)])
        .await?
    {
        found.entry(row.id(4)?).or_default().push(stored(&row)?);
    }
    Ok(found)
}

/// What the follow-ups of an organisation are about, each once.
pub(crate) async fn subjects(tx: &mut ReadTx, caller: &Caller) -> Result<Vec<[u8; 16]>, CrmError> {
    let sql = "SELECT DISTINCT subject_id FROM activity WHERE org_id = $1";
    let rows = tx.lookup(caller, sql, &[]).await?;
    Ok(rows.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?)
}

/// Puts fields in place of those read, unless they were changed meanwhile.
pub(crate) async fn replace_sealed<R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Rotate, R>,
    old: &StoredActivity,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "UPDATE activity SET fields = $6 WHERE org_id = $1 AND subject_id = $2 AND at = $3 AND id = $4 AND fields = $5";
    let more = [
        Value::from(old.at),
        Value::from(&old.id),
        Value::Bytes(old.fields.encode()),
        Value::Bytes(fields.encode()),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// Removes all follow-ups of a customer that is erased, and of the records that go with it before their rows do. How many
/// there were.
pub(crate) async fn erase_all(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Erase, Customer>,
    records: &[RecordId],
) -> Result<u64, CrmError> {
    let sql = "DELETE FROM activity WHERE org_id = $1 AND subject_id = $2";
    let mut gone = tx.put(permit, sql, &[]).await?;
    let sql = "DELETE FROM activity WHERE org_id = $1 AND subject_id = $3 AND subject_id <> $2";
    for record in records {
        gone += tx
            .put(permit, sql, &[Value::from(record.as_bytes())])
            .await?;
    }
    Ok(gone)
}
