//! The tables of customers: the only place that names them.

mod keeping;
mod rotation;

pub(crate) use keeping::keep;
pub(crate) use rotation::{
    BlindEntry, all_after, blind_between, count_all, replace_sealed, swap_blind,
};

use super::handover::Reach;
use super::model::{Customer, StoredCustomer};
use crate::CrmError;
use crate::crm::OrgKeys;
use crate::sharing::{Access, SealedAccess};
use custos_kernel::crypto::WrappedKey;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Resource, Scope, actions};
use custos_store::{Migration, ReadTx, Row, SealedFields, StoreError, Value, WriteTx};
use custos_values::{CustomerId, DepartmentId, OrgId, Timestamp, UserId};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The tables.
pub const MIGRATION: Migration = Migration {
    name: "0201_customer",
    sql: "CREATE TABLE customer (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, version BIGINT NOT NULL, revision BIGINT NOT NULL,
            owner_id {bytes}, department_id {bytes}, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            access {bytes} NOT NULL, dek {bytes} NOT NULL, fields {bytes} NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE TABLE blind_index (
            org_id {bytes} NOT NULL, field TEXT NOT NULL, hash BIGINT NOT NULL, customer_id {bytes} NOT NULL,
            record_id {bytes} NOT NULL,
            PRIMARY KEY (org_id, field, hash, customer_id, record_id)) {clustered};
          CREATE INDEX blind_index_customer ON blind_index (org_id, customer_id);
          CREATE TABLE idempotency (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, key TEXT NOT NULL, record_id {bytes} NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, user_id, key)) {clustered}",
};

const COLUMNS: &str =
    "id, version, revision, owner_id, department_id, created_at, updated_at, access, dek, fields";

fn stored(keys: &OrgKeys, org: OrgId, row: &Row) -> Result<StoredCustomer, StoreError> {
    let owner = row.id_opt(3)?.map(UserId::from_bytes);
    let department = row.id_opt(4)?.map(DepartmentId::from_bytes);
    let id = row.id(0)?;
    let access = Access::open::<Customer>(keys, &id, (owner, department), row.bytes(7)?)?;
    Ok(StoredCustomer {
        facts: access.facts(org, id, row.int(1)?),
        access,
        revision: row.int(2)?,
        created_at: row.time(5)?,
        updated_at: row.time(6)?,
        key: WrappedKey::from_bytes(row.bytes(8)?.to_vec()),
        fields: SealedFields::decode(row.bytes(9)?)?,
    })
}

/// A customer of the caller's organisation, before any decision.
pub(crate) async fn find(
    tx: &mut impl Lookup,
    keys: &OrgKeys,
    caller: &Caller,
    id: CustomerId,
) -> Result<StoredCustomer, CrmError> {
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE org_id = $1 AND id = $2");
    let rows = tx.rows(caller, &sql, &[Value::from(id.as_bytes())]).await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(stored(keys, caller.org(), row)?)
}

/// Several customers by id, in the order of the ids that exist.
pub(crate) async fn find_many(
    tx: &mut ReadTx,
    keys: &OrgKeys,
    caller: &Caller,
    ids: &[[u8; 16]],
) -> Result<Vec<StoredCustomer>, CrmError> {
    let mut found = Vec::with_capacity(ids.len());
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE org_id = $1 AND id = $2");
    for id in ids {
        if let Some(row) = tx.lookup(caller, &sql, &[Value::from(id)]).await?.first() {
            found.push(stored(keys, caller.org(), row)?);
        }
    }
    Ok(found)
}

/// What rows of an organisation can be looked up in: what is committed, or a change under way.
pub(crate) trait Lookup {
    /// Rows of the caller's organisation (`$1`).
    async fn rows(
        &mut self,
        caller: &Caller,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError>;

    /// Rows of the permit's organisation (`$1`) and record (`$2`).
    async fn rows_of<A: Action>(
        &mut self,
        permit: &Permit<A, Customer>,
        sql: &str,
    ) -> Result<Vec<Row>, StoreError>;
}

impl Lookup for ReadTx {
    async fn rows(
        &mut self,
        caller: &Caller,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.lookup(caller, sql, more).await
    }

    async fn rows_of<A: Action>(
        &mut self,
        permit: &Permit<A, Customer>,
        sql: &str,
    ) -> Result<Vec<Row>, StoreError> {
        self.of(permit, sql, &[]).await
    }
}

impl Lookup for WriteTx<'_> {
    /// The transaction was opened for one organisation, which the caller must be of.
    async fn rows(
        &mut self,
        _: &Caller,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.lookup(sql, more).await
    }

    async fn rows_of<A: Action>(
        &mut self,
        permit: &Permit<A, Customer>,
        sql: &str,
    ) -> Result<Vec<Row>, StoreError> {
        self.of(permit, sql, &[]).await
    }
}

/// The ids of all customers of an organisation.
pub(crate) async fn ids(tx: &mut ReadTx, caller: &Caller) -> Result<HashSet<[u8; 16]>, CrmError> {
    let sql = "SELECT id FROM customer WHERE org_id = $1";
    let rows = tx.lookup(caller, sql, &[]).await?;
    Ok(rows.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?)
}

/// Customers read in one statement by [`find_batch`].
const FOUND_AT_ONCE: usize = 128;

/// As [`find_many`] for many customers: few statements, in the order of the sorted ids.
pub(crate) async fn find_batch(
    tx: &mut impl Lookup,
    keys: &OrgKeys,
    caller: &Caller,
    ids: &[[u8; 16]],
) -> Result<Vec<StoredCustomer>, CrmError> {
    let places: Vec<String> = (0..FOUND_AT_ONCE)
        .map(|at| format!("${}", at + 2))
        .collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM customer WHERE org_id = $1 AND id IN ({}) ORDER BY id",
        places.join(", ")
    );
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(FOUND_AT_ONCE) {
        // Nobody has an empty id: the rest of the places finds nothing.
        let more: Vec<Value> = (0..FOUND_AT_ONCE)
            .map(|at| chunk.get(at).map_or(Value::Bytes(Vec::new()), Value::from))
            .collect();
        for row in tx.rows(caller, &sql, &more).await? {
            found.push(stored(keys, caller.org(), &row)?);
        }
    }
    Ok(found)
}

/// The customers of a scope in the order of their ids, after one.
pub(crate) async fn page<A: Action>(
    tx: &mut ReadTx,
    keys: &OrgKeys,
    scope: &Scope<A, Customer>,
    after: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<StoredCustomer>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM customer WHERE org_id = $1 AND id > $2 AND {{scope}} ORDER BY id LIMIT $3"
    );
    let after = after.map_or(Value::Bytes(Vec::new()), |id| Value::from(&id));
    let rows = tx.within(scope, &sql, &[after, Value::Int(limit)]).await?;
    Ok(rows
        .iter()
        .map(|row| stored(keys, scope.org(), row))
        .collect::<Result<_, _>>()?)
}

/// The facts of the customers of a scope, and what they are made from, in the order of their ids, after one.
pub(super) async fn accesses<A: Action>(
    tx: &mut ReadTx,
    keys: &OrgKeys,
    scope: &Scope<A, Customer>,
    after: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<(Facts<Customer>, Access)>, CrmError> {
    let sql = "SELECT id, version, owner_id, department_id, access FROM customer \
               WHERE org_id = $1 AND id > $2 AND {scope} ORDER BY id LIMIT $3";
    let after = after.map_or(Value::Bytes(Vec::new()), |id| Value::from(&id));
    let read = |row: &Row| {
        let id = row.id(0)?;
        let owner = row.id_opt(2)?.map(UserId::from_bytes);
        let department = row.id_opt(3)?.map(DepartmentId::from_bytes);
        let access = Access::open::<Customer>(keys, &id, (owner, department), row.bytes(4)?)?;
        Ok::<_, StoreError>((access.facts(scope.org(), id, row.int(1)?), access))
    };
    let rows = tx.within(scope, sql, &[after, Value::Int(limit)]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// The revisions of customers, to see which the index has to read again.
pub(crate) async fn revision(
    tx: &mut ReadTx,
    caller: &Caller,
    id: &[u8; 16],
) -> Result<Option<i64>, CrmError> {
    let sql = "SELECT revision FROM customer WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(caller, sql, &[Value::from(id)]).await?;
    Ok(rows.first().map(|row| row.int(0)).transpose()?)
}

/// Inserts a customer.
pub(crate) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, Customer>,
    access: &SealedAccess<'_>,
    now: Timestamp,
    key: &WrappedKey,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO customer \
               (org_id, id, version, revision, owner_id, department_id, access, created_at, updated_at, dek, fields) \
               VALUES ($1, $2, 1, 1, $3, $4, $5, $6, $6, $7, $8)";
    let [owner, department, sealed] = access.values();
    let more = [
        owner,
        department,
        sealed,
        Value::from(now),
        Value::from(key.as_bytes()),
        Value::Bytes(fields.encode()),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// The wrapped data key of a permit's customer.
pub(crate) async fn key_of<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
) -> Result<WrappedKey, CrmError> {
    let sql = "SELECT dek FROM customer WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(WrappedKey::from_bytes(row.bytes(0)?.to_vec()))
}

/// Replaces fields and owner at the permit's version.
pub(crate) async fn update<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    access: &SealedAccess<'_>,
    now: Timestamp,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "UPDATE customer SET version = version + 1, revision = revision + 1, owner_id = $4, \
               department_id = $5, access = $6, updated_at = $7, fields = $8 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    let [owner, department, sealed] = access.values();
    let more = [
        owner,
        department,
        sealed,
        Value::from(now),
        Value::Bytes(fields.encode()),
    ];
    Ok(tx.change(permit, sql, &more).await?)
}

/// The empty bytes stand for no department: nothing has an empty id.
fn place_value(department: Option<DepartmentId>) -> Value {
    Value::Bytes(department.map_or_else(Vec::new, |id| id.as_bytes().to_vec()))
}

/// The customers of an owner that are not in the department they are kept in, if there is one.
const OWNED: &str =
    "org_id = $1 AND owner_id = $2 AND ($3 = 0 OR COALESCE(department_id, $4) <> $5)";

fn owned_values(owner: UserId, kept: Option<Option<DepartmentId>>) -> Vec<Value> {
    vec![
        Value::from(owner),
        Value::Int(i64::from(kept.is_some())),
        Value::Bytes(Vec::new()),
        place_value(kept.flatten()),
    ]
}

/// The facts of an owner's customers, and what they are made from, outside the department they are kept in, in the order of their ids, after one.
pub(super) async fn owned(
    tx: &mut ReadTx,
    keys: &OrgKeys,
    scope: &Scope<actions::Assign, Customer>,
    (owner, kept): (UserId, Option<Option<DepartmentId>>),
    after: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<(Facts<Customer>, Access)>, CrmError> {
    let sql = format!(
        "SELECT id, version, department_id, access FROM customer WHERE {OWNED} AND id > $6 AND {{scope}} ORDER BY id LIMIT $7"
    );
    let mut values = owned_values(owner, kept);
    values.push(after.map_or(Value::Bytes(Vec::new()), |id| Value::from(&id)));
    values.push(Value::Int(limit));
    let read = |row: &Row| {
        let department = row.id_opt(2)?.map(DepartmentId::from_bytes);
        let id = row.id(0)?;
        let access = Access::open::<Customer>(keys, &id, (Some(owner), department), row.bytes(3)?)?;
        Ok::<_, StoreError>((access.facts(scope.org(), id, row.int(1)?), access))
    };
    let rows = tx.within(scope, &sql, &values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// How many there are of them.
pub(super) async fn count_owned(
    tx: &mut ReadTx,
    scope: &Scope<actions::Assign, Customer>,
    owner: UserId,
    kept: Option<Option<DepartmentId>>,
) -> Result<u64, CrmError> {
    let sql = format!("SELECT COUNT(*) FROM customer WHERE {OWNED} AND {{scope}}");
    let rows = tx.within(scope, &sql, &owned_values(owner, kept)).await?;
    count(&rows)
}

/// How many customers somebody reaches.
pub(super) async fn count_reached(
    tx: &mut ReadTx,
    scope: &Scope<actions::Assign, Customer>,
    reach: &Reach,
) -> Result<u64, CrmError> {
    let mut values = vec![Value::Int(i64::from(reach.all)), Value::from(reach.owner)];
    let mut places = String::new();
    for department in &reach.departments {
        values.push(Value::from(department.as_bytes()));
        places.push_str(&format!(" OR department_id = ${}", values.len() + 1));
    }
    let sql = format!(
        "SELECT COUNT(*) FROM customer WHERE org_id = $1 AND ($2 = 1 OR owner_id = $3{places}) AND {{scope}}"
    );
    let rows = tx.within(scope, &sql, &values).await?;
    count(&rows)
}

fn count(rows: &[Row]) -> Result<u64, CrmError> {
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Changes who may see a customer at the permit's version.
pub(crate) async fn place<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    access: &SealedAccess<'_>,
    now: Timestamp,
) -> Result<(), CrmError> {
    let sql = "UPDATE customer SET version = version + 1, revision = revision + 1, owner_id = $4, \
               department_id = $5, access = $6, updated_at = $7 WHERE org_id = $1 AND id = $2 AND version = $3";
    let [owner, department, sealed] = access.values();
    let more = [owner, department, sealed, Value::from(now)];
    Ok(tx.change(permit, sql, &more).await?)
}

/// Counts a change of something that hangs on the customer, so that indexes read it again.
pub(crate) async fn touch<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    now: Timestamp,
) -> Result<(), CrmError> {
    let sql = "UPDATE customer SET revision = revision + 1, updated_at = $3 WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[Value::from(now)]).await?;
    Ok(())
}

/// Removes the customer's row at the permit's version; what hangs on it is removed by its features before.
pub(crate) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, Customer>,
) -> Result<(), CrmError> {
    tx.put(
        permit,
        "DELETE FROM blind_index WHERE org_id = $1 AND customer_id = $2",
        &[],
    )
    .await?;
    Ok(tx
        .change(
            permit,
            "DELETE FROM customer WHERE org_id = $1 AND id = $2 AND version = $3",
            &[],
        )
        .await?)
}

/// Puts blind index entries of one record (the customer itself or a contact) in place of its old ones.
pub(crate) async fn replace_blind<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    record: &[u8; 16],
    hashes: &[(&'static str, i64)],
    fresh: bool,
) -> Result<(), CrmError> {
    if !fresh {
        let clear =
            "DELETE FROM blind_index WHERE org_id = $1 AND customer_id = $2 AND record_id = $3";
        tx.put(permit, clear, &[Value::from(record)]).await?;
    }
    insert_blind(tx, permit, record, hashes, 1).await
}

/// Inserts blind index entries of one record, so many with one statement. One is best on the embedded engine, which
/// keeps a journal of its own for a statement of several rows; on a server every statement is a round trip.
pub(crate) async fn insert_blind<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    record: &[u8; 16],
    hashes: &[(&'static str, i64)],
    at_once: usize,
) -> Result<(), CrmError> {
    // Two fields of one index may hold the same value, such as mobile and landline.
    let mut hashes = hashes.to_vec();
    hashes.sort_unstable();
    hashes.dedup();
    for some in hashes.chunks(at_once.max(1)) {
        let mut sql =
            "INSERT INTO blind_index (org_id, customer_id, record_id, field, hash) VALUES "
                .to_owned();
        let mut more = vec![Value::from(record)];
        for (at, (field, hash)) in some.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            sql.push_str(&format!(
                "{comma}($1, $2, $3, ${}, ${})",
                2 * at + 4,
                2 * at + 5
            ));
            more.extend([Value::from(*field), Value::Int(*hash)]);
        }
        tx.put(permit, &sql, &more).await?;
    }
    Ok(())
}

/// Hashes asked for in one statement.
const BLIND_AT_ONCE: usize = 100;

/// Names of customers without a 统一社会信用代码, as a blind index of its own when asked for in
/// [`find_blind_many`].
pub(crate) const NAME_ALONE: &str = "name.alone";

/// For each of many blind index values a customer that has it, the oldest if there are several.
pub(crate) async fn find_blind_many(
    tx: &mut impl Lookup,
    caller: &Caller,
    wanted: &BTreeSet<(&'static str, i64)>,
) -> Result<HashMap<(&'static str, i64), [u8; 16]>, CrmError> {
    let places: Vec<String> = (0..BLIND_AT_ONCE)
        .map(|at| format!("${}", at + 3))
        .collect();
    let places = places.join(", ");
    let mut found: HashMap<(&'static str, i64), [u8; 16]> = HashMap::new();
    let fields: BTreeSet<&'static str> = wanted.iter().map(|(field, _)| *field).collect();
    for field in fields {
        let (stored_as, without_code) = match field {
            NAME_ALONE => (
                "name",
                " AND NOT EXISTS (SELECT 1 FROM blind_index c WHERE c.org_id = $1 \
                 AND c.customer_id = b.customer_id AND c.field = 'uscc')",
            ),
            field => (field, ""),
        };
        let sql = format!(
            "SELECT b.hash, b.customer_id FROM blind_index b \
             WHERE b.org_id = $1 AND b.field = $2 AND b.hash IN ({places}){without_code}"
        );
        let hashes = wanted.iter().filter(|(f, _)| *f == field);
        let hashes: Vec<i64> = hashes.map(|(_, hash)| *hash).collect();
        for chunk in hashes.chunks(BLIND_AT_ONCE) {
            let mut more = vec![Value::from(stored_as)];
            // No hash is negative: the rest of the places finds nothing.
            more.extend(
                (0..BLIND_AT_ONCE).map(|at| Value::Int(chunk.get(at).copied().unwrap_or(-1))),
            );
            for row in tx.rows(caller, &sql, &more).await? {
                let id = row.id(1)?;
                let oldest = found.entry((field, row.int(0)?)).or_insert(id);
                *oldest = id.min(*oldest);
            }
        }
    }
    Ok(found)
}

/// Customers that have an equal value in a blind index, themselves or in a contact.
pub(crate) async fn find_blind(
    tx: &mut impl Lookup,
    caller: &Caller,
    field: &str,
    hashes: &[i64],
    limit: i64,
) -> Result<Vec<[u8; 16]>, CrmError> {
    // One hash, or two while the organisation's key is rotated. No hash is negative: what is missing finds nothing.
    let sql = "SELECT DISTINCT customer_id FROM blind_index WHERE org_id = $1 AND field = $2 AND hash IN ($3, $4) LIMIT $5";
    let hash = |at: usize| Value::Int(hashes.get(at).copied().unwrap_or(-1));
    let rows = tx
        .rows(
            caller,
            sql,
            &[Value::from(field), hash(0), hash(1), Value::Int(limit)],
        )
        .await?;
    Ok(rows.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?)
}

/// The record an idempotency key of this person made.
pub(crate) async fn idempotent(
    tx: &mut WriteTx<'_>,
    user: UserId,
    key: &str,
) -> Result<Option<CustomerId>, CrmError> {
    let sql = "SELECT record_id FROM idempotency WHERE org_id = $1 AND user_id = $2 AND key = $3";
    let rows = tx
        .lookup(sql, &[Value::from(user), Value::from(key)])
        .await?;
    Ok(rows
        .first()
        .map(|row| row.id(0))
        .transpose()?
        .map(CustomerId::from_bytes))
}

/// Remembers what an idempotency key made.
pub(crate) async fn remember<R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, R>,
    user: UserId,
    key: &str,
    now: Timestamp,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO idempotency (org_id, record_id, user_id, key, created_at) VALUES ($1, $2, $3, $4, $5)";
    tx.put(
        permit,
        sql,
        &[Value::from(user), Value::from(key), Value::from(now)],
    )
    .await?;
    Ok(())
}

/// Removes the row of a customer that is erased, whatever its version, and what it is found by.
pub(crate) async fn erase(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Erase, Customer>,
) -> Result<(), CrmError> {
    for sql in [
        "DELETE FROM blind_index WHERE org_id = $1 AND customer_id = $2",
        "DELETE FROM idempotency WHERE org_id = $1 AND record_id = $2",
        "DELETE FROM customer WHERE org_id = $1 AND id = $2",
    ] {
        tx.put(permit, sql, &[]).await?;
    }
    Ok(())
}
