//! What reviews of access ask of customers: which are shared, to end a share, and the names of those one may read.

use super::model::Customer;
use super::{open_fields, sql};
use crate::fields::CUSTOMER;
use crate::sharing::{Access, Shared, noting};
use crate::{Crm, CrmError};
use custos_access::reviews::{SharedCustomer, Withdrawal};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{Disclosed, Disclosures};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Job, Permit, Scope, Share, actions};
use custos_store::WriteTx;
use custos_values::{CustomerId, OrgId};
use std::collections::BTreeMap;

/// Customers looked at in one go.
const BATCH: i64 = 500;

impl Crm {
    fn reviewing(&self, org: OrgId) -> Result<Scope<actions::Share, Customer>, CrmError> {
        Ok(self.policy.scope(&Caller::system(Job::Access, org))?)
    }

    /// The shares of the next customers after one, and the last of these; none at the end.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn shared_customers(
        &self,
        org: OrgId,
        after: Option<[u8; 16]>,
    ) -> Result<(Vec<SharedCustomer>, Option<[u8; 16]>), CrmError> {
        let scope = self.reviewing(org)?;
        let keys = self.keys(org).await?;
        let mut tx = self.store.read().await?;
        let page = sql::accesses(&mut tx, &keys, &scope, after, BATCH).await?;
        let full = page.len() as i64 == BATCH;
        let last = page.last().map(|(facts, _)| facts.id).filter(|_| full);
        let shares = page.iter().flat_map(|(facts, access)| {
            let customer = CustomerId::from_bytes(facts.id);
            access
                .shares
                .iter()
                .map(move |shared| of(customer, access, shared))
        });
        Ok((shares.collect(), last))
    }

    /// Ends a share within a transaction, which is to be finished with the event, if it is still as it was;
    /// afterwards [`Self::customer_changed`] is to be told.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn withdraw_share(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        share: &SharedCustomer,
    ) -> Result<Withdrawal, CrmError> {
        let scope = self.reviewing(org)?;
        let keys = self.keys(org).await?;
        let stored = match sql::find(tx, &keys, scope.caller(), share.customer).await {
            Err(CrmError::NotFound) => return Ok(Withdrawal::Gone),
            other => other?,
        };
        let mut access = stored.access.clone();
        let with = |shared: &Shared| shared.grant.grantee == share.grantee;
        let Some(at) = access.shares.iter().position(with) else {
            return Ok(Withdrawal::Gone);
        };
        let now = of(share.customer, &access, &access.shares[at]);
        let same = SharedCustomer {
            owner: share.owner,
            ..now
        };
        if same != *share {
            return Ok(Withdrawal::Changed);
        }
        access.shares.remove(at);
        let permit = scope.admit(&stored.facts).ok_or(CrmError::NotFound)?;
        let sealed = access.seal::<Customer>(&keys, share.customer.as_bytes(), self.store.random());
        sql::place(tx, &permit, &sealed, self.store.clock().now()).await?;
        let event = noting(Event::of(&permit), share.grantee)
            .with("share", Detail::code(Share::None.name()))
            .with("by", Detail::code("access_review"));
        Ok(Withdrawal::Done(Box::new(event)))
    }

    /// Brings the index up to a customer that was just changed.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn customer_changed(&self, org: OrgId, id: CustomerId) -> Result<(), CrmError> {
        let system = self.index_scope(org)?;
        self.reindex(system.caller(), id).await
    }

    /// The names of those of some customers that a caller may read; leaves the entry of what it discloses.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn titles(
        &self,
        caller: &Caller,
        customers: &[CustomerId],
    ) -> Result<BTreeMap<CustomerId, String>, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut ids: Vec<[u8; 16]> = customers.iter().map(|id| *id.as_bytes()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut tx = self.store.read().await?;
        let stored = sql::find_batch(&mut tx, &keys, caller, &ids).await?;
        drop(tx);
        let mut titles = BTreeMap::new();
        for customer in stored {
            let permit: Result<Permit<actions::Read, Customer>, _> =
                self.policy.permit(caller, &customer.facts);
            let Ok(permit) = permit else {
                continue;
            };
            let mut disclosures = Disclosures::new();
            let key = keys.tenant.open_record_key(customer.id(), &customer.key)?;
            let row = customer.facts.id;
            let opened = open_fields(&permit, &key, CUSTOMER, &row, &customer.fields, |spec| {
                spec.name == "name"
            })?;
            let name = opened
                .into_iter()
                .next()
                .map(|(spec, plain)| plain.disclose(spec.name, &mut disclosures));
            if let Some(name) = name.map(Disclosed::into_inner) {
                titles.insert(customer.id(), name);
                let event = Event::of(&permit).with("part", Detail::code("access_review"));
                self.record_read(event.disclosing(disclosures)).await?;
            }
        }
        Ok(titles)
    }
}

fn of(customer: CustomerId, access: &Access, shared: &Shared) -> SharedCustomer {
    SharedCustomer {
        customer,
        owner: access.owner,
        grantee: shared.grant.grantee,
        write: shared.grant.share == Share::Write,
        until: shared.grant.until,
        at: shared.at,
    }
}
