//! A rotation, step by step.

use crate::error::conflict;
use crate::keys::{KeyResource, Keys};
use crate::{ACTIVATED, KeysError, RESEALED, RETIRED};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{KeyState, Suite, TenantKey};
use custos_kernel::event::{Event, EventName};
use custos_kernel::policy::Caller;
use custos_store::{Resealed, RotationProgress, StoreError, WriteTx};
use custos_values::{OrgId, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// Rows of secrets in one transaction.
const BATCH: i64 = 200;
/// The part that is not a column.
const RECORDS: &str = "customer";
/// How long to wait when a batch could not be done because somebody was in the way.
const GIVEN_WAY: Duration = Duration::from_millis(50);
/// How long to wait after an error that waiting may not mend.
const FAILED: Duration = Duration::from_secs(5);

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is nothing to rotate.
    Idle,
    /// It moved on; there is more.
    Moved,
    /// There is more, but not before this time has passed.
    Wait(Duration),
}

/// A round over everything that may be under the version before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Round {
    pub(crate) progress: RotationProgress,
    /// When a round ended in which nothing had to be done.
    clean_since: Option<Timestamp>,
    /// When this round began.
    began: Option<Timestamp>,
}

impl Keys {
    /// Begins a rotation of the organisation's key.
    ///
    /// # Errors
    /// Refused, or 409 `key.rotation_running`.
    pub async fn begin(&self, caller: &Caller, suite: Option<Suite>) -> Result<(), KeysError> {
        let permit = self.permit_rotation(caller)?;
        let key = self.store.keys().get(&self.store, caller.org()).await?;
        let suite = suite.unwrap_or_else(|| key.suite());
        let mut tx = self.store.write(caller).await?;
        if !self.store.keys().begin_rotation(&mut tx, suite).await? {
            return Err(conflict("key.rotation_running").into());
        }
        let event = Event::of(&permit).with("suite", Detail::code(suite.name()));
        tx.finish(event).await?;
        self.store.keys().refresh(&self.store, caller.org()).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Follows versions other nodes made, and drives the rotations there are, for as long as it is polled.
    pub async fn run(self: Arc<Self>) {
        loop {
            let pause = self.drive().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "keys");
                FAILED
            });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    async fn drive(&self) -> Result<Duration, KeysError> {
        self.store.keys().refresh_all(&self.store).await?;
        let mut pause = self.pace.look;
        for org in self.store.organisations().await? {
            match self.step(org).await? {
                Step::Idle => {}
                Step::Moved => pause = pause.min(self.pace.rest),
                Step::Wait(time) => pause = pause.min(time),
            }
        }
        Ok(pause)
    }

    /// Does the next piece of an organisation's rotation, if there is one.
    ///
    /// # Errors
    /// [`KeysError`]; what was done before stays done.
    pub async fn step(&self, org: OrgId) -> Result<Step, KeysError> {
        self.store.keys().refresh(&self.store, org).await?;
        let key = self.store.keys().get(&self.store, org).await?;
        let in_state = |state| key.versions().iter().any(|version| version.state == state);
        if in_state(KeyState::Arriving) {
            return self.activate(org).await;
        }
        if !in_state(KeyState::Draining) {
            self.rounds.lock().remove(&org);
            return Ok(Step::Idle);
        }
        match self.drain(org, &key).await {
            // On a server a statement gives up when somebody else holds the row.
            Err(KeysError::Store(StoreError::Engine(reason))) => {
                tracing::warn!(
                    reason,
                    "a batch of the rotation was not done; it is tried again"
                );
                Ok(Step::Wait(GIVEN_WAY))
            }
            outcome => outcome,
        }
    }

    fn left_to_wait(&self, since: Timestamp) -> Option<Duration> {
        let passed = self.store.clock().now().millis() - since.millis();
        let left = i64::try_from(self.pace.grace.as_millis()).unwrap_or(i64::MAX) - passed;
        u64::try_from(left)
            .ok()
            .filter(|left| *left > 0)
            .map(Duration::from_millis)
    }

    async fn activate(&self, org: OrgId) -> Result<Step, KeysError> {
        let rotations = self.store.keys().rotations(&self.store, org).await?;
        if let Some(rotation) = rotations.first()
            && let Some(left) = self.left_to_wait(rotation.started_at)
        {
            return Ok(Step::Wait(left));
        }
        let caller = Self::job(org);
        let mut tx = self.store.write(&caller).await?;
        self.store.keys().activate(&mut tx).await?;
        tx.finish(own(&caller, &ACTIVATED)).await?;
        self.store.keys().refresh(&self.store, org).await?;
        Ok(Step::Moved)
    }

    fn parts(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.columns.iter().map(|column| column.name()).collect();
        parts.push(RECORDS.to_owned());
        parts
    }

    async fn drain(&self, org: OrgId, key: &TenantKey) -> Result<Step, KeysError> {
        let known = self.rounds.lock().get(&org).cloned();
        let mut round = match known {
            Some(round) => round,
            None => Round {
                progress: self.written_down(org).await?,
                ..Round::default()
            },
        };
        if let Some(since) = round.clean_since
            && let Some(left) = self.left_to_wait(since)
        {
            return Ok(Step::Wait(left));
        }
        let parts = self.parts();
        if !parts.contains(&round.progress.part) {
            round.began = Some(self.store.clock().now());
            round.progress = RotationProgress {
                part: parts.first().cloned().unwrap_or_default(),
                total: self.count(org).await?,
                ..RotationProgress::default()
            };
        }
        let caller = Self::job(org);
        let mut tx = self.store.write(&caller).await?;
        tx.give_way().await?;
        let batch = self.batch(&mut tx, org, key, &round.progress).await?;
        round.progress.done += batch.seen;
        round.progress.changed += batch.changed;
        let part = round.progress.part.clone();
        match batch.after {
            Some(after) => round.progress.after = after,
            None => {
                let next = parts.iter().position(|name| *name == part).unwrap_or(0) + 1;
                round.progress.after.clear();
                round.progress.part = parts.get(next).cloned().unwrap_or_default();
            }
        }
        if batch.changed > 0 {
            self.store
                .keys()
                .note_progress(&mut tx, &round.progress)
                .await?;
            let event = own(&caller, &RESEALED)
                .with("part", Detail::code(part))
                .with("count", Detail::count(batch.changed.unsigned_abs()));
            tx.finish(event).await?;
        } else {
            drop(tx);
        }
        if round.progress.part.is_empty() && self.is_over(&mut round) {
            return self.retire(org).await;
        }
        self.rounds.lock().insert(org, round);
        Ok(Step::Moved)
    }

    /// Whether the round that ended was the last: two without anything to do, the second begun when no request of before
    /// the first can be under way any more.
    fn is_over(&self, round: &mut Round) -> bool {
        let now = self.store.clock().now();
        if round.progress.changed > 0 {
            round.clean_since = None;
            return false;
        }
        match (round.clean_since, round.began) {
            (Some(since), Some(began)) => {
                began.millis() - since.millis()
                    >= i64::try_from(self.pace.grace.as_millis()).unwrap_or(i64::MAX)
            }
            _ => {
                round.clean_since = Some(now);
                false
            }
        }
    }

    async fn retire(&self, org: OrgId) -> Result<Step, KeysError> {
        let caller = Self::job(org);
        let mut tx = self.store.write(&caller).await?;
        self.store.keys().retire(&mut tx).await?;
        tx.finish(own(&caller, &RETIRED)).await?;
        self.rounds.lock().remove(&org);
        self.store.keys().refresh(&self.store, org).await?;
        Ok(Step::Idle)
    }

    async fn batch(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        key: &TenantKey,
        progress: &RotationProgress,
    ) -> Result<Resealed, KeysError> {
        let column = self
            .columns
            .iter()
            .find(|column| column.name() == progress.part);
        if let Some(column) = column {
            return Ok(tx.reseal(key, column, &progress.after, BATCH).await?);
        }
        let done = self.records.reseal(tx, org, &progress.after).await;
        done.map_err(|error| match error.downcast::<StoreError>() {
            Ok(error) => KeysError::Store(*error),
            Err(error) => Problem::internal(error).into(),
        })
    }

    async fn count(&self, org: OrgId) -> Result<i64, KeysError> {
        let records = self.records.count(org).await.map_err(Problem::internal)?;
        let mut total = records;
        let mut reading = self.store.read().await?;
        for column in &self.columns {
            total += reading.count_sealed(&Self::job(org), column).await?;
        }
        Ok(total)
    }

    async fn written_down(&self, org: OrgId) -> Result<RotationProgress, KeysError> {
        let rotations = self.store.keys().rotations(&self.store, org).await?;
        Ok(rotations
            .into_iter()
            .next()
            .map(|rotation| rotation.progress)
            .unwrap_or_default())
    }
}

pub(crate) fn own(caller: &Caller, event: &EventName) -> Event {
    Event::own::<KeyResource>(caller, event, Some(*caller.org().as_bytes()))
}
