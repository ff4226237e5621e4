//! The table of how long entries stay.

use crate::resources::RetentionResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp};

/// One row per organisation, once something was changed: whole years, 0 for ever.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0341_log_retention",
    sql: "CREATE TABLE log_retention (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, years BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// The years and the version; none while nobody has changed them.
pub(super) async fn retention(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<Option<(i64, i64)>, StoreError> {
    let sql = "SELECT years, version FROM log_retention WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    rows.first()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .transpose()
}

/// Sets the years after those of a version (0 for none): false if there are others meanwhile.
pub(super) async fn set_retention(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, RetentionResource>,
    version: i64,
    years: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO log_retention (org_id, id, years, updated_at, version) VALUES ($1, $2, $3, $4, $5 + 1) \
               ON CONFLICT (org_id, id) DO UPDATE SET years = excluded.years, updated_at = excluded.updated_at, \
               version = excluded.version WHERE log_retention.version = $5";
    let values = [Value::Int(years), Value::from(now), Value::Int(version)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
