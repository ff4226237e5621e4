//! The table of settings.

use crate::resources::RuleResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp};

/// One row per organisation, once something was changed.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0320_audit_setting",
    sql: "CREATE TABLE audit_setting (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, settings TEXT NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// The settings as stored with their version; none while nobody has changed them.
pub(super) async fn settings(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<Option<(String, i64)>, StoreError> {
    let sql = "SELECT settings, version FROM audit_setting WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    let read = |row: &custos_store::Row| Ok((row.text(0)?.to_owned(), row.int(1)?));
    rows.first().map(read).transpose()
}

/// Stores the first change of the settings.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, RuleResource>,
    settings: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit_setting (org_id, id, settings, updated_at, version) VALUES ($1, $2, $3, $4, 1)";
    tx.put(permit, sql, &[Value::from(settings), Value::from(now)])
        .await
        .map(|_| ())
}

/// Stores a later one.
pub(super) async fn update(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, RuleResource>,
    settings: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE audit_setting SET settings = $4, updated_at = $5, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &[Value::from(settings), Value::from(now)])
        .await
}
