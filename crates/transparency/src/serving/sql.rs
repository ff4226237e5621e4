//! The table of the checkpoints signed for other logs.

use crate::resources::LogSettingsResource;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};

/// The newest checkpoint signed for each log, by the log's key.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0314_witnessed_checkpoint",
    sql: "CREATE TABLE witnessed_checkpoint (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, log TEXT NOT NULL, size BIGINT NOT NULL, note TEXT NOT NULL,
            PRIMARY KEY (org_id, id, log))",
};

/// The newest checkpoint signed for a log.
pub(super) async fn latest(
    tx: &mut ReadTx,
    caller: &Caller,
    log: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT note FROM witnessed_checkpoint WHERE org_id = $1 AND log = $2";
    let rows = tx.lookup(caller, sql, &[Value::from(log)]).await?;
    rows.first()
        .map(|row| Ok(row.text(0)?.to_owned()))
        .transpose()
}

/// Remembers a checkpoint after the one of `old` entries (0 for none), which must be the newest still: false if it is not.
pub(super) async fn remember(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, LogSettingsResource>,
    log: &str,
    old: u64,
    (size, note): (u64, &str),
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO witnessed_checkpoint (org_id, id, log, size, note) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (org_id, id, log) DO UPDATE SET size = excluded.size, note = excluded.note \
               WHERE witnessed_checkpoint.size = $6";
    let values = [
        Value::from(log),
        Value::Int(size as i64),
        Value::from(note),
        Value::Int(old as i64),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
