//! From one time of a schedule to the next.

use super::plan::open_payload;
use super::sql::{self, Stored};
use super::{CatchUp, Cron};
use crate::jobs::Jobs;
use crate::queue::sql::Held;
use crate::queue::{Key, Made};
use crate::resources::ScheduleResource;
use crate::{JobsError, Trouble};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Facts, Origin, Permit, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, ScheduleId, Timestamp};

/// How late a job may be done that is left out when it was missed, in milliseconds.
const LATE_MS: i64 = 10 * 60_000;

impl Jobs {
    /// Makes the next job of a schedule, in the transaction that ends the one of a time. Nothing is made if the schedule has
    /// moved on, was set anew, or is gone.
    pub(crate) async fn follow(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        id: ScheduleId,
        ended: Timestamp,
    ) -> Result<Vec<Event>, JobsError> {
        let Some(stored) = sql::find(tx, id).await? else {
            return Ok(Vec::new());
        };
        if stored.next_at != Some(ended) {
            return Ok(Vec::new());
        }
        let origin = Origin::default();
        let permit = self.schedule_permit::<actions::Update>(org, &origin, id)?;
        let now = self.store.clock().now();
        let cron = Cron::parse(&stored.cron, &stored.zone).ok();
        let key = self.store.keys().get(&self.store, org).await?;
        let text = open_payload(&key, &stored);
        let (Some(cron), Ok(text)) = (cron, text) else {
            // What was done stays done. The schedule ends, for everybody to see.
            tracing::error!(schedule = %id, "a schedule does not open: it was altered in the database");
            sql::move_on(tx, &permit, ended, None, Some("payload_damaged")).await?;
            let event = Event::of(&permit).with("code", Detail::code("payload_damaged"));
            return Ok(vec![event.failed()]);
        };
        let next = cron.after(now.max(ended));
        if !sql::move_on(tx, &permit, ended, next, None).await? {
            return Ok(Vec::new());
        }
        let Some(next) = next else {
            return Ok(Vec::new());
        };
        let made = self.occurrence(tx, org, &origin, id, &stored.kind, next, &text);
        Ok(made.await?.into_iter().collect())
    }

    /// Puts the job of one time of a schedule into the queue. There is one, whoever makes it.
    #[expect(
        clippy::too_many_arguments,
        reason = "a schedule's time has that many sides"
    )]
    pub(super) async fn occurrence(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        schedule: ScheduleId,
        kind: &str,
        due_at: Timestamp,
        text: &[u8],
    ) -> Result<Option<Event>, JobsError> {
        let key = Key::of("schedule").id(schedule.as_bytes()).at(due_at);
        let made = Made {
            kind,
            key: Some(key.as_str()),
            schedule: Some(schedule),
            due_at,
            text,
        };
        let queued = self.insert(tx, org, origin, made).await?;
        Ok(queued.map(|queued| queued.event))
    }

    /// Whether a job was missed and is to be left out.
    pub(crate) async fn is_missed(&self, held: &Held) -> Result<bool, Trouble> {
        let Some(schedule) = held.schedule else {
            return Ok(false);
        };
        let late = self.store.clock().now().millis() - held.due_at.millis();
        // What was begun is finished, and what somebody has tried again is tried.
        if held.steps > 0 || held.attempts > 1 || held.failed_before || late <= LATE_MS {
            return Ok(false);
        }
        let caller = Self::scheduler(held.org);
        let mut tx = self.store.read().await?;
        let stored = sql::seen(&mut tx, &caller, schedule).await?;
        drop(tx);
        let skips = |it: &Stored| it.catch_up == CatchUp::Skip && it.next_at == Some(held.due_at);
        let Some(stored) = stored.filter(skips) else {
            return Ok(false);
        };
        let key = self.store.keys().get(&self.store, held.org).await?;
        // One that was altered decides nothing.
        Ok(open_payload(&key, &stored).is_ok())
    }

    pub(super) fn schedule_permit<A: Action>(
        &self,
        org: OrgId,
        origin: &Origin,
        id: ScheduleId,
    ) -> Result<Permit<A, ScheduleResource>, JobsError> {
        let caller = Self::scheduler(org).with_origin(origin.clone());
        let facts = Facts::shared(org, *id.as_bytes(), 0);
        Ok(self.policy.permit(&caller, &facts)?)
    }
}
