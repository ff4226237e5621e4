//! The table of erasures: what was asked for and what was done, without whom it was about.

use super::Basis;
use crate::CrmError;
use crate::customers::Customer;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::{Migration, ReadTx, Value, WriteTx};

/// The table. `id` is that of the customer, which says nothing once the customer is gone.
pub const MIGRATION: Migration = Migration {
    name: "0230_erasure",
    sql: "CREATE TABLE erasure (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, basis TEXT NOT NULL, asked_by {bytes},
            asked_at BIGINT NOT NULL, finished_at BIGINT,
            PRIMARY KEY (org_id, id)) {clustered}",
};

/// Writes down that a customer is to be erased.
pub(super) async fn ask(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Erase, Customer>,
    basis: Basis,
) -> Result<(), CrmError> {
    let now = tx.clock().now();
    let sql = "INSERT INTO erasure (org_id, id, basis, asked_by, asked_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let more = [
        Value::from(basis.name()),
        Value::from(permit.caller().user_id()),
        Value::from(now),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// The customers whose erasure began and did not end.
pub(super) async fn begun(tx: &mut ReadTx, caller: &Caller) -> Result<Vec<[u8; 16]>, CrmError> {
    let sql = "SELECT id FROM erasure WHERE org_id = $1 AND finished_at IS NULL ORDER BY id";
    let rows = tx.lookup(caller, sql, &[]).await?;
    Ok(rows.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?)
}

/// Notes that nothing is left.
pub(super) async fn finish(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Erase, Customer>,
) -> Result<(), CrmError> {
    let now = tx.clock().now();
    let sql = "UPDATE erasure SET finished_at = $3 WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[Value::from(now)]).await?;
    Ok(())
}
