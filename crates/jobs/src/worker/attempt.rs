//! One attempt at a job, or at one step of it, in the hands of its handler.

use super::Trouble;
use crate::jobs::Jobs;
use crate::kind::Kind;
use crate::queue::sql::{self, Ending, Held};
use crate::queue::{State, open_bookmark, open_payload, seal_bookmark};
use crate::resources::JobResource;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::CryptoError;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Origin, Permit, actions};
use custos_store::WriteTx;
use custos_values::{JobId, OrgId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// How far clocks of nodes may be apart, in milliseconds.
const CLOCKS_MS: i64 = 60_000;

/// How far long work is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How much is done.
    pub done: u64,
    /// Of how much, if that is known.
    pub total: Option<u64>,
}

/// Proof that a step was committed together with its effect. Only an [`Attempt`] makes it.
#[derive(Debug)]
pub struct Settled {
    pub(super) over: bool,
}

/// What an attempt is at, whatever its kind.
pub(crate) struct Core {
    pub(super) jobs: Arc<Jobs>,
    pub(super) held: Held,
    pub(super) lease_ms: i64,
    pub(super) permit: Permit<actions::Update, JobResource>,
}

impl Core {
    pub(super) fn new(jobs: &Arc<Jobs>, held: Held, lease_ms: i64) -> Result<Self, Trouble> {
        let origin = origin(held.id);
        let permit = jobs.permit(held.org, &origin, held.id)?;
        Ok(Self {
            jobs: Arc::clone(jobs),
            held,
            lease_ms,
            permit,
        })
    }

    /// Ends the job within a transaction that did its work, or found that there is nothing to do.
    pub(super) async fn end(
        &self,
        mut tx: WriteTx<'_>,
        mut events: Vec<Event>,
        state: State,
        code: Option<&'static str>,
    ) -> Result<Settled, Trouble> {
        let Self { jobs, held, .. } = self;
        let ending = Ending {
            state,
            code,
            wake_at: None,
            ended_at: Some(jobs.store.clock().now()),
        };
        if !sql::settle(&mut tx, &self.permit, held, &ending).await? {
            return Err(Trouble::lost());
        }
        if let Some(schedule) = held.schedule {
            let next = jobs.follow(&mut tx, held.org, schedule, held.due_at);
            events.extend(next.await?);
        }
        events.push(self.told(state, code));
        tx.finish_all(events).await?;
        Ok(Settled { over: true })
    }

    pub(super) fn told(&self, state: State, code: Option<&'static str>) -> Event {
        let event = Event::of(&self.permit)
            .with("kind", Detail::code(self.held.kind.as_str()))
            .with("state", Detail::code(state.name()));
        let event = match code {
            Some(code) => event.with("code", Detail::code(code)),
            None => event,
        };
        match state {
            State::Failed => event.failed(),
            _ => event,
        }
    }
}

/// The entries of a job's work are found by its id.
pub(super) fn origin(id: JobId) -> Origin {
    Origin {
        request_id: format!("job-{id}"),
        ..Origin::default()
    }
}

/// One attempt at a job, or at one step of it.
pub struct Attempt<K: Kind> {
    core: Core,
    payload: K::Payload,
}

impl<K: Kind> Attempt<K> {
    /// Opens what the job is about.
    pub(crate) async fn open(core: Core) -> Result<Self, Trouble> {
        let store = &core.jobs.store;
        let held = &core.held;
        let key = store.keys().get(store, held.org).await?;
        let sealed = held.payload.as_deref().ok_or(CryptoError::Malformed);
        let payload = sealed
            .and_then(|sealed| open_payload(&key, K::NAME, held.id, held.due_at, sealed))
            .map_err(|error| {
                tracing::error!(%error, job = %held.id, "what a job is about does not open: it was altered in the database");
                Trouble::lasting("payload_damaged")
            })?;
        // The time it is looked at stands in clear; the one that counts is sealed. Clocks of nodes may differ a little.
        if held.due_at > store.clock().now().plus_millis(CLOCKS_MS) {
            tracing::error!(job = %held.id, "a job was to be done before its time: it was altered in the database");
            return Err(Trouble::lasting("payload_damaged"));
        }
        Ok(Self { core, payload })
    }

    /// The job.
    pub fn id(&self) -> JobId {
        self.core.held.id
    }

    /// The organisation whose job it is.
    pub fn org(&self) -> OrgId {
        self.core.held.org
    }

    /// When it was to be done.
    pub fn due_at(&self) -> Timestamp {
        self.core.held.due_at
    }

    /// Which attempt at the step this is, counted from 1.
    pub fn number(&self) -> i64 {
        self.core.held.attempts
    }

    /// What it is about.
    pub fn payload(&self) -> &K::Payload {
        &self.payload
    }

    /// The queue as caller, with an origin that names the job: what a handler does it does in this name, by rules of its
    /// feature for `Job::"scheduler"`, or in that of a job of its own.
    pub fn caller(&self) -> Caller {
        Jobs::scheduler(self.org()).with_origin(origin(self.id()))
    }

    /// How far the steps before came.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.core.held.done.unsigned_abs(),
            total: self.core.held.total.map(i64::unsigned_abs),
        }
    }

    /// Where the step before left off; none in the first.
    ///
    /// # Errors
    /// [`Trouble`] when it was altered in the database.
    pub async fn bookmark<B: DeserializeOwned>(&self) -> Result<Option<B>, Trouble> {
        let Core { jobs, held, .. } = &self.core;
        let Some(sealed) = &held.bookmark else {
            // A step leaves one, so there is one after the first.
            return match held.steps {
                0 => Ok(None),
                _ => Err(Trouble::lasting("payload_damaged")),
            };
        };
        let key = jobs.store.keys().get(&jobs.store, held.org).await?;
        open_bookmark(&key, K::NAME, held.id, held.steps, sealed)
            .map(Some)
            .map_err(|error| {
                tracing::error!(%error, job = %held.id, "the bookmark of a job does not open: it was altered in the database");
                Trouble::lasting("payload_damaged")
            })
    }

    /// Begins the transaction of the step.
    ///
    /// # Errors
    /// When no connection, or no turn to write, is to be had.
    pub async fn begin(&self) -> Result<WriteTx<'_>, Trouble> {
        Ok(self.core.jobs.store.write(&self.caller()).await?)
    }

    /// Ends the job in the transaction of its effect, with the events of that and a code of what came of it.
    ///
    /// # Errors
    /// [`Trouble`], when nothing of the transaction came to be: also when the lease passed to another node.
    pub async fn done(
        &self,
        tx: WriteTx<'_>,
        events: Vec<Event>,
        code: &'static str,
    ) -> Result<Settled, Trouble> {
        self.core.end(tx, events, State::Done, Some(code)).await
    }

    /// Ends a step of it in the transaction of its effect. The next begins where the bookmark says.
    ///
    /// # Errors
    /// See [`Self::done`].
    pub async fn advance(
        &self,
        mut tx: WriteTx<'_>,
        mut events: Vec<Event>,
        progress: Progress,
        bookmark: &(impl Serialize + Sync),
    ) -> Result<Settled, Trouble> {
        let Core {
            jobs,
            held,
            permit,
            lease_ms,
        } = &self.core;
        let store = &jobs.store;
        let text = jobs.text(bookmark)?;
        let key = store.keys().get(store, held.org).await?;
        let steps = held.steps + 1;
        let sealed = seal_bookmark(&key, K::NAME, held.id, steps, &text, store.random());
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let progress = (number(progress.done), progress.total.map(number));
        let lease_ends = store.clock().now().plus_millis(*lease_ms);
        if !sql::advance(&mut tx, permit, held, progress, sealed, lease_ends).await? {
            return Err(Trouble::lost());
        }
        let event = self.core.told(State::Running, None);
        events.push(event.with("done", Detail::count(progress.0.unsigned_abs())));
        tx.finish_all(events).await?;
        Ok(Settled { over: false })
    }
}
