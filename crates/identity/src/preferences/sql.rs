//! The table of preferences.

use crate::resources::PreferenceResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp, UserId};

/// Values are sealed: a saved filter may hold a customer's name.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0104_preference",
    sql: "CREATE TABLE preference (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, name TEXT NOT NULL, value {bytes} NOT NULL,
            updated_at BIGINT NOT NULL, PRIMARY KEY (org_id, user_id, name))",
};

pub(super) async fn get(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, PreferenceResource>,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM preference WHERE org_id = $1 AND user_id = $2 AND name = $3";
    let rows = tx.of(permit, sql, &[Value::from(name)]).await?;
    rows.first()
        .map(|row| row.bytes(0).map(<[u8]>::to_vec))
        .transpose()
}

/// A preference of anybody, within a transaction.
pub(super) async fn of_user_within(
    tx: &mut WriteTx<'_>,
    user: UserId,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM preference WHERE org_id = $1 AND user_id = $2 AND name = $3";
    let rows = tx
        .lookup(sql, &[Value::from(user), Value::from(name)])
        .await?;
    rows.first()
        .map(|row| row.bytes(0).map(<[u8]>::to_vec))
        .transpose()
}

/// A preference of anybody, for the server itself.
pub(super) async fn of_user(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM preference WHERE org_id = $1 AND user_id = $2 AND name = $3";
    let values = [
        Value::from(&org.as_bytes()[..]),
        Value::from(user),
        Value::from(name),
    ];
    let rows = tx.before_sign_in(sql, &values).await?;
    rows.first()
        .map(|row| row.bytes(0).map(<[u8]>::to_vec))
        .transpose()
}

/// How many other preferences there are.
pub(super) async fn count_others(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, PreferenceResource>,
    name: &str,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM preference WHERE org_id = $1 AND user_id = $2 AND name <> $3";
    let rows = tx.of(permit, sql, &[Value::from(name)]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

pub(super) async fn put(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, PreferenceResource>,
    name: &str,
    value: Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO preference (org_id, user_id, name, value, updated_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (org_id, user_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    let values = [Value::from(name), Value::Bytes(value), Value::from(now)];
    tx.put(permit, sql, &values).await.map(|_| ())
}
