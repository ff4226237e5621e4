//! The table of reset links.

use crate::resources::UserResource;
use custos_kernel::crypto::TokenHash;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp, UserId};

pub(crate) const MIGRATION: Migration = Migration {
    name: "0123_password_reset",
    sql: "CREATE TABLE password_reset (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, token {bytes} NOT NULL, expires_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, user_id));
          CREATE INDEX password_reset_token ON password_reset (token)",
};

/// Stores a link; the one before no longer works.
pub(super) async fn put(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    token: &TokenHash,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO password_reset (org_id, user_id, token, expires_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (org_id, user_id) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at";
    let values = [Value::from(token.0), Value::from(expires_at)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Whose link this is, if it still works.
pub(super) async fn owner(
    tx: &mut ReadTx,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<(OrgId, UserId)>, StoreError> {
    let sql = "SELECT org_id, user_id FROM password_reset WHERE token = $1 AND expires_at > $2";
    let rows = tx
        .before_sign_in(sql, &[Value::from(token.0), Value::from(now)])
        .await?;
    rows.first()
        .map(|row| {
            Ok((
                OrgId::from_bytes(row.id(0)?),
                UserId::from_bytes(row.id(1)?),
            ))
        })
        .transpose()
}

/// Uses a link up: of many at once, one is told true.
pub(super) async fn take(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    token: &TokenHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM password_reset WHERE org_id = $1 AND user_id = $2 AND token = $3 AND expires_at > $4";
    let values = [Value::from(token.0), Value::from(now)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
