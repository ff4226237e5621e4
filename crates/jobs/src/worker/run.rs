//! The worker: takes up what is due, has it done, and writes down how that went.

use super::attempt::Core;
use super::pause::pause_ms;
use super::take::Taken;
use super::{Settled, Trouble};
use crate::JobsError;
use crate::jobs::Jobs;
use crate::queue::State;
use crate::queue::sql::{self, Ending, Held};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How soon it is looked after something was put into the queue: its transaction may not have ended yet.
const EAGER: [Duration; 4] = [
    Duration::from_millis(5),
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
];
/// The shortest pause otherwise: what is due may not be to be had.
const LEAST: Duration = Duration::from_millis(250);

impl Jobs {
    /// Does what is due, for as long as it is polled.
    pub async fn run(self: Arc<Self>) {
        let mut under_way = JoinSet::new();
        let mut looked = 0;
        loop {
            let pause = match self.fill(&mut under_way).await {
                Ok(_) => self.pause(under_way.len() >= self.limits.on_node).await,
                Err(error) => Err(error),
            };
            let pause = pause.unwrap_or_else(|error| {
                tracing::warn!(%error, "the queue of jobs cannot be read");
                self.limits.look
            });
            let pause = EAGER.get(looked).map_or(pause, |soon| pause.min(*soon));
            tokio::select! {
                Some(done) = under_way.join_next() => note(done),
                () = self.wake.notified() => looked = 0,
                () = tokio::time::sleep(pause) => looked += 1,
            }
        }
    }

    /// Does everything that is due now, a few at once; tells how many jobs were taken up.
    ///
    /// # Errors
    /// When the queue cannot be read. What goes wrong with one job is written down with it.
    pub async fn run_due(self: &Arc<Self>) -> Result<usize, JobsError> {
        let mut under_way = JoinSet::new();
        let mut taken = 0;
        loop {
            taken += self.fill(&mut under_way).await?;
            match under_way.join_next().await {
                Some(done) => note(done),
                None => return Ok(taken),
            }
        }
    }

    /// Takes up as much as there is room for.
    async fn fill(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> Result<usize, JobsError> {
        self.settle_in().await?;
        let mut taken = 0;
        while under_way.len() < self.limits.on_node {
            let Some(job) = self.take().await? else {
                break;
            };
            let jobs = Arc::clone(self);
            under_way.spawn(async move { jobs.work(job).await });
            taken += 1;
        }
        Ok(taken)
    }

    /// Until when there is nothing to look at.
    async fn pause(&self, busy: bool) -> Result<Duration, JobsError> {
        let kinds = self.kinds();
        if busy || kinds.is_empty() {
            return Ok(self.limits.look);
        }
        let soonest = sql::soonest(&mut self.store.read().await?, &kinds).await?;
        let left = soonest.map(|at| at.millis() - self.store.clock().now().millis());
        let left = left.map(|left| Duration::from_millis(u64::try_from(left).unwrap_or(0)));
        Ok(left.map_or(self.limits.look, |left| {
            left.clamp(LEAST, self.limits.look.max(LEAST))
        }))
    }

    async fn work(self: Arc<Self>, taken: Taken) {
        loop {
            match self.step(taken).await {
                Ok(true) => {}
                Ok(false) => return,
                // The lease ends by itself, and then it is tried again.
                Err(error) => {
                    tracing::warn!(%error, job = %taken.id, "how a job went cannot be written down");
                    return;
                }
            }
        }
    }

    /// Does the next step; tells whether there is another.
    async fn step(self: &Arc<Self>, taken: Taken) -> Result<bool, JobsError> {
        let caller = Self::scheduler(taken.org);
        let mut read = self.store.read().await?;
        let held = sql::held(&mut read, &caller, taken.id, taken.fence).await?;
        drop(read);
        let Some(held) = held else {
            return Ok(false);
        };
        match self.attempt(&held).await {
            Ok(settled) => Ok(!settled.over),
            Err(trouble) if trouble.lost => {
                tracing::info!(job = %taken.id, "a job passed to another node");
                Ok(false)
            }
            Err(trouble) => {
                self.write_down(&held, &trouble).await?;
                Ok(false)
            }
        }
    }

    async fn attempt(self: &Arc<Self>, held: &Held) -> Result<Settled, Trouble> {
        let handler = self.handler(&held.kind);
        let handler = handler.ok_or_else(|| Trouble::lasting("unhandled"))?;
        let effort = handler.effort();
        let core = Core::new(self, held.clone(), effort.lease_ms)?;
        if held.cancel_asked {
            let tx = self.store.write(&Self::scheduler(held.org)).await?;
            return core.end(tx, Vec::new(), State::Cancelled, None).await;
        }
        if held.attempts > effort.attempts {
            return Err(Trouble::lasting("interrupted"));
        }
        if self.is_missed(held).await? {
            let tx = self.store.write(&Self::scheduler(held.org)).await?;
            return core.end(tx, Vec::new(), State::Done, Some("skipped")).await;
        }
        let longest = u64::try_from(effort.lease_ms / 4 * 3).unwrap_or(0);
        let work = AssertUnwindSafe(handler.work(core)).catch_unwind();
        match tokio::time::timeout(Duration::from_millis(longest), work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => {
                tracing::error!(kind = held.kind, job = %held.id, "the handler of a job panicked");
                Err(Trouble::passing("panicked"))
            }
            Err(_) => Err(Trouble::passing("timed_out")),
        }
    }

    /// Writes down that an attempt failed: there is another later, or the job failed.
    async fn write_down(self: &Arc<Self>, held: &Held, trouble: &Trouble) -> Result<(), JobsError> {
        let handler = self.handler(&held.kind);
        let attempts = handler.map_or(0, |handler| handler.effort().attempts);
        let again = trouble.passing && held.attempts < attempts;
        let core = Core::new(self, held.clone(), 0).map_err(|_| JobsError::Full)?;
        let mut tx = self.store.write(&Self::scheduler(held.org)).await?;
        let cancelled = sql::is_cancel_asked(&mut tx, held.id).await?;
        if !again || cancelled {
            let state = if cancelled {
                State::Cancelled
            } else {
                State::Failed
            };
            let ended = core.end(tx, Vec::new(), state, Some(trouble.code)).await;
            return match ended {
                Ok(_) => Ok(()),
                Err(trouble) if trouble.lost => Ok(()),
                Err(trouble) => {
                    Err(custos_store::StoreError::Engine(trouble.code.to_owned()).into())
                }
            };
        }
        let now = self.store.clock().now();
        let ending = Ending {
            state: State::Waiting,
            code: Some(trouble.code),
            wake_at: Some(now.plus_millis(pause_ms(held.attempts, self.store.random()))),
            ended_at: None,
        };
        if sql::settle(&mut tx, &core.permit, held, &ending).await? {
            let event = core.told(State::Waiting, Some(trouble.code)).failed();
            tx.finish(event).await?;
        }
        Ok(())
    }
}

fn note(done: Result<(), tokio::task::JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "a job broke off");
    }
}
