//! Reading the index from the database, at start and whenever it is doubted.

use super::{Besides, SharedIndex};
use crate::contacts;
use crate::customers::{Customer, ListRow, SHAPE, StoredCustomer, open_fields, sql};
use crate::fields::CUSTOMER;
use crate::{Crm, CrmError};
use custos_kernel::policy::{Caller, Job, Permit, Scope, actions};
use custos_search::{Document, IndexBuilder};
use custos_values::{CustomerId, OrgId};
use std::sync::Arc;

/// Customers read at once.
const BATCH: i64 = 2_000;

impl Crm {
    /// Reads an organisation's index and keeps following the database; returns at once.
    pub fn start_indexing(self: &Arc<Self>, org: OrgId) -> tokio::task::JoinHandle<()> {
        let crm = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                match crm.load_index(org).await {
                    Ok(next) => {
                        crm.follow(org, next).await;
                        return;
                    }
                    Err(error) => tracing::error!(%error, "the index cannot be read; trying again"),
                }
                tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            }
        })
    }

    /// Whether an organisation's lists and searches can be answered.
    pub fn index_is_ready(&self, org: OrgId) -> bool {
        let kinds = crate::objects::KINDS.iter();
        let mut ready = kinds.map(|kind| self.indexes_of(kind.spec().name).is_ready(org));
        self.indexes.is_ready(org) && ready.all(|ready| ready)
    }

    /// Reads everything; the place in the log from which to follow.
    pub(crate) async fn load_index(&self, org: OrgId) -> Result<i64, CrmError> {
        let scope = self.index_scope(org)?;
        // Taken first: what changes while reading is read again by the follower.
        let next = self.store.read().await?.log_next(&scope).await?;
        let keys = self.keys(org).await?;
        let mut builder = IndexBuilder::new(SHAPE.schema());
        let mut after = None;
        loop {
            let mut tx = self.store.read().await?;
            let batch = sql::page(&mut tx, &keys, &scope, after, BATCH).await?;
            let Some(last) = batch.last() else { break };
            let first = batch[0].facts.id;
            let mut people =
                contacts::sql::between(&mut tx, &scope, &first, &last.facts.id).await?;
            after = Some(last.facts.id);
            for customer in &batch {
                let permit = scope.admit(&customer.facts).ok_or(CrmError::NotFound)?;
                let contacts = people.remove(&customer.facts.id).unwrap_or_default();
                let document = self
                    .index_document(org, &permit, customer, &contacts)
                    .await?;
                builder.push(&document).map_err(unindexable)?;
            }
            // Other tasks of this thread get their turn between batches.
            tokio::task::yield_now().await;
        }
        let index = tokio::task::spawn_blocking(move || builder.finish()).await;
        let index = index
            .map_err(|_| CrmError::IndexLoading)?
            .map_err(unindexable)?;
        self.indexes.put(org, SharedIndex::new(index));
        for kind in crate::objects::KINDS {
            kind.load(self, org).await?;
        }
        Ok(next)
    }

    /// Brings one customer of the index up to date, before the answer to its change leaves.
    pub(crate) async fn reindex(&self, caller: &Caller, id: CustomerId) -> Result<(), CrmError> {
        let org = caller.org();
        // While the index is loading the follower will come to this change.
        let Ok(shared) = self.indexes.ready(org) else {
            return Ok(());
        };
        let scope = self.index_scope(org)?;
        let keys = self.keys(org).await?;
        let mut tx = self.store.read().await?;
        let stored = match sql::find(&mut tx, &keys, scope.caller(), id).await {
            Ok(stored) => stored,
            Err(CrmError::NotFound) => {
                shared.write().remove(id.as_bytes());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let permit = scope.admit(&stored.facts).ok_or(CrmError::NotFound)?;
        let contacts = contacts::sql::of_customer(&mut tx, &permit).await?;
        let document = self
            .index_document(org, &permit, &stored, &contacts)
            .await?;
        self.index_many(org, &[document])
    }

    /// Takes a removed customer out of the index.
    pub(crate) fn unindex(&self, org: OrgId, id: CustomerId) {
        if let Ok(shared) = self.indexes.ready(org) {
            shared.write().remove(id.as_bytes());
        }
    }

    /// The number of what decisions about a customer depend on.
    pub(crate) fn mark_of(&self, stored: &StoredCustomer) -> u32 {
        let marking = stored.facts.marking.clone().unwrap_or_default();
        self.indexes.marks(stored.facts.org).number(&marking)
    }

    pub(crate) fn index_scope(
        &self,
        org: OrgId,
    ) -> Result<Scope<actions::Index, Customer>, CrmError> {
        Ok(self.policy.scope(&Caller::system(Job::Indexer, org))?)
    }

    pub(crate) async fn index_document(
        &self,
        org: OrgId,
        permit: &Permit<actions::Index, Customer>,
        stored: &StoredCustomer,
        contacts: &[contacts::StoredContact],
    ) -> Result<Document, CrmError> {
        let keys = self.keys(org).await?;
        let key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
        let wanted = |spec: &crate::fields::FieldSpec| {
            spec.in_list
                || spec.searchable
                || spec.sortable
                || spec.filterable
                || spec.blind == Some("phone")
        };
        let opened = open_fields(
            permit,
            &key,
            CUSTOMER,
            &stored.facts.id,
            &stored.fields,
            wanted,
        )?;
        let mut names = Vec::with_capacity(contacts.len());
        let mut besides = Besides::default();
        for contact in contacts {
            let (name, phones) = contact.name_and_phones(permit, &key)?;
            names.push(name);
            besides.phones.extend(phones);
        }
        besides.texts.push(names.join("\n"));
        let head = stored.head(self.mark_of(stored));
        let row = ListRow::prepare(CUSTOMER, &head, &opened).pack(CUSTOMER);
        Ok(SHAPE.document(&head, &opened, besides, row))
    }
}

pub(crate) fn unindexable(error: custos_search::DocumentError) -> CrmError {
    CrmError::Store(custos_store::StoreError::Corrupt(format!(
        "a customer cannot be indexed: {error}"
    )))
}
