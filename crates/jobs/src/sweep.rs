//! Removing jobs that ended long ago: itself a job, every night.

use crate::jobs::Jobs;
use crate::kind::{Handler, Kind};
use crate::queue::sql;
use crate::schedules::{CatchUp, Cron, Plan};
use crate::worker::{Attempt, Progress, Settled, Trouble};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use std::sync::{Arc, Weak};

/// The name of the schedule, and of the kind of its jobs.
pub const SWEEP: &str = "jobs_sweep";
/// Jobs removed in one transaction.
const BATCH: u64 = 500;

enum Sweep {}

impl Kind for Sweep {
    const NAME: &'static str = SWEEP;
    type Payload = ();
}

struct Broom(Weak<Jobs>);

impl Handler<Sweep> for Broom {
    async fn work(&self, attempt: &Attempt<Sweep>) -> Result<Settled, Trouble> {
        let jobs = self
            .0
            .upgrade()
            .ok_or_else(|| Trouble::passing("stopping"))?;
        let now = jobs.store.clock().now();
        let limits = &jobs.limits;
        let before = (
            now.plus_millis(-limits.keep_done_ms),
            now.plus_millis(-limits.keep_failed_ms),
        );
        let permit =
            jobs.permit::<actions::Delete>(attempt.org(), attempt.caller().origin(), attempt.id())?;
        let mut tx = attempt.begin().await?;
        let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let removed = sql::sweep(&mut tx, &permit, before, most).await?;
        let done = attempt.progress().done + removed;
        let event = Event::of(&permit).with("count", Detail::count(removed));
        if removed < BATCH {
            return attempt.done(tx, vec![event], "done").await;
        }
        let progress = Progress { done, total: None };
        attempt.advance(tx, vec![event], progress, &()).await
    }
}

pub(crate) fn install(jobs: &Arc<Jobs>) {
    jobs.handle(Broom(Arc::downgrade(jobs)));
    // At night in China.
    if let Ok(cron) = Cron::parse("17 3 * * *", "Asia/Shanghai") {
        jobs.standing(Plan::<Sweep> {
            name: SWEEP.to_owned(),
            cron,
            catch_up: CatchUp::Once,
            payload: (),
        });
    }
}
