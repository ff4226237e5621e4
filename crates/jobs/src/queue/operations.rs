//! What the administrator does with jobs.

use super::State;
use super::sql::{self, Listed, Wanted};
use crate::JobsError;
use crate::jobs::Jobs;
use crate::resources::JobResource;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_store::WriteTx;
use custos_values::{JobId, Timestamp};

/// A job as it is seen by whoever may see jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its id.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Whether it comes by a schedule.
    pub scheduled: bool,
    /// How far it is.
    pub state: State,
    /// When it was to be done.
    pub due_at: Timestamp,
    /// When its next attempt is due.
    pub next_at: Option<Timestamp>,
    /// Attempts begun at the step it is at.
    pub attempts: i64,
    /// How much is done, and of how much; for long work.
    pub progress: (i64, Option<i64>),
    /// Whether it is to end after the step it is at.
    pub ending: bool,
    /// What came of it, or why the last attempt failed: a code.
    pub code: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Seen {
    /// Whether it can be tried again at once.
    pub fn retryable(&self) -> bool {
        match self.state {
            State::Failed => true,
            State::Waiting => self.attempts > 0,
            State::Running | State::Done | State::Cancelled => false,
        }
    }

    /// Whether it can be ended.
    pub fn cancellable(&self) -> bool {
        match self.state {
            State::Waiting | State::Failed => true,
            State::Running => !self.ending,
            State::Done | State::Cancelled => false,
        }
    }
}

impl From<Listed> for Seen {
    fn from(row: Listed) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            scheduled: row.scheduled,
            state: row.state,
            due_at: row.due_at,
            next_at: row.wake_at.filter(|_| row.state == State::Waiting),
            attempts: row.attempts,
            progress: (row.done, row.total),
            ending: row.cancel_asked && row.state == State::Running,
            code: row.code,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

fn not_cancellable() -> JobsError {
    Problem::new(StatusCode::CONFLICT, "job.not_cancellable").into()
}

impl Jobs {
    /// Jobs newest first, before one, of a kind and in a state; and how many there are of them.
    ///
    /// # Errors
    /// Refused, or when the database fails.
    pub async fn list(
        &self,
        caller: &Caller,
        (kind, state): (Option<&str>, Option<State>),
        before: Option<JobId>,
        limit: usize,
    ) -> Result<(Vec<Seen>, u64), JobsError> {
        let scope = self.policy.scope::<actions::List, JobResource>(caller)?;
        let wanted = Wanted {
            kind: kind.unwrap_or_default(),
            state,
        };
        let mut tx = self.store.read().await?;
        let rows = sql::list(&mut tx, &scope, &wanted, before, limit).await?;
        let total = sql::count(&mut tx, &scope, &wanted).await?;
        drop(tx);
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let event = Event::of_scope(&scope).with("rows", Detail::count(count));
        self.sink.record(event).await?;
        Ok((rows.into_iter().map(Seen::from).collect(), total))
    }

    /// Queues a job that failed, or waits after a failure, for an attempt at once.
    ///
    /// # Errors
    /// Refused, 404, or 409 `job.not_retryable`.
    pub async fn retry(&self, caller: &Caller, id: JobId) -> Result<(), JobsError> {
        let mut tx = self.store.write(caller).await?;
        let (permit, found) = self.decide(&mut tx, caller, id).await?;
        if !sql::requeue(&mut tx, &permit, self.store.clock().now()).await? {
            return Err(Problem::new(StatusCode::CONFLICT, "job.not_retryable").into());
        }
        let event = told(&permit, found.state, State::Waiting);
        tx.finish(event).await?;
        self.wake();
        Ok(())
    }

    /// Ends a job: at once if nobody is at it, after its step otherwise. A schedule goes on with its next time.
    ///
    /// # Errors
    /// Refused, 404, or 409 `job.not_cancellable`.
    pub async fn cancel(&self, caller: &Caller, id: JobId) -> Result<(), JobsError> {
        let mut tx = self.store.write(caller).await?;
        let (permit, found) = self.decide(&mut tx, caller, id).await?;
        if found.state == State::Running {
            if !sql::ask_to_cancel(&mut tx, &permit).await? {
                return Err(not_cancellable());
            }
            let event = told(&permit, State::Running, State::Running);
            return Ok(tx
                .finish(event.with("ending", Detail::code("asked")))
                .await?);
        }
        if !sql::cancel(&mut tx, &permit, self.store.clock().now()).await? {
            return Err(not_cancellable());
        }
        let mut events = vec![told(&permit, found.state, State::Cancelled)];
        if let Some(schedule) = found.schedule {
            let next = self.follow(&mut tx, caller.org(), schedule, found.due_at);
            events.extend(next.await?);
        }
        Ok(tx.finish_all(events).await?)
    }

    async fn decide(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        id: JobId,
    ) -> Result<(Permit<actions::Update, JobResource>, sql::Standing), JobsError> {
        let found = sql::find(tx, id).await?;
        let found = found.ok_or_else(Problem::not_found)?;
        let facts = Facts::shared(caller.org(), *id.as_bytes(), 0);
        Ok((self.policy.permit(caller, &facts)?, found))
    }
}

fn told(permit: &Permit<actions::Update, JobResource>, before: State, after: State) -> Event {
    Event::of(permit)
        .with("state_before", Detail::code(before.name()))
        .with("state", Detail::code(after.name()))
}
