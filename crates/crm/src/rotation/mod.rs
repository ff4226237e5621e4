//! Sealing customers and records anew while the organisation's key is rotated.
//!
//! A customer's data key is wrapped anew, its fields and those of its contacts and follow-ups are sealed anew if the suite
//! changed, and its entries of the blind index are joined by those under the current key before the former ones go. Every
//! statement says which bytes it replaces: who changed a customer meanwhile wins, and the next round comes back to it.

mod entries;

use crate::contacts::{self, StoredContact};
use crate::customers::{Customer, Row, StoredCustomer, open_fields, sql};
use crate::fields::{ACTIVITY, CONTACT, CUSTOMER, FieldSet};
use crate::{Crm, CrmError, timeline};
use custos_kernel::crypto::RecordKey;
use custos_kernel::policy::{Caller, Job, Permit, Scope, actions};
use custos_store::{Resealed, SealedFields, WriteTx};
use custos_values::{OrgId, Random};
use entries::Entries;

/// Customers in one transaction: on the embedded engine everybody who writes waits for it.
const BATCH: i64 = 40;
/// Before the id of a place among records.
const RECORDS: u8 = b'r';

impl Crm {
    /// How many customers and records there are to go through.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn count_to_reseal(&self, org: OrgId) -> Result<i64, CrmError> {
        let scope = self.rotating(org)?;
        let mut tx = self.store.read().await?;
        let customers = sql::count_all(&mut tx, &scope).await?;
        let records = crate::records::sql::count_all(&mut tx, scope.caller()).await?;
        Ok(customers + records)
    }

    /// Seals the next customers or records after one anew, within a transaction of the rotation: all customers first, then
    /// all records. A place among records has a byte before the id.
    ///
    /// # Errors
    /// [`CrmError`]; nothing of the batch is to be kept then.
    pub async fn reseal(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        after: &[u8],
    ) -> Result<Resealed, CrmError> {
        if after.first() != Some(&RECORDS) || after.len() == 16 {
            let customers = self.reseal_customers(tx, org, after).await?;
            if customers.after.is_some() {
                return Ok(customers);
            }
        }
        let after = match after.split_first() {
            Some((&RECORDS, id)) if after.len() != 16 => id,
            _ => &[],
        };
        let mut outcome = self.reseal_records(tx, org, after).await?;
        outcome.after = outcome.after.map(|id| [&[RECORDS], &id[..]].concat());
        Ok(outcome)
    }

    async fn reseal_customers(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        after: &[u8],
    ) -> Result<Resealed, CrmError> {
        let scope = self.rotating(org)?;
        let keys = self.keys(org).await?;
        let batch = sql::all_after(tx, &keys, org, after, BATCH).await?;
        let mut outcome = Resealed {
            seen: batch.len() as i64,
            ..Resealed::default()
        };
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            return Ok(outcome);
        };
        let (first, last) = (first.facts.id, last.facts.id);
        outcome.after = Some(last.to_vec());
        let mut contacts = contacts::sql::all_between(tx, &first, &last).await?;
        let mut activities = timeline::sql::all_between(tx, &first, &last).await?;
        let mut entries = sql::blind_between(tx, &first, &last).await?;
        for customer in &batch {
            let id = customer.facts.id;
            let permit = scope.admit(&customer.facts).ok_or(CrmError::NotFound)?;
            let of_one = OfOne {
                customer,
                permit,
                contacts: contacts.remove(&id).unwrap_or_default(),
                activities: activities.remove(&id).unwrap_or_default(),
                entries: entries.remove(&id).unwrap_or_default(),
            };
            outcome.changed += i64::from(self.reseal_one(tx, of_one).await?);
        }
        Ok(outcome)
    }

    async fn reseal_one(&self, tx: &mut WriteTx<'_>, one: OfOne<'_>) -> Result<bool, CrmError> {
        let OfOne {
            customer,
            permit,
            contacts,
            activities,
            entries,
        } = one;
        let random = self.store.random();
        let keys = self.keys(permit.org()).await?;
        // Erased, and about to be removed.
        if self
            .store
            .keys()
            .keyring()
            .is_erased(permit.org(), permit.record())
        {
            return Ok(false);
        }
        let key = keys.tenant.open_record_key(customer.id(), &customer.key)?;
        let wrapped = keys
            .tenant
            .rewrap_record_key(customer.id(), &customer.key, random)?;
        let row = customer.facts.id;
        let own = anew(&key, CUSTOMER, &row, &customer.fields, random)?;
        let expected = Entries::of(&keys, &permit, &key, customer, &contacts)?;
        let stale = expected.compare(&entries);
        let mut changed = wrapped.is_some() || own.is_some() || !stale.is_empty();
        if changed {
            // Also where nothing changes in it: who holds the row cannot be in the middle of changing what hangs on it.
            let key = wrapped.as_ref().unwrap_or(&customer.key);
            let fields = own.as_ref().unwrap_or(&customer.fields);
            if !sql::replace_sealed(tx, &permit, customer, key, fields).await? {
                return Ok(true);
            }
        }
        for contact in &contacts {
            let fields = anew(&key, CONTACT, &contact.id, &contact.fields, random)?;
            if fields.is_some() || stale.concerns(&contact.id) {
                let new = fields.as_ref().unwrap_or(&contact.fields);
                changed = true;
                if !contacts::sql::replace_sealed(tx, &permit, contact, new).await? {
                    return Ok(true);
                }
            }
        }
        for activity in &activities {
            if let Some(new) = anew(&key, ACTIVITY, &activity.id, &activity.fields, random)? {
                changed = true;
                timeline::sql::replace_sealed(tx, &permit, activity, &new).await?;
            }
        }
        sql::swap_blind(tx, &permit, &stale.missing, &stale.former).await?;
        Ok(changed)
    }

    fn rotating(&self, org: OrgId) -> Result<Scope<actions::Rotate, Customer>, CrmError> {
        Ok(self.policy.scope(&Caller::system(Job::Keys, org))?)
    }
}

/// A customer with everything that is sealed under its key, as one transaction sees it.
struct OfOne<'a> {
    customer: &'a StoredCustomer,
    permit: Permit<actions::Rotate, Customer>,
    contacts: Vec<StoredContact>,
    activities: Vec<timeline::sql::StoredActivity>,
    entries: Vec<sql::BlindEntry>,
}

/// The fields of a row sealed anew; none if all are of today's suite.
pub(crate) fn anew<'a>(
    key: &RecordKey,
    set: FieldSet,
    row: impl Into<Row<'a>>,
    fields: &SealedFields,
    random: &dyn Random,
) -> Result<Option<SealedFields>, CrmError> {
    let row = row.into();
    let mut new = fields.clone();
    let mut changed = false;
    for (name, sealed) in fields.iter() {
        if let Some(resealed) = key.reseal((set.table, row.id, row.of), name, sealed, random)? {
            new.set(name, resealed);
            changed = true;
        }
    }
    Ok(changed.then_some(new))
}
