//! The table of settings.

use crate::resources::LogSettingsResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::Timestamp;

/// One row for an organisation, sealed: addresses are in it.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0311_log_settings",
    sql: "CREATE TABLE log_settings (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, value {bytes} NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// The sealed settings and their version, if there are any.
pub(super) async fn get(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, LogSettingsResource>,
) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    let sql = "SELECT value, version FROM log_settings WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    rows.first()
        .map(|row| Ok((row.bytes(0)?.to_vec(), row.int(1)?)))
        .transpose()
}

/// Stores the settings after those of a version (0 for none): false if there are others meanwhile.
pub(super) async fn put(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, LogSettingsResource>,
    version: i64,
    value: Vec<u8>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO log_settings (org_id, id, value, updated_at, version) VALUES ($1, $2, $3, $4, $5 + 1) \
               ON CONFLICT (org_id, id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, \
               version = excluded.version WHERE log_settings.version = $5";
    let values = [Value::Bytes(value), Value::from(now), Value::Int(version)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
