//! The table of contacts.

use super::model::StoredContact;
use crate::CrmError;
use crate::customers::Customer;
use crate::customers::sql::Lookup;
use custos_kernel::policy::{Action, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, SealedFields, StoreError, Value, WriteTx};
use custos_values::{ContactId, Timestamp};
use std::collections::HashMap;

/// The table.
pub const MIGRATION: Migration = Migration {
    name: "0202_contact",
    sql: "CREATE TABLE contact (
            org_id {bytes} NOT NULL, customer_id {bytes} NOT NULL, id {bytes} NOT NULL, version BIGINT NOT NULL,
            is_primary BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            fields {bytes} NOT NULL,
            PRIMARY KEY (org_id, customer_id, id))",
};

const COLUMNS: &str = "id, version, is_primary, created_at, updated_at, fields";

fn stored(row: &Row) -> Result<StoredContact, StoreError> {
    Ok(StoredContact {
        id: row.id(0)?,
        version: row.int(1)?,
        primary: row.int(2)? != 0,
        created_at: row.time(3)?,
        updated_at: row.time(4)?,
        fields: SealedFields::decode(row.bytes(5)?)?,
    })
}

/// The contacts of a permit's customer, the first one first.
pub(crate) async fn of_customer<A: Action>(
    tx: &mut impl Lookup,
    permit: &Permit<A, Customer>,
) -> Result<Vec<StoredContact>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM contact WHERE org_id = $1 AND customer_id = $2 ORDER BY is_primary DESC, id LIMIT 500"
    );
    let rows = tx.rows_of(permit, &sql).await?;
    Ok(rows.iter().map(stored).collect::<Result<_, _>>()?)
}

/// One contact of a permit's customer.
pub(crate) async fn find<A: Action>(
    tx: &mut ReadTx,
    permit: &Permit<A, Customer>,
    id: ContactId,
) -> Result<StoredContact, CrmError> {
    let sql =
        format!("SELECT {COLUMNS} FROM contact WHERE org_id = $1 AND customer_id = $2 AND id = $3");
    let rows = tx.of(permit, &sql, &[Value::from(id.as_bytes())]).await?;
    Ok(stored(rows.first().ok_or(CrmError::NotFound)?)?)
}

/// Contacts of all customers between two ids, for reading the index.
pub(crate) async fn between(
    tx: &mut ReadTx,
    scope: &Scope<actions::Index, Customer>,
    first: &[u8; 16],
    last: &[u8; 16],
) -> Result<HashMap<[u8; 16], Vec<StoredContact>>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS}, customer_id FROM contact WHERE org_id = $1 AND customer_id >= $2 AND customer_id <= $3"
    );
    let rows = tx
        .lookup(
            scope.caller(),
            &sql,
            &[Value::from(first), Value::from(last)],
        )
        .await?;
    let mut found: HashMap<[u8; 16], Vec<StoredContact>> = HashMap::new();
    for row in &rows {
        found.entry(row.id(6)?).or_default().push(stored(row)?);
    }
    Ok(found)
}

/// Inserts a contact.
pub(crate) async fn insert<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    id: ContactId,
    primary: bool,
    now: Timestamp,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO contact (org_id, customer_id, id, version, is_primary, created_at, updated_at, fields) \
               VALUES ($1, $2, $3, 1, $4, $5, $5, $6)";
    let more = [
        Value::from(id.as_bytes()),
        Value::from(primary),
        Value::from(now),
        Value::Bytes(fields.encode()),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// Replaces a contact's fields at a version.
pub(crate) async fn update<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    id: ContactId,
    version: i64,
    primary: bool,
    now: Timestamp,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "UPDATE contact SET version = version + 1, is_primary = $5, updated_at = $6, fields = $7 \
               WHERE org_id = $1 AND customer_id = $2 AND id = $3 AND version = $4";
    let more = [
        Value::from(id.as_bytes()),
        Value::Int(version),
        Value::from(primary),
        Value::from(now),
        Value::Bytes(fields.encode()),
    ];
    if tx.put(permit, sql, &more).await? == 1 {
        Ok(())
    } else {
        Err(CrmError::Stale)
    }
}

/// Makes every other contact of the customer not the first.
pub(crate) async fn demote_others<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    id: ContactId,
) -> Result<(), CrmError> {
    let sql =
        "UPDATE contact SET is_primary = 0 WHERE org_id = $1 AND customer_id = $2 AND id <> $3";
    tx.put(permit, sql, &[Value::from(id.as_bytes())]).await?;
    Ok(())
}

/// Removes a contact at a version.
pub(crate) async fn delete<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    id: ContactId,
    version: i64,
) -> Result<(), CrmError> {
    let sql =
        "DELETE FROM contact WHERE org_id = $1 AND customer_id = $2 AND id = $3 AND version = $4";
    let more = [Value::from(id.as_bytes()), Value::Int(version)];
    if tx.put(permit, sql, &more).await? == 1 {
        Ok(())
    } else {
        Err(CrmError::Stale)
    }
}

/// Removes all contacts of a customer that is being deleted.
pub(crate) async fn delete_all(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, Customer>,
) -> Result<(), CrmError> {
    tx.put(
        permit,
        "DELETE FROM contact WHERE org_id = $1 AND customer_id = $2",
        &[],
    )
    .await?;
    Ok(())
}

/// Contacts of all customers between two ids, for a rotation of keys.
pub(crate) async fn all_between(
    tx: &mut WriteTx<'_>,
    first: &[u8; 16],
    last: &[u8; 16],
) -> Result<HashMap<[u8; 16], Vec<StoredContact>>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS}, customer_id FROM contact WHERE org_id = $1 AND customer_id >= $2 AND customer_id <= $3"
    );
    let mut found: HashMap<[u8; 16], Vec<StoredContact>> = HashMap::new();
    for row in tx
        .lookup(&sql, &[Value::from(first), Value::from(last)])
        .await?
    {
        found.entry(row.id(6)?).or_default().push(stored(&row)?);
    }
    Ok(found)
}

/// Puts fields in place of those read: false if they were changed meanwhile.
pub(crate) async fn replace_sealed(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Rotate, Customer>,
    old: &StoredContact,
    fields: &SealedFields,
) -> Result<bool, CrmError> {
    let sql = "UPDATE contact SET fields = $5 WHERE org_id = $1 AND customer_id = $2 AND id = $3 AND fields = $4";
    let more = [
        Value::from(&old.id),
        Value::Bytes(old.fields.encode()),
        Value::Bytes(fields.encode()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// Removes all contacts of a customer that is erased. How many there were.
pub(crate) async fn erase_all(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Erase, Customer>,
) -> Result<u64, CrmError> {
    let sql = "DELETE FROM contact WHERE org_id = $1 AND customer_id = $2";
    Ok(tx.put(permit, sql, &[]).await?)
}
