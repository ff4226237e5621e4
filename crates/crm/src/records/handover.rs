//! Handing records over when a person moves or leaves: after their customers, and to whom the customer went.

use super::kinds::kind;
use super::{Object, sql};
use crate::customers::Placing;
use crate::{Crm, CrmError};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Job, Permit, actions};
use custos_store::WriteTx;
use custos_values::{DepartmentId, OrgId, RecordId, UserId};

/// Records handed over in one transaction.
const BATCH: i64 = 200;

/// In whose hands, and in which department.
pub(super) type Place = (UserId, Option<DepartmentId>);

impl Crm {
    /// How many records are not yet where they are to be.
    pub(crate) async fn records_to_hand_over(
        &self,
        org: OrgId,
        placing: &Placing,
    ) -> Result<u64, CrmError> {
        let caller = Caller::system(Job::Handover, org);
        let mut tx = self.store.read().await?;
        sql::count_owned(&mut tx, &caller, placing.from, placing.kept()).await
    }

    /// Hands the next records over; how many. Those that are where they are to be are not found again.
    pub(crate) async fn hand_over_records(
        &self,
        org: OrgId,
        placing: &Placing,
    ) -> Result<usize, CrmError> {
        let caller = Caller::system(Job::Handover, org);
        let mut tx = self.store.write(&caller).await?;
        let placing = self.takers_who_stay(&mut tx, placing).await?;
        let batch = sql::owned(&mut tx, placing.from, placing.kept(), BATCH).await?;
        let mut events = Vec::with_capacity(batch.len());
        for owned in &batch {
            let kind = kind(&owned.object).ok_or(CrmError::NotFound)?;
            let draw = owned
                .customer
                .map_or(owned.id, |id| RecordId::from_bytes(*id.as_bytes()));
            let place = placing.place(draw.as_bytes()).ok_or(CrmError::NotFound)?;
            events.push(kind.place(self, &mut tx, org, owned.id, place).await?);
        }
        if batch.is_empty() {
            return Ok(0);
        }
        tx.finish_all(events).await?;
        for owned in &batch {
            if let Some(kind) = kind(&owned.object) {
                kind.follow(self, org, *owned.id.as_bytes()).await?;
            }
        }
        Ok(batch.len())
    }
}

/// Puts one record into other hands within a transaction; what the log says of it.
pub(super) async fn place<R: Object>(
    crm: &Crm,
    tx: &mut WriteTx<'_>,
    org: OrgId,
    id: RecordId,
    (owner, department): Place,
) -> Result<Event, CrmError> {
    let caller = Caller::system(Job::Handover, org);
    let keys = crm.keys(org).await?;
    let stored = sql::find::<R>(tx, &keys, &caller, id).await?;
    let permit: Permit<actions::Assign, R> = crm.policy.permit(&caller, &stored.facts)?;
    let placed = stored.access.clone().placed((Some(owner), department));
    let sealed = placed.seal::<R>(&keys, id.as_bytes(), crm.store.random());
    let now = crm.store.clock().now();
    sql::update(tx, &permit, &sealed, now, &stored.fields).await?;
    let mut event = Event::of(&permit).with("new_owner", Detail::id(*owner.as_bytes()));
    if let Some(old) = stored.facts.owner {
        event = event.with("old_owner", Detail::id(*old.as_bytes()));
    }
    Ok(event)
}
