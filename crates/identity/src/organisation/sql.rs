//! The tables of the organisation and its departments.

use crate::resources::{DepartmentResource, OrganisationResource};
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{DepartmentId, OrgId, Timestamp};

/// Rows are keyed by organisation and id like all others; here both are the same. `slot` numbers the organisations of an installation; as long as there may be one only, it is always 1, and its
/// uniqueness decides between two set-ups at the same moment. `generation` grows with every change of accounts or
/// departments, which is how other nodes learn of one.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0101_organisation",
    sql: "CREATE TABLE organisation (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, slot BIGINT NOT NULL UNIQUE, name {bytes} NOT NULL,
            language TEXT NOT NULL, generation BIGINT NOT NULL, created_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE TABLE department (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, parent_id {bytes}, name {bytes} NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL,
            PRIMARY KEY (org_id, id)) {clustered}",
};

/// All organisations.
pub(super) async fn organisations(tx: &mut ReadTx) -> Result<Vec<OrgId>, StoreError> {
    let rows = tx
        .before_sign_in("SELECT org_id FROM organisation ORDER BY slot", &[])
        .await?;
    rows.iter()
        .map(|row| row.id(0).map(OrgId::from_bytes))
        .collect()
}

/// What a directory is headed by.
pub(super) struct OrganisationRow {
    pub(super) generation: i64,
    pub(super) name: Vec<u8>,
    pub(super) language: String,
}

pub(super) async fn organisation(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<Option<OrganisationRow>, StoreError> {
    let sql = "SELECT generation, name, language FROM organisation WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    rows.first()
        .map(|row| {
            Ok(OrganisationRow {
                generation: row.int(0)?,
                name: row.bytes(1)?.to_vec(),
                language: row.text(2)?.to_owned(),
            })
        })
        .transpose()
}

/// A department as stored.
pub(super) struct DepartmentRow {
    pub(super) id: DepartmentId,
    pub(super) parent: Option<DepartmentId>,
    pub(super) name: Vec<u8>,
    pub(super) version: i64,
}

pub(super) async fn departments(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<Vec<DepartmentRow>, StoreError> {
    let sql =
        "SELECT id, parent_id, name, version FROM department WHERE org_id = $1 ORDER BY org_id, id";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    let read = |row: &Row| {
        Ok(DepartmentRow {
            id: DepartmentId::from_bytes(row.id(0)?),
            parent: row.id_opt(1)?.map(DepartmentId::from_bytes),
            name: row.bytes(2)?.to_vec(),
            version: row.int(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Whether there is an organisation besides the transaction's own.
pub(crate) async fn other_organisation_exists(tx: &mut WriteTx<'_>) -> Result<bool, StoreError> {
    let rows = tx
        .lookup("SELECT 1 FROM organisation WHERE org_id <> $1 LIMIT 1", &[])
        .await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn insert_organisation(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, OrganisationResource>,
    name: Vec<u8>,
    language: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO organisation (org_id, id, slot, name, language, generation, created_at) \
               VALUES ($1, $2, 1, $3, $4, 1, $5)";
    let values = [Value::Bytes(name), Value::from(language), Value::from(now)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Makes the change known to other nodes, and keeps two changes of one organisation from passing each other: the row
/// stays locked until the end of the transaction.
pub(super) async fn next_generation(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, OrganisationResource>,
) -> Result<(), StoreError> {
    let sql = "UPDATE organisation SET generation = generation + 1 WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[]).await.map(|_| ())
}

/// A department about to be made.
pub(crate) struct NewDepartmentRow {
    pub(crate) parent: Option<DepartmentId>,
    pub(crate) name: Vec<u8>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn insert_department(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, DepartmentResource>,
    row: NewDepartmentRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO department (org_id, id, parent_id, name, created_at, updated_at, version) \
               VALUES ($1, $2, $3, $4, $5, $5, 1)";
    let values = [
        Value::from(row.parent.map(|id| id.as_bytes().to_vec())),
        Value::Bytes(row.name),
        Value::from(row.now),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Whether the transaction's organisation has this department.
pub(crate) async fn department_exists(
    tx: &mut WriteTx<'_>,
    id: DepartmentId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM department WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(&id.as_bytes()[..])]).await?;
    Ok(!rows.is_empty())
}

/// The organisation's language, within a transaction.
pub(crate) async fn language_within(tx: &mut WriteTx<'_>) -> Result<String, StoreError> {
    let sql = "SELECT language FROM organisation WHERE org_id = $1";
    let rows = tx.lookup(sql, &[]).await?;
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Corrupt("no such organisation".to_owned()))?;
    Ok(row.text(0)?.to_owned())
}
