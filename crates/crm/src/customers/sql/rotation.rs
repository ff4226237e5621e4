//! What a rotation of keys reads and writes of customers.

use super::{COLUMNS, stored};
use crate::CrmError;
use crate::crm::OrgKeys;
use crate::customers::{Customer, StoredCustomer};
use custos_kernel::crypto::WrappedKey;
use custos_kernel::policy::{Permit, Scope, actions};
use custos_store::{ReadTx, SealedFields, Value, WriteTx};
use custos_values::OrgId;
use std::collections::HashMap;

/// How many customers an organisation has, for a rotation of its key.
pub(crate) async fn count_all(
    tx: &mut ReadTx,
    scope: &Scope<actions::Rotate, Customer>,
) -> Result<i64, CrmError> {
    let sql = "SELECT COUNT(*) FROM customer WHERE org_id = $1 AND {scope}";
    let rows = tx.within(scope, sql, &[]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.int(0))?)
}

/// Customers in the order of their ids, after one.
pub(crate) async fn all_after(
    tx: &mut WriteTx<'_>,
    keys: &OrgKeys,
    org: OrgId,
    after: &[u8],
    limit: i64,
) -> Result<Vec<StoredCustomer>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM customer WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3"
    );
    let rows = tx
        .lookup(&sql, &[Value::from(after), Value::Int(limit)])
        .await?;
    Ok(rows
        .iter()
        .map(|row| stored(keys, org, row))
        .collect::<Result<_, _>>()?)
}

/// Puts key and fields in place of those read: false if they were changed meanwhile. Neither version nor revision changes,
/// for what they say does not.
pub(crate) async fn replace_sealed(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Rotate, Customer>,
    old: &StoredCustomer,
    key: &WrappedKey,
    fields: &SealedFields,
) -> Result<bool, CrmError> {
    let sql = "UPDATE customer SET dek = $5, fields = $6 WHERE org_id = $1 AND id = $2 AND dek = $3 AND fields = $4";
    let more = [
        Value::from(old.key.as_bytes()),
        Value::Bytes(old.fields.encode()),
        Value::from(key.as_bytes()),
        Value::Bytes(fields.encode()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// An entry of the blind index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BlindEntry {
    pub(crate) field: String,
    pub(crate) hash: i64,
    pub(crate) record: [u8; 16],
}

/// The entries of all customers between two ids.
pub(crate) async fn blind_between(
    tx: &mut WriteTx<'_>,
    first: &[u8; 16],
    last: &[u8; 16],
) -> Result<HashMap<[u8; 16], Vec<BlindEntry>>, CrmError> {
    let sql = "SELECT customer_id, field, hash, record_id FROM blind_index \
               WHERE org_id = $1 AND customer_id >= $2 AND customer_id <= $3";
    let mut found: HashMap<[u8; 16], Vec<BlindEntry>> = HashMap::new();
    for row in tx
        .lookup(sql, &[Value::from(first), Value::from(last)])
        .await?
    {
        found.entry(row.id(0)?).or_default().push(BlindEntry {
            field: row.text(1)?.to_owned(),
            hash: row.int(2)?,
            record: row.id(3)?,
        });
    }
    Ok(found)
}

/// Adds entries, and removes others, of a permit's customer.
pub(crate) async fn swap_blind(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Rotate, Customer>,
    missing: &[BlindEntry],
    former: &[BlindEntry],
) -> Result<(), CrmError> {
    let insert = "INSERT INTO blind_index (org_id, customer_id, record_id, field, hash) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT DO NOTHING";
    let delete = "DELETE FROM blind_index WHERE org_id = $1 AND customer_id = $2 AND record_id = $3 AND field = $4 AND hash = $5";
    for (sql, entries) in [(insert, missing), (delete, former)] {
        for entry in entries {
            let more = [
                Value::from(&entry.record),
                Value::from(entry.field.as_str()),
                Value::Int(entry.hash),
            ];
            tx.put(permit, sql, &more).await?;
        }
    }
    Ok(())
}
