//! The tables of settings and of passwords that were used.

use crate::resources::{SecuritySettingsResource, UserResource};
use custos_kernel::policy::{Action, Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp, UserId};
use std::collections::HashMap;

/// One row per organisation that changed its settings; its id is that of the organisation. The settings are JSON and hold
/// nothing about persons. Of passwords the hashes are kept as they are of those in use, and when each was set.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0150_security",
    sql: "CREATE TABLE security_settings (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, settings TEXT NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE TABLE password_past (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, set_at BIGINT NOT NULL, hash TEXT NOT NULL,
            PRIMARY KEY (org_id, user_id, set_at)) {clustered}",
};

/// The settings as stored with their version; none while nobody has changed them.
pub(super) async fn settings(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<Option<(String, i64)>, StoreError> {
    let sql = "SELECT settings, version FROM security_settings WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    rows.first()
        .map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
        .transpose()
}

/// Stores the settings for the first time.
///
/// # Errors
/// [`StoreError::Duplicate`] when it was not the first.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SecuritySettingsResource>,
    settings: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO security_settings (org_id, id, settings, updated_at, version) VALUES ($1, $2, $3, $4, 1)";
    let values = [Value::from(settings), Value::from(now)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Stores them as of a version.
pub(super) async fn update(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SecuritySettingsResource>,
    settings: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE security_settings SET settings = $4, updated_at = $5, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [Value::from(settings), Value::from(now)];
    tx.change(permit, sql, &values).await
}

/// When each account's password was set, as far as it was set since the account was made.
pub(crate) async fn password_times(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<HashMap<UserId, Timestamp>, StoreError> {
    let sql = "SELECT user_id, MAX(set_at) FROM password_past WHERE org_id = $1 GROUP BY user_id";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    rows.iter()
        .map(|row| Ok((UserId::from_bytes(row.id(0)?), row.time(1)?)))
        .collect()
}

/// The hashes of an account's passwords, newest first.
pub(super) async fn password_hashes(
    tx: &mut ReadTx,
    permit: &Permit<actions::Update, UserResource>,
    most: u32,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT hash FROM password_past WHERE org_id = $1 AND user_id = $2 ORDER BY set_at DESC LIMIT $3";
    let rows = tx.of(permit, sql, &[Value::Int(most.into())]).await?;
    let text = |row: &Row| row.text(0).map(str::to_owned);
    rows.iter().map(text).collect()
}

/// Whether any password of an account was noted.
pub(super) async fn password_noted(tx: &mut WriteTx<'_>, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM password_past WHERE org_id = $1 AND user_id = $2 LIMIT 1";
    Ok(!tx.lookup(sql, &[Value::from(user)]).await?.is_empty())
}

/// Notes a password that is in use from now on, and forgets all but the newest.
pub(super) async fn note_password<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    hash: &str,
    now: Timestamp,
    kept: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO password_past (org_id, user_id, set_at, hash) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (org_id, user_id, set_at) DO UPDATE SET hash = excluded.hash";
    tx.put(permit, sql, &[Value::from(now), Value::from(hash)])
        .await?;
    let sql = "DELETE FROM password_past WHERE org_id = $1 AND user_id = $2 AND set_at NOT IN \
               (SELECT set_at FROM password_past WHERE org_id = $1 AND user_id = $2 ORDER BY set_at DESC LIMIT $3)";
    tx.put(permit, sql, &[Value::Int(kept)]).await.map(|_| ())
}
