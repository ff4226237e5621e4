//! The index of a kind of record: read at start, followed, and brought up to date with every change.

use super::kinds::is_current;
use super::model::StoredRecord;
use super::{Object, sql};
use crate::customers::ListRow;
use crate::index::{Besides, SharedIndex, unindexable};
use crate::{Crm, CrmError};
use custos_kernel::policy::{Caller, Job, Scope, actions};
use custos_search::{Document, IndexBuilder};
use custos_values::{OrgId, RecordId};

/// Records read at once.
const BATCH: i64 = 2_000;

fn scope<R: Object>(crm: &Crm, org: OrgId) -> Result<Scope<actions::Index, R>, CrmError> {
    Ok(crm.policy.scope(&Caller::system(Job::Indexer, org))?)
}

/// Reads a kind's index from the database.
pub(super) async fn load<R: Object>(crm: &Crm, org: OrgId) -> Result<(), CrmError> {
    let scope = scope::<R>(crm, org)?;
    let keys = crm.keys(org).await?;
    let mut builder = IndexBuilder::new(R::SPEC.shape().schema());
    let mut after = None;
    loop {
        let mut tx = crm.store.read().await?;
        let batch = sql::page(&mut tx, &keys, &scope, after, BATCH).await?;
        drop(tx);
        let Some(last) = batch.last() else { break };
        after = Some(last.facts.id);
        for stored in &batch {
            let document = document(crm, &scope, stored).await?;
            builder.push(&document).map_err(unindexable)?;
        }
        // Other tasks of this thread get their turn between batches.
        tokio::task::yield_now().await;
    }
    let index = tokio::task::spawn_blocking(move || builder.finish()).await;
    let index = index.map_err(|_| CrmError::IndexLoading)?;
    let index = SharedIndex::new(index.map_err(unindexable)?);
    crm.indexes_of(R::TYPE).put(org, index);
    Ok(())
}

/// Brings one record up to what is in the database, if another node changed it.
pub(super) async fn follow<R: Object>(crm: &Crm, org: OrgId, id: [u8; 16]) -> Result<(), CrmError> {
    let scope = scope::<R>(crm, org)?;
    let mut tx = crm.store.read().await?;
    if is_current::<R>(crm, &mut tx, scope.caller(), &id).await? {
        return Ok(());
    }
    let keys = crm.keys(org).await?;
    let found = sql::find::<R>(&mut tx, &keys, scope.caller(), RecordId::from_bytes(id)).await;
    drop(tx);
    match found {
        Ok(stored) => take_in(crm, &stored).await,
        Err(CrmError::NotFound) => {
            forget::<R>(crm, org, &id);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Takes a record in as it was just written.
pub(crate) async fn take_in<R: Object>(
    crm: &Crm,
    stored: &StoredRecord<R>,
) -> Result<(), CrmError> {
    let org = stored.facts.org;
    // While the index is loading the follower will come to this change.
    let Ok(shared) = crm.indexes_of(R::TYPE).ready(org) else {
        return Ok(());
    };
    let scope = scope::<R>(crm, org)?;
    let document = document(crm, &scope, stored).await?;
    shared.write().upsert(&document).map_err(unindexable)?;
    Ok(())
}

/// Takes a removed record out.
pub(super) fn forget<R: Object>(crm: &Crm, org: OrgId, id: &[u8; 16]) {
    if let Ok(shared) = crm.indexes_of(R::TYPE).ready(org) {
        shared.write().remove(id);
    }
}

async fn document<R: Object>(
    crm: &Crm,
    scope: &Scope<actions::Index, R>,
    stored: &StoredRecord<R>,
) -> Result<Document, CrmError> {
    let keys = crm.keys(stored.facts.org).await?;
    let permit = scope.admit(&stored.facts).ok_or(CrmError::NotFound)?;
    let opened = stored.open(&keys, &permit)?;
    let marking = stored.facts.marking.clone().unwrap_or_default();
    let mark = crm
        .indexes_of(R::TYPE)
        .marks(stored.facts.org)
        .number(&marking);
    let head = stored.head(mark);
    let set = R::SPEC.fields;
    let row = ListRow::prepare(set, &head, &opened).pack(set);
    let shape = R::SPEC.shape();
    Ok(shape.document(&head, &opened, Besides::default(), row))
}
