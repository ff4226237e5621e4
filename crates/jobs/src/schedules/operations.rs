//! Setting schedules, and looking at them.

use super::Plan;
use super::plan::{open_payload, seal_payload};
use super::sql::{self, Stored};
use crate::JobsError;
use crate::jobs::Jobs;
use crate::kind::Kind;
use crate::queue::sql as queue;
use crate::resources::ScheduleResource;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Origin, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{OrgId, ScheduleId, Timestamp};

/// A schedule as it is seen by whoever may see jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenSchedule {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) cron: String,
    pub(crate) zone: String,
    pub(crate) catch_up: &'static str,
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) code: Option<String>,
}

impl Jobs {
    /// Makes a schedule, or sets the one of its name anew, within a transaction that is to be finished with the events among
    /// its own. The first job is that of the next time from now on; one of the former schedule that waits is taken out. Without
    /// events nothing was to be changed.
    ///
    /// # Errors
    /// [`JobsError::TooLarge`], [`JobsError::Unhandled`], or when the database fails.
    pub async fn schedule<K: Kind>(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        plan: &Plan<K>,
    ) -> Result<Vec<Event>, JobsError> {
        self.check_handled(K::NAME)?;
        let text = self.text(&plan.payload)?;
        let (store, now) = (&self.store, self.store.clock().now());
        let key = store.keys().get(store, org).await?;
        let known = sql::named(tx, &plan.name).await?;
        if let Some(known) = &known
            && known.kind == K::NAME
            && known.catch_up == plan.catch_up
            && (known.cron.as_str(), known.zone.as_str())
                == (plan.cron.expression(), plan.cron.zone())
            && known.code.is_none()
        {
            // One that was altered is set anew.
            let opened = open_payload(&key, known);
            if opened.is_ok_and(|opened| opened.as_slice() == text.as_slice()) {
                return Ok(Vec::new());
            }
        }
        let id = match &known {
            Some(known) => known.id,
            None => ScheduleId::new(store.clock(), store.random()),
        };
        let next_at = plan.cron.after(now);
        let mut stored = Stored {
            id,
            name: plan.name.clone(),
            kind: K::NAME.to_owned(),
            cron: plan.cron.expression().to_owned(),
            zone: plan.cron.zone().to_owned(),
            catch_up: plan.catch_up,
            next_at,
            last_at: None,
            code: None,
            payload: Vec::new(),
        };
        stored.payload = seal_payload(&key, &stored, &text, store.random());
        let event = if known.is_some() {
            let permit = self.schedule_permit::<actions::Update>(org, origin, id)?;
            queue::withdraw_scheduled(tx, &permit, now).await?;
            sql::replace(tx, &permit, &stored).await?;
            Event::of(&permit)
        } else {
            let permit = self.schedule_permit::<actions::Create>(org, origin, id)?;
            if !sql::insert(tx, &permit, &stored, now).await? {
                // Another node has made it meanwhile.
                return Ok(Vec::new());
            }
            Event::of(&permit)
        };
        let mut events = vec![event.with("kind", Detail::code(K::NAME))];
        if let Some(next_at) = next_at {
            let first = self.occurrence(tx, org, origin, id, K::NAME, next_at, &text);
            events.extend(first.await?);
        }
        Ok(events)
    }

    /// Removes the schedule of a name, and the job of it that waits. Without an event there was none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unschedule(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        name: &str,
    ) -> Result<Option<Event>, JobsError> {
        let Some(known) = sql::named(tx, name).await? else {
            return Ok(None);
        };
        let permit = self.schedule_permit::<actions::Delete>(org, origin, known.id)?;
        queue::withdraw_scheduled(tx, &permit, self.store.clock().now()).await?;
        sql::delete(tx, &permit).await?;
        Ok(Some(
            Event::of(&permit).with("kind", Detail::code(known.kind)),
        ))
    }

    /// Gives organisations that were made meanwhile the schedules all have.
    pub(crate) async fn settle_in(&self) -> Result<(), JobsError> {
        for org in self.store.organisations().await? {
            if self.settled.lock().contains(&org) {
                continue;
            }
            let standing = self.standing.lock().clone();
            let caller = Self::scheduler(org);
            let mut tx = self.store.write(&caller).await?;
            let mut events = Vec::new();
            for plan in standing {
                events.extend(plan.place(self, &mut tx, org).await?);
            }
            if !events.is_empty() {
                match tx.finish_all(events).await {
                    Ok(()) => {}
                    // Another node was faster; next time it is there.
                    Err(StoreError::Duplicate) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            self.settled.lock().insert(org);
        }
        Ok(())
    }

    /// The schedules of the caller's organisation.
    pub(crate) async fn schedules(&self, caller: &Caller) -> Result<Vec<SeenSchedule>, JobsError> {
        let scope = self
            .policy
            .scope::<actions::List, ScheduleResource>(caller)?;
        let stored = sql::list(&mut self.store.read().await?, &scope).await?;
        let count = u64::try_from(stored.len()).unwrap_or(u64::MAX);
        let event = Event::of_scope(&scope).with("rows", Detail::count(count));
        self.sink.record(event).await?;
        let seen = stored.into_iter().map(|it| SeenSchedule {
            name: it.name,
            kind: it.kind,
            cron: it.cron,
            zone: it.zone,
            catch_up: it.catch_up.name(),
            next_at: it.next_at,
            last_at: it.last_at,
            code: it.code,
        });
        Ok(seen.collect())
    }
}
