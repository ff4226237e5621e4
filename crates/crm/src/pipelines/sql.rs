//! The table of pipelines: the only place that names it.

use super::model::{Content, Pipeline};
use super::{PURPOSE, Pipelines};
use crate::CrmError;
use crate::crm::OrgKeys;
use crate::customers::sql::Lookup;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::{Migration, Row, StoreError, Value, WriteTx};
use custos_values::{Random, RecordId};

/// The table.
pub const MIGRATION: Migration = Migration {
    name: "0208_pipeline",
    sql: "CREATE TABLE pipeline (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, version BIGINT NOT NULL, content {bytes} NOT NULL,
            PRIMARY KEY (org_id, id)) {clustered}",
};

fn stored(keys: &OrgKeys, row: &Row) -> Result<Pipeline, CrmError> {
    let id = row.id(0)?;
    let altered = || StoreError::Corrupt("a pipeline was altered".to_owned());
    let plain = keys.tenant.open_secret(PURPOSE, &id, row.bytes(2)?);
    let plain = plain.map_err(|_| altered())?;
    let content: Content = serde_json::from_slice(&plain).map_err(|_| altered())?;
    Ok(Pipeline {
        id: RecordId::from_bytes(id),
        version: row.int(1)?,
        name: content.name,
        stages: content.stages,
    })
}

/// The organisation's pipelines in the order of their ids, that which comes with the product among them until it is
/// changed.
pub(super) async fn all(
    tx: &mut impl Lookup,
    keys: &OrgKeys,
    caller: &Caller,
) -> Result<Vec<Pipeline>, CrmError> {
    let sql = "SELECT id, version, content FROM pipeline WHERE org_id = $1 ORDER BY id";
    let rows = tx.rows(caller, sql, &[]).await?;
    let own = rows.iter().map(|row| stored(keys, row));
    let own = own.collect::<Result<Vec<_>, _>>()?;
    let built_in = Pipeline::built_in();
    let changed = own.iter().any(|pipeline| pipeline.id == built_in.id);
    let mut all: Vec<_> = (!changed)
        .then_some(built_in)
        .into_iter()
        .chain(own)
        .collect();
    all.sort_by_key(|pipeline| pipeline.id);
    Ok(all)
}

fn sealed(keys: &OrgKeys, id: &[u8; 16], content: &Content, random: &dyn Random) -> Value {
    let plain = serde_json::to_vec(content).unwrap_or_default();
    Value::Bytes(keys.tenant.seal_secret(PURPOSE, id, &plain, random))
}

/// Inserts a pipeline.
pub(super) async fn insert<A: custos_kernel::policy::Action>(
    tx: &mut WriteTx<'_>,
    keys: &OrgKeys,
    permit: &Permit<A, Pipelines>,
    content: &Content,
    random: &dyn Random,
) -> Result<(), CrmError> {
    let sql = "INSERT INTO pipeline (org_id, id, version, content) VALUES ($1, $2, 1, $3)";
    let content = sealed(keys, permit.record(), content, random);
    tx.put(permit, sql, &[content]).await?;
    Ok(())
}

/// Replaces a pipeline at the permit's version.
pub(super) async fn update(
    tx: &mut WriteTx<'_>,
    keys: &OrgKeys,
    permit: &Permit<actions::Update, Pipelines>,
    content: &Content,
    random: &dyn Random,
) -> Result<(), CrmError> {
    let sql = "UPDATE pipeline SET version = version + 1, content = $4 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    let content = sealed(keys, permit.record(), content, random);
    Ok(tx.change(permit, sql, &[content]).await?)
}

/// Removes a pipeline at the permit's version.
pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, Pipelines>,
) -> Result<(), CrmError> {
    let sql = "DELETE FROM pipeline WHERE org_id = $1 AND id = $2 AND version = $3";
    Ok(tx.change(permit, sql, &[]).await?)
}
