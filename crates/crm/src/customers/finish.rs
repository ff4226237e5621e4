//! The end of a change: one entry for what was changed and shown, then the index, and the answer from memory.
//!
//! Reading back what was just written would cost more than the change itself: every change ends the views of the
//! reading connections, and with them the pages they had decrypted.

use super::model::{Customer, StoredCustomer};
use super::record::CustomerRecord;
use super::seal::open_fields;
use crate::crm::OrgKeys;
use crate::fields::CUSTOMER;
use crate::{Crm, CrmError, contacts};
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;

/// A customer as a transaction leaves it, and the event that is to finish the transaction.
pub(crate) struct Written {
    /// The customer, as a read after the commit would find it.
    pub(crate) stored: StoredCustomer,
    /// What was done to it.
    pub(crate) event: Event,
}

impl Crm {
    /// Commits a change whose answer is the changed record: what the answer discloses is in the change's own entry.
    /// Nothing is shown to somebody who gave the customer away and may not see it any more.
    pub(crate) async fn finish_and_show(
        &self,
        tx: WriteTx<'_>,
        caller: &Caller,
        keys: &OrgKeys,
        written: Written,
    ) -> Result<Option<CustomerRecord>, CrmError> {
        let Written { stored, event } = written;
        let shown = match self.policy.permit(caller, &stored.facts) {
            Ok(permit) => Some(self.shown(caller, keys, &permit, &stored)?),
            Err(_) => None,
        };
        let (record, disclosures) = shown.unzip();
        let event = event.disclosing(disclosures.unwrap_or_default());
        self.finish_and_index(tx, Written { stored, event }).await?;
        Ok(record)
    }

    /// Commits a change and brings the index up to it.
    pub(crate) async fn finish_and_index(
        &self,
        mut tx: WriteTx<'_>,
        written: Written,
    ) -> Result<(), CrmError> {
        let Written { stored, event } = written;
        let org = stored.facts.org;
        // While the index is loading, its follower will come to this change.
        if !self.indexes.is_ready(org) {
            return Ok(tx.finish(event).await?);
        }
        let scope = self.index_scope(org)?;
        let permit = scope.admit(&stored.facts).ok_or(CrmError::NotFound)?;
        let contacts = contacts::sql::of_customer(&mut tx, &permit).await?;
        tx.finish(event).await?;
        let document = self
            .index_document(org, &permit, &stored, &contacts)
            .await?;
        self.index_many(org, &[document])
    }

    /// The record for somebody who was permitted to read it, and what of it leaves in clear.
    pub(crate) fn shown(
        &self,
        caller: &Caller,
        keys: &OrgKeys,
        permit: &Permit<actions::Read, Customer>,
        stored: &StoredCustomer,
    ) -> Result<(CustomerRecord, Disclosures), CrmError> {
        let key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
        let row = &stored.facts.id;
        let opened = open_fields(permit, &key, CUSTOMER, row, &stored.fields, |_| true)?;
        Ok(self.record(caller, stored, opened))
    }
}
