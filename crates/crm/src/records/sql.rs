//! The tables of records: the only place that names them.

use super::Object;
use super::model::StoredRecord;
use crate::CrmError;
use crate::crm::OrgKeys;
use crate::customers::Customer;
use crate::customers::sql::Lookup;
use crate::sharing::{Access, SealedAccess};
use custos_kernel::crypto::WrappedKey;
use custos_kernel::policy::{Action, Caller, Permit, Resource, Scope, actions};
use custos_store::{EngineKind, Migration, ReadTx, Row, SealedFields, StoreError, Value, WriteTx};
use custos_values::{CustomerId, DepartmentId, OrgId, RecordId, Timestamp, UserId};

/// The tables.
pub const MIGRATION: Migration = Migration {
    name: "0207_record",
    sql: "CREATE TABLE record (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, object TEXT NOT NULL, version BIGINT NOT NULL,
            revision BIGINT NOT NULL, customer_id {bytes}, owner_id {bytes}, department_id {bytes},
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, access {bytes} NOT NULL, dek {bytes} NOT NULL,
            fields {bytes} NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE INDEX record_object ON record (org_id, object, id);
          CREATE INDEX record_customer ON record (org_id, customer_id, id);
          CREATE INDEX record_owner ON record (org_id, owner_id, id);
          CREATE TABLE record_link (
            org_id {bytes} NOT NULL, target_id {bytes} NOT NULL, source_id {bytes} NOT NULL, field TEXT NOT NULL,
            PRIMARY KEY (org_id, target_id, source_id, field)) {clustered};
          CREATE INDEX record_link_source ON record_link (org_id, source_id);
          CREATE TABLE number_sequence (
            org_id {bytes} NOT NULL, object TEXT NOT NULL, period TEXT NOT NULL, last BIGINT NOT NULL,
            last_id {bytes} NOT NULL,
            PRIMARY KEY (org_id, object, period)) {clustered}",
};

const COLUMNS: &str = "id, version, revision, customer_id, owner_id, department_id, created_at, updated_at, access, dek, fields";

fn stored<R: Object>(keys: &OrgKeys, org: OrgId, row: &Row) -> Result<StoredRecord<R>, StoreError> {
    let id = row.id(0)?;
    let owner = row.id_opt(4)?.map(UserId::from_bytes);
    let department = row.id_opt(5)?.map(DepartmentId::from_bytes);
    let access = Access::open::<R>(keys, &id, (owner, department), row.bytes(8)?)?;
    Ok(StoredRecord {
        facts: access.facts(org, id, row.int(1)?),
        access,
        revision: row.int(2)?,
        customer: row.id_opt(3)?.map(CustomerId::from_bytes),
        created_at: row.time(6)?,
        updated_at: row.time(7)?,
        key: WrappedKey::from_bytes(row.bytes(9)?.to_vec()),
        fields: SealedFields::decode(row.bytes(10)?)?,
    })
}

/// A record of the caller's organisation, before any decision.
pub(crate) async fn find<R: Object>(
    tx: &mut impl Lookup,
    keys: &OrgKeys,
    caller: &Caller,
    id: RecordId,
) -> Result<StoredRecord<R>, CrmError> {
    let sql = format!("SELECT {COLUMNS} FROM record WHERE org_id = $1 AND id = $2 AND object = $3");
    let more = [Value::from(id.as_bytes()), Value::from(R::TYPE)];
    let rows = tx.rows(caller, &sql, &more).await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(stored(keys, caller.org(), row)?)
}

/// A record as it stays until the transaction ends: whoever changes it meanwhile waits.
pub(crate) async fn keep<R: Object>(
    tx: &mut WriteTx<'_>,
    keys: &OrgKeys,
    caller: &Caller,
    id: RecordId,
) -> Result<StoredRecord<R>, CrmError> {
    let lock = match tx.engine() {
        // The only writer while it lives.
        EngineKind::Sqlite => "",
        EngineKind::Postgres => "FOR UPDATE",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE org_id = $1 AND id = $2 AND object = $3 {lock}"
    );
    let more = [Value::from(id.as_bytes()), Value::from(R::TYPE)];
    let rows = tx.rows(caller, &sql, &more).await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(stored(keys, caller.org(), row)?)
}

/// The records that name another in one of two fields, each once.
pub(crate) async fn referring(
    tx: &mut WriteTx<'_>,
    target: RecordId,
    [first, second]: [&str; 2],
) -> Result<Vec<RecordId>, CrmError> {
    let sql = "SELECT DISTINCT source_id FROM record_link WHERE org_id = $1 AND target_id = $2 AND field IN ($3, $4)";
    let more = [
        Value::from(target.as_bytes()),
        Value::from(first),
        Value::from(second),
    ];
    let rows = tx.lookup(sql, &more).await?;
    let read = |row: &Row| Ok(RecordId::from_bytes(row.id(0)?));
    rows.iter().map(read).collect()
}

/// Records of a kind in the order of their ids, after one.
pub(crate) async fn page<A: Action, R: Object>(
    tx: &mut ReadTx,
    keys: &OrgKeys,
    scope: &Scope<A, R>,
    after: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<StoredRecord<R>>, CrmError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE org_id = $1 AND object = $2 AND id > $3 AND {{scope}} ORDER BY id LIMIT $4"
    );
    let after = after.map_or(Value::Bytes(Vec::new()), |id| Value::from(&id));
    let more = [Value::from(R::TYPE), after, Value::Int(limit)];
    let rows = tx.within(scope, &sql, &more).await?;
    Ok(rows
        .iter()
        .map(|row| stored(keys, scope.org(), row))
        .collect::<Result<_, _>>()?)
}

/// The revision of a record, to see whether the index has to read it again.
pub(crate) async fn revision<R: Resource>(
    tx: &mut ReadTx,
    caller: &Caller,
    id: &[u8; 16],
) -> Result<Option<i64>, CrmError> {
    let sql = "SELECT revision FROM record WHERE org_id = $1 AND id = $2 AND object = $3";
    let more = [Value::from(id), Value::from(R::TYPE)];
    let rows = tx.lookup(caller, sql, &more).await?;
    Ok(rows.first().map(|row| row.int(0)).transpose()?)
}

/// A record about to be inserted.
pub(crate) struct New<'a> {
    pub(crate) customer: Option<CustomerId>,
    pub(crate) access: &'a SealedAccess<'a>,
    pub(crate) key: &'a WrappedKey,
    pub(crate) fields: &'a SealedFields,
}

/// Inserts a record.
pub(crate) async fn insert<R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, R>,
    now: Timestamp,
    new: &New<'_>,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO record (org_id, id, object, version, revision, customer_id, owner_id, department_id, access, \
               created_at, updated_at, dek, fields) VALUES ($1, $2, $3, 1, 1, $4, $5, $6, $7, $8, $8, $9, $10)";
    let [owner, department, sealed] = new.access.values();
    let more = [
        Value::from(R::TYPE),
        Value::from(new.customer.map(|id| id.as_bytes().to_vec())),
        owner,
        department,
        sealed,
        Value::from(now),
        Value::from(new.key.as_bytes()),
        Value::Bytes(new.fields.encode()),
    ];
    tx.put(permit, sql, &more).await?;
    Ok(())
}

/// Replaces fields and access at the permit's version.
pub(crate) async fn update<A: Action, R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
    access: &SealedAccess<'_>,
    now: Timestamp,
    fields: &SealedFields,
) -> Result<(), CrmError> {
    let sql = "UPDATE record SET version = version + 1, revision = revision + 1, owner_id = $5, department_id = $6, \
               access = $7, updated_at = $8, fields = $9 \
               WHERE org_id = $1 AND id = $2 AND version = $3 AND object = $4";
    let [owner, department, sealed] = access.values();
    let more = [
        Value::from(R::TYPE),
        owner,
        department,
        sealed,
        Value::from(now),
        Value::Bytes(fields.encode()),
    ];
    Ok(tx.change(permit, sql, &more).await?)
}

/// Changes who may see a record at the permit's version.
pub(crate) async fn place<A: Action, R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
    access: &SealedAccess<'_>,
    now: Timestamp,
) -> Result<(), CrmError> {
    let sql = "UPDATE record SET version = version + 1, revision = revision + 1, owner_id = $5, department_id = $6, \
               access = $7, updated_at = $8 WHERE org_id = $1 AND id = $2 AND version = $3 AND object = $4";
    let [owner, department, sealed] = access.values();
    let more = [
        Value::from(R::TYPE),
        owner,
        department,
        sealed,
        Value::from(now),
    ];
    Ok(tx.change(permit, sql, &more).await?)
}

/// What a row says about who may see the record, still sealed.
pub(crate) struct AccessRow {
    pub(crate) id: RecordId,
    pub(crate) object: String,
    pub(crate) version: i64,
    pub(crate) owner: Option<UserId>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) access: Vec<u8>,
}

/// That of the records that hang on the permit's customer, which nobody else changes until the transaction ends.
pub(crate) async fn accesses_of_customer<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
) -> Result<Vec<AccessRow>, CrmError> {
    let lock = match tx.engine() {
        // The only writer while it lives.
        EngineKind::Sqlite => "",
        EngineKind::Postgres => "FOR UPDATE",
    };
    let sql = format!(
        "SELECT id, object, version, owner_id, department_id, access FROM record \
         WHERE org_id = $1 AND customer_id = $2 ORDER BY id {lock}"
    );
    let read = |row: &Row| {
        Ok(AccessRow {
            id: RecordId::from_bytes(row.id(0)?),
            object: row.text(1)?.to_owned(),
            version: row.int(2)?,
            owner: row.id_opt(3)?.map(UserId::from_bytes),
            department: row.id_opt(4)?.map(DepartmentId::from_bytes),
            access: row.bytes(5)?.to_vec(),
        })
    };
    tx.of(permit, &sql, &[]).await?.iter().map(read).collect()
}

/// Gives a record that hangs on the permit's customer what is to say who may see it.
pub(crate) async fn raise<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, Customer>,
    row: &AccessRow,
    [owner, department, sealed]: [Value; 3],
    now: Timestamp,
) -> Result<(), CrmError> {
    let sql = "UPDATE record SET version = version + 1, revision = revision + 1, owner_id = $3, department_id = $4, \
               access = $5, updated_at = $6 WHERE org_id = $1 AND customer_id = $2 AND id = $7 AND version = $8";
    let more = [
        owner,
        department,
        sealed,
        Value::from(now),
        Value::from(row.id.as_bytes()),
        Value::Int(row.version),
    ];
    match tx.put(permit, sql, &more).await? {
        1 => Ok(()),
        _ => Err(CrmError::Stale),
    }
}

/// Removes a record at the permit's version, with its own references to others.
pub(crate) async fn delete<R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, R>,
) -> Result<(), CrmError> {
    let sql = "DELETE FROM record_link WHERE org_id = $1 AND source_id = $2";
    tx.put(permit, sql, &[]).await?;
    let sql = "DELETE FROM record WHERE org_id = $1 AND id = $2 AND version = $3 AND object = $4";
    Ok(tx.change(permit, sql, &[Value::from(R::TYPE)]).await?)
}

/// Puts the references of a record in place of its former ones.
pub(crate) async fn replace_links<A: Action, R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
    links: &[(&'static str, RecordId)],
    fresh: bool,
) -> Result<(), CrmError> {
    if !fresh {
        let sql = "DELETE FROM record_link WHERE org_id = $1 AND source_id = $2";
        tx.put(permit, sql, &[]).await?;
    }
    let sql =
        "INSERT INTO record_link (org_id, source_id, target_id, field) VALUES ($1, $2, $3, $4)";
    for (field, target) in links {
        let more = [Value::from(target.as_bytes()), Value::from(*field)];
        tx.put(permit, sql, &more).await?;
    }
    Ok(())
}

/// Counts on within a period, holding back others who count there until the transaction ends.
pub(crate) async fn next_number<R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, R>,
    period: &str,
) -> Result<u64, CrmError> {
    let sql = "INSERT INTO number_sequence (org_id, last_id, object, period, last) VALUES ($1, $2, $3, $4, 1) \
               ON CONFLICT (org_id, object, period) \
               DO UPDATE SET last = number_sequence.last + 1, last_id = excluded.last_id";
    let more = [Value::from(R::TYPE), Value::from(period)];
    tx.put(permit, sql, &more).await?;
    let sql = "SELECT last FROM number_sequence WHERE org_id = $1 AND object = $2 AND period = $3";
    let rows = tx.lookup(sql, &more).await?;
    let last = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(last).unwrap_or_default())
}

/// How many references there are to a record, or to a customer.
pub(crate) async fn count_referring<A: Action, R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
) -> Result<i64, CrmError> {
    let sql = "SELECT COUNT(*) FROM record_link WHERE org_id = $1 AND target_id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.int(0))?)
}

/// Ids and kinds of records in the order of their ids, after one, for a rotation.
pub(crate) async fn all_after(
    tx: &mut WriteTx<'_>,
    after: &[u8],
    limit: i64,
) -> Result<Vec<(RecordId, String)>, CrmError> {
    let sql = "SELECT id, object FROM record WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    let rows = tx
        .lookup(sql, &[Value::from(after), Value::Int(limit)])
        .await?;
    let read = |row: &Row| Ok((RecordId::from_bytes(row.id(0)?), row.text(1)?.to_owned()));
    rows.iter().map(read).collect()
}

/// How many records an organisation has, for a rotation of its key.
pub(crate) async fn count_all(tx: &mut ReadTx, caller: &Caller) -> Result<i64, CrmError> {
    let sql = "SELECT COUNT(*) FROM record WHERE org_id = $1";
    let rows = tx.lookup(caller, sql, &[]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.int(0))?)
}

/// Puts key and fields in place of those read: false if they were changed meanwhile. Neither version nor revision changes,
/// for what they say does not.
pub(crate) async fn replace_sealed<R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Rotate, R>,
    old: &StoredRecord<R>,
    (key, fields): (&WrappedKey, &SealedFields),
) -> Result<bool, CrmError> {
    let sql = "UPDATE record SET dek = $6, fields = $7 \
               WHERE org_id = $1 AND id = $2 AND object = $3 AND dek = $4 AND fields = $5";
    let more = [
        Value::from(R::TYPE),
        Value::from(old.key.as_bytes()),
        Value::Bytes(old.fields.encode()),
        Value::from(key.as_bytes()),
        Value::Bytes(fields.encode()),
    ];
    Ok(tx.put(permit, sql, &more).await? == 1)
}

/// The records that hang on a customer, and those with a key of their own that name it: id, kind, whether the key is its own.
pub(crate) async fn of_customer(
    tx: &mut ReadTx,
    caller: &Caller,
    customer: CustomerId,
) -> Result<Vec<(RecordId, String, bool)>, CrmError> {
    let sql = "SELECT id, object, CASE WHEN customer_id IS NULL THEN 1 ELSE 0 END FROM record \
               WHERE org_id = $1 AND (customer_id = $2 OR (customer_id IS NULL AND id IN \
               (SELECT source_id FROM record_link WHERE org_id = $1 AND target_id = $2))) ORDER BY id";
    let rows = tx
        .lookup(caller, sql, &[Value::from(customer.as_bytes())])
        .await?;
    let read = |row: &Row| {
        let id = RecordId::from_bytes(row.id(0)?);
        Ok((id, row.text(1)?.to_owned(), row.int(2)? == 1))
    };
    rows.iter().map(read).collect()
}

/// Removes the rows of [`of_customer`] with all references from and to them. How many there were.
pub(crate) async fn erase_of_customer(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Erase, Customer>,
) -> Result<u64, CrmError> {
    let named = "DELETE FROM record WHERE org_id = $1 AND customer_id IS NULL AND id IN \
                 (SELECT source_id FROM record_link WHERE org_id = $1 AND target_id = $2)";
    let own = "DELETE FROM record WHERE org_id = $1 AND customer_id = $2";
    let gone = tx.put(permit, named, &[]).await? + tx.put(permit, own, &[]).await?;
    for sql in [
        "DELETE FROM record_link WHERE org_id = $1 AND target_id = $2",
        "DELETE FROM record_link WHERE org_id = $1 AND source_id <> $2 AND NOT EXISTS \
         (SELECT 1 FROM record r WHERE r.org_id = $1 AND r.id = record_link.source_id)",
    ] {
        tx.put(permit, sql, &[]).await?;
    }
    Ok(gone)
}

/// A record of an owner.
pub(crate) struct Owned {
    pub(crate) id: RecordId,
    pub(crate) object: String,
    pub(crate) customer: Option<CustomerId>,
}

/// The records of an owner that are not in the department they are kept in, if there is one.
const OWNED: &str =
    "org_id = $1 AND owner_id = $2 AND ($3 = 0 OR COALESCE(department_id, $4) <> $5)";

fn owned_values(owner: UserId, kept: Option<Option<DepartmentId>>) -> Vec<Value> {
    // The empty bytes stand for no department: nothing has an empty id.
    let place = kept
        .flatten()
        .map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    vec![
        Value::from(owner),
        Value::Int(i64::from(kept.is_some())),
        Value::Bytes(Vec::new()),
        Value::Bytes(place),
    ]
}

/// The first records of an owner that are to be handed over.
pub(crate) async fn owned(
    tx: &mut WriteTx<'_>,
    owner: UserId,
    kept: Option<Option<DepartmentId>>,
    limit: i64,
) -> Result<Vec<Owned>, CrmError> {
    let sql =
        format!("SELECT id, object, customer_id FROM record WHERE {OWNED} ORDER BY id LIMIT $6");
    let mut values = owned_values(owner, kept);
    values.push(Value::Int(limit));
    let rows = tx.lookup(&sql, &values).await?;
    let read = |row: &Row| {
        Ok(Owned {
            id: RecordId::from_bytes(row.id(0)?),
            object: row.text(1)?.to_owned(),
            customer: row.id_opt(2)?.map(CustomerId::from_bytes),
        })
    };
    rows.iter().map(read).collect()
}

/// How many there are of them.
pub(crate) async fn count_owned(
    tx: &mut ReadTx,
    caller: &Caller,
    owner: UserId,
    kept: Option<Option<DepartmentId>>,
) -> Result<u64, CrmError> {
    let sql = format!("SELECT COUNT(*) FROM record WHERE {OWNED}");
    let rows = tx.lookup(caller, &sql, &owned_values(owner, kept)).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A reference as it is kept beside the fields.
pub(crate) struct Link {
    pub(crate) source: RecordId,
    pub(crate) target: RecordId,
    pub(crate) field: String,
}

/// All references of an organisation.
pub(crate) async fn links(tx: &mut ReadTx, caller: &Caller) -> Result<Vec<Link>, CrmError> {
    let sql = "SELECT source_id, target_id, field FROM record_link WHERE org_id = $1";
    let rows = tx.lookup(caller, sql, &[]).await?;
    let read = |row: &Row| {
        Ok(Link {
            source: RecordId::from_bytes(row.id(0)?),
            target: RecordId::from_bytes(row.id(1)?),
            field: row.text(2)?.to_owned(),
        })
    };
    rows.iter().map(read).collect()
}

/// All records of an organisation with the customers they hang on.
pub(crate) async fn places(
    tx: &mut ReadTx,
    caller: &Caller,
) -> Result<Vec<(RecordId, Option<CustomerId>)>, CrmError> {
    let sql = "SELECT id, customer_id FROM record WHERE org_id = $1 ORDER BY id";
    let rows = tx.lookup(caller, sql, &[]).await?;
    let read = |row: &Row| {
        let customer = row.id_opt(1)?.map(CustomerId::from_bytes);
        Ok((RecordId::from_bytes(row.id(0)?), customer))
    };
    rows.iter().map(read).collect()
}
