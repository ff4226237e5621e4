//! Handing customers over when a person moves or leaves: in batches, each in one transaction with an entry for every
//! customer, so that it can be broken off at any moment and goes on where it stopped.

use super::model::Customer;
use super::sql;
use crate::{Crm, CrmError};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Job, Scope, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{CustomerId, DepartmentId, OrgId, UserId};

/// Customers handed over in one transaction.
const BATCH: i64 = 200;
/// A place after every customer: records follow.
const PAST_CUSTOMERS: [u8; 16] = [0xff; 16];
/// How often a batch is tried when its customers are changed by somebody else meanwhile.
const ATTEMPTS: u32 = 5;

/// Where a person's customers are to be.
#[derive(Debug, Clone)]
pub struct Placing {
    /// Whose customers.
    pub from: UserId,
    /// Who has them afterwards, and in which department; several share them. May be the person, who then takes them
    /// into another department.
    pub to: Vec<(UserId, Option<DepartmentId>)>,
}

impl Placing {
    /// Whose a customer becomes: the same however often it is asked.
    pub(crate) fn place(&self, customer: &[u8; 16]) -> Option<(UserId, Option<DepartmentId>)> {
        // The last bytes of an id are random.
        let draw = usize::from(u16::from_be_bytes([customer[14], customer[15]]));
        self.to.get(draw.checked_rem(self.to.len())?).copied()
    }

    /// The department of those customers that are where they belong already.
    pub(crate) fn kept(&self) -> Option<Option<DepartmentId>> {
        let own = self.to.iter().find(|(user, _)| *user == self.from)?;
        Some(own.1)
    }
}

/// Which customers of an organisation a person reaches.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Whose own they are.
    pub owner: UserId,
    /// The departments whose customers they reach besides.
    pub departments: Vec<DepartmentId>,
    /// Whether they reach all.
    pub all: bool,
}

impl Crm {
    /// How many customers and records are not yet where they are to be.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn left_to_hand_over(&self, org: OrgId, placing: &Placing) -> Result<u64, CrmError> {
        let scope = self.handing_over(org)?;
        let mut tx = self.store.read().await?;
        let customers = sql::count_owned(&mut tx, &scope, placing.from, placing.kept()).await?;
        drop(tx);
        Ok(customers + self.records_to_hand_over(org, placing).await?)
    }

    /// Hands over the next customers after one, in the order of their ids, then the records. `None` when there are no more.
    ///
    /// # Errors
    /// [`CrmError`]; nothing of the batch is changed then.
    pub async fn hand_over(
        &self,
        org: OrgId,
        placing: &Placing,
        after: Option<[u8; 16]>,
    ) -> Result<Option<[u8; 16]>, CrmError> {
        let mut attempt = 1;
        loop {
            match self.try_hand_over(org, placing, after).await {
                Err(CrmError::Store(StoreError::Stale) | CrmError::Stale) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                Ok(None) => match self.hand_over_records(org, placing).await {
                    Err(CrmError::Store(StoreError::Stale)) if attempt < ATTEMPTS => attempt += 1,
                    Ok(0) => return Ok(None),
                    handed => return handed.map(|_| Some(PAST_CUSTOMERS)),
                },
                outcome => return outcome,
            }
        }
    }

    async fn try_hand_over(
        &self,
        org: OrgId,
        placing: &Placing,
        after: Option<[u8; 16]>,
    ) -> Result<Option<[u8; 16]>, CrmError> {
        let scope = self.handing_over(org)?;
        let keys = self.keys(org).await?;
        let mut reading = self.store.read().await?;
        let batch = sql::owned(
            &mut reading,
            &keys,
            &scope,
            (placing.from, placing.kept()),
            after,
            BATCH,
        )
        .await?;
        drop(reading);
        let Some(last) = batch.last().map(|(facts, _)| facts.id) else {
            return Ok(None);
        };
        let caller = scope.caller().clone();
        let now = self.store.clock().now();
        let mut tx = self.store.write(&caller).await?;
        let placing = self.takers_who_stay(&mut tx, placing).await?;
        let mut events = Vec::with_capacity(batch.len());
        for (facts, access) in &batch {
            let permit = scope.admit(facts).ok_or(CrmError::NotFound)?;
            let place = placing.place(&facts.id).ok_or(CrmError::NotFound)?;
            let placed = access.clone().placed((Some(place.0), place.1));
            let sealed = placed.seal::<Customer>(&keys, &facts.id, self.store.random());
            sql::place(&mut tx, &permit, &sealed, now).await?;
            events.push(
                Event::of(&permit)
                    .with("old_owner", Detail::id(*placing.from.as_bytes()))
                    .with("new_owner", Detail::id(*place.0.as_bytes())),
            );
        }
        tx.finish_all(events).await?;
        for (facts, _) in &batch {
            self.reindex(&caller, CustomerId::from_bytes(facts.id))
                .await?;
        }
        Ok(Some(last))
    }

    /// The placing without takers who have left by now. Those who have not cannot until the transaction ends.
    pub(crate) async fn takers_who_stay(
        &self,
        tx: &mut WriteTx<'_>,
        placing: &Placing,
    ) -> Result<Placing, CrmError> {
        let mut to = Vec::with_capacity(placing.to.len());
        for taker in &placing.to {
            // Who takes customers along is not given any.
            if taker.0 == placing.from || self.people.stays(tx, taker.0).await? {
                to.push(*taker);
            }
        }
        Ok(Placing {
            from: placing.from,
            to,
        })
    }

    /// How many customers somebody reaches.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn reached(&self, org: OrgId, reach: &Reach) -> Result<u64, CrmError> {
        let scope = self.handing_over(org)?;
        sql::count_reached(&mut self.store.read().await?, &scope, reach).await
    }

    fn handing_over(&self, org: OrgId) -> Result<Scope<actions::Assign, Customer>, CrmError> {
        let caller = Caller::system(Job::Handover, org);
        Ok(self.policy.scope(&caller)?)
    }
}
