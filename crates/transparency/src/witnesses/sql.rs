//! The table of how the log stands with those who hold checkpoints.

use super::Standing;
use crate::resources::LogSettingsResource;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::Timestamp;
use std::collections::BTreeMap;

/// One row for each witness by its key, and one for the file. Written when it changes, so that each row has its entry.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0312_log_holder",
    sql: "CREATE TABLE log_holder (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, holder TEXT NOT NULL, standing TEXT NOT NULL,
            since BIGINT NOT NULL, PRIMARY KEY (org_id, id, holder))",
};

/// How the log stands, by holder.
pub(super) async fn standings(
    tx: &mut ReadTx,
    caller: &Caller,
) -> Result<BTreeMap<String, Standing>, StoreError> {
    let sql = "SELECT holder, standing FROM log_holder WHERE org_id = $1";
    let rows = tx.lookup(caller, sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let standing = Standing::from_code(row.text(1)?)
                .ok_or_else(|| StoreError::Corrupt("standing of a witness".to_owned()))?;
            Ok((row.text(0)?.to_owned(), standing))
        })
        .collect()
}

/// Notes what a holder said.
pub(super) async fn note(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, LogSettingsResource>,
    holder: &str,
    (standing, now): (Standing, Timestamp),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO log_holder (org_id, id, holder, standing, since) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (org_id, id, holder) DO UPDATE SET standing = excluded.standing, since = excluded.since";
    let values = [
        Value::from(holder),
        Value::from(standing.code()),
        Value::from(now),
    ];
    tx.put(permit, sql, &values).await?;
    Ok(())
}
