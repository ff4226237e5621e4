//! Carrying a reassignment out: in batches, each in one transaction, with the rights of whoever started it as they are when
//! each customer is come to.

use super::details::Details;
use super::foresee::together_since;
use super::model::{CANCEL, FINISH, PASS, RESUME, Reassignment, Row, State};
use super::sql;
use crate::customers::{Customer, sql as customers};
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Grounds, Permit, actions};
use custos_store::StoreError;
use custos_values::{CustomerId, ReassignmentId, UserId};
use http::StatusCode;
use std::sync::Arc;

/// Customers handed over in one transaction.
const BATCH: usize = 200;
/// How often a batch is tried when its customers are changed by somebody else meanwhile.
const ATTEMPTS: u32 = 5;

pub(super) fn check_prepared(row: &Row) -> Result<(), CrmError> {
    match row.state {
        State::Prepared => Ok(()),
        _ => Err(wrong_state()),
    }
}

fn wrong_state() -> CrmError {
    Problem::new(StatusCode::CONFLICT, "reassignment.state").into()
}

/// A run of a reassignment: from a start or resumption to its end.
struct Run {
    crm: Arc<Crm>,
    caller: Caller,
    permit: Permit<actions::Update, Reassignment>,
    details: Details,
    number: i64,
}

impl Crm {
    /// Starts what was prepared.
    pub(super) async fn start_reassignment(
        self: &Arc<Self>,
        caller: &Caller,
        id: ReassignmentId,
    ) -> Result<(), CrmError> {
        let (row, permit) = self.reassignment_for::<actions::Assign>(caller, id).await?;
        check_prepared(&row)?;
        let details = self.reassignment_details(&permit).await?;
        self.taker(caller.org(), details.to)?;
        let owner = caller.user_id().ok_or(CrmError::NotFound)?;
        let scope = self.policy.scope::<actions::Assign, Reassignment>(caller)?;
        let keys = self.keys(caller.org()).await?;
        let total = details.items.len() as u64;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        let recently = sql::recent_within(&mut tx, owner, together_since(now)).await?;
        let approved = caller
            .approval()
            .is_some_and(|approval| matches!(approval.grounds(), Grounds::Approved(_)));
        // What was approved is this one as it is. What goes without approval is counted with all others of the day, here,
        // where no other begins at the same time.
        if !approved {
            self.policy.covers(&scope, total + recently)?;
        }
        if !sql::start(&mut tx, &permit, now).await? {
            return Err(wrong_state());
        }
        let reason = keys
            .tenant
            .seal_reason(None, &details.reason, self.store.random());
        let event = Event::of(&permit)
            .with("customers", Detail::count(total))
            .with("new_owner", Detail::id(*details.to.as_bytes()))
            .with("reason", Detail::sealed(reason));
        tx.finish(event).await?;
        let going_on = self.policy.permit(caller, &row.facts)?;
        self.run_reassignment(caller, going_on, details, row.run + 1, 0);
        Ok(())
    }

    /// Lets one go on that was stopped, or whose server was.
    pub(super) async fn resume_reassignment(
        self: &Arc<Self>,
        caller: &Caller,
        id: ReassignmentId,
    ) -> Result<(), CrmError> {
        let (row, permit) = self.reassignment_for::<actions::Update>(caller, id).await?;
        let now = self.store.clock().now();
        if !row.rests(now) {
            return Err(wrong_state());
        }
        let details = self.reassignment_details(&permit).await?;
        let mut tx = self.store.write(caller).await?;
        if !sql::resume(&mut tx, &permit, row.run, now).await? {
            return Err(wrong_state());
        }
        let event = Event::own::<Reassignment>(caller, &RESUME, Some(*id.as_bytes()));
        tx.finish(event.with("done", Detail::count(row.done())))
            .await?;
        self.run_reassignment(caller, permit, details, row.run + 1, row.done());
        Ok(())
    }

    /// Stops one after its current batch. What was handed over stays.
    pub(super) async fn cancel_reassignment(
        &self,
        caller: &Caller,
        id: ReassignmentId,
    ) -> Result<(), CrmError> {
        let (_, permit) = self.reassignment_for::<actions::Update>(caller, id).await?;
        let mut tx = self.store.write(caller).await?;
        if !sql::cancel(&mut tx, &permit).await? {
            return Err(wrong_state());
        }
        let event = Event::own::<Reassignment>(caller, &CANCEL, Some(*id.as_bytes()));
        Ok(tx.finish(event).await?)
    }

    fn run_reassignment(
        self: &Arc<Self>,
        caller: &Caller,
        permit: Permit<actions::Update, Reassignment>,
        details: Details,
        number: i64,
        done: u64,
    ) {
        let run = Run {
            crm: Arc::clone(self),
            caller: caller.clone(),
            permit,
            details,
            number,
        };
        tokio::spawn(async move {
            if let Err(error) = run.work(done).await {
                tracing::warn!(%error, "a reassignment was broken off and can be let go on");
            }
        });
    }
}

impl Run {
    async fn work(&self, mut done: u64) -> Result<(), CrmError> {
        loop {
            let from = usize::try_from(done).unwrap_or(usize::MAX);
            let items = self.details.items.get(from..).unwrap_or_default();
            let batch = items.get(..BATCH.min(items.len())).unwrap_or_default();
            if batch.is_empty() {
                return self.finish(done).await;
            }
            if !self.has_its_rights() {
                return self.stop().await;
            }
            if !self.hand_over(batch, done).await? {
                return Ok(());
            }
            done += batch.len() as u64;
        }
    }

    /// Hands a batch over: false if this run is no longer the one under way.
    async fn hand_over(
        &self,
        batch: &[(CustomerId, Option<UserId>)],
        done: u64,
    ) -> Result<bool, CrmError> {
        let mut attempt = 1;
        loop {
            match self.try_hand_over(batch, done).await {
                Err(CrmError::Store(StoreError::Stale) | CrmError::Stale) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_hand_over(
        &self,
        batch: &[(CustomerId, Option<UserId>)],
        done: u64,
    ) -> Result<bool, CrmError> {
        let (crm, caller, org) = (&self.crm, &self.caller, self.caller.org());
        let keys = crm.keys(org).await?;
        let ids: Vec<[u8; 16]> = batch.iter().map(|(id, _)| *id.as_bytes()).collect();
        let to = self.details.to;
        let place = (Some(to), crm.people.department_of(org, to));
        let now = crm.store.clock().now();
        let mut tx = crm.store.write(caller).await?;
        let stays = crm.people.stays(&mut tx, to).await?;
        let found = customers::find_batch(&mut tx, &keys, caller, &ids).await?;
        let mut events = Vec::with_capacity(batch.len());
        let mut moved = Vec::new();
        // Whoever has left meanwhile is given nothing.
        for stored in found.iter().filter(|_| stays) {
            let was = batch.iter().find(|(id, _)| *id == stored.id());
            let Some((_, old)) = was.filter(|(_, owner)| *owner == stored.facts.owner) else {
                continue;
            };
            let permit: Result<Permit<actions::Assign, Customer>, _> =
                crm.policy.permit(caller, &stored.facts);
            let Ok(permit) = permit else { continue };
            let placed = stored.access.clone().placed(place);
            let sealed = placed.seal::<Customer>(&keys, stored.id().as_bytes(), crm.store.random());
            customers::place(&mut tx, &permit, &sealed, now).await?;
            let event = Event::of(&permit)
                .with("reassignment", Detail::id(*self.permit.record()))
                .with("new_owner", Detail::id(*to.as_bytes()));
            events.push(match old {
                Some(old) => event.with("old_owner", Detail::id(*old.as_bytes())),
                None => event,
            });
            moved.push(stored.id());
        }
        let counts = (moved.len() as u64, (batch.len() - moved.len()) as u64);
        let at = (self.number, done);
        if !sql::advance(&mut tx, &self.permit, at, counts, now).await? {
            return Ok(false);
        }
        if events.is_empty() {
            let event = Event::own::<Reassignment>(caller, &PASS, Some(*self.permit.record()));
            events.push(event.with("customers", Detail::count(counts.1)));
        }
        tx.finish_all(events).await?;
        let system = crm.index_scope(org)?;
        for id in moved {
            crm.reindex(system.caller(), id).await?;
        }
        Ok(true)
    }

    /// Whether whoever started it is still there, and still what they were then.
    fn has_its_rights(&self) -> bool {
        let user = self.caller.user_id();
        let now = user.and_then(|user| self.crm.people.standing(self.caller.org(), user));
        let then = self.caller.profile();
        now.is_some_and(|now| {
            let now = now.profile;
            now.roles == then.roles
                && now.custom_roles == then.custom_roles
                && now.data_scope == then.data_scope
                && now.department == then.department
                && now.clearance == then.clearance
        })
    }

    /// Stops: whoever started it may let it go on with what they may do now.
    async fn stop(&self) -> Result<(), CrmError> {
        let mut tx = self.crm.store.write(&self.caller).await?;
        if sql::cancel(&mut tx, &self.permit).await? {
            let record = Some(*self.permit.record());
            let event = Event::own::<Reassignment>(&self.caller, &CANCEL, record);
            tx.finish(event.with("reason", Detail::code("rights_changed")))
                .await?;
        }
        Ok(())
    }

    async fn finish(&self, done: u64) -> Result<(), CrmError> {
        let crm = &self.crm;
        let now = crm.store.clock().now();
        let mut tx = crm.store.write(&self.caller).await?;
        if sql::finish(&mut tx, &self.permit, self.number, now).await? {
            let record = Some(*self.permit.record());
            let event = Event::own::<Reassignment>(&self.caller, &FINISH, record);
            tx.finish(event.with("customers", Detail::count(done)))
                .await?;
        }
        Ok(())
    }
}
