//! The worker: looks for what is due, holds it by a lease, sends it, and writes down how that went.

use super::schedule::{ATTEMPTS, LEASE_MS, pause_ms};
use super::{Failure, send};
use crate::error::OutboxError;
use crate::message::sql::{self, Claimed, Due, Ending};
use crate::message::{Content, State};
use crate::outbox::Outbox;
use crate::resources::MessageResource;
use crate::settings;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Facts, Permit, actions};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often it is looked what is due.
const LOOK: Duration = Duration::from_secs(1);
/// Most messages that are under way at once.
const AT_ONCE: i64 = 4;

impl Outbox {
    /// Sends what is due, for as long as it is polled.
    pub async fn run(self: Arc<Self>) {
        loop {
            if let Err(error) = self.send_due().await {
                tracing::warn!(%error, "the outbox cannot be read");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Sends what is due now, a few at once; tells how many attempts were made.
    ///
    /// # Errors
    /// When the queue cannot be read. What goes wrong with one message is written down with it.
    pub async fn send_due(self: &Arc<Self>) -> Result<usize, OutboxError> {
        let mut attempts = 0;
        loop {
            let now = self.store().clock().now();
            let due = sql::due(&mut self.store().read().await?, now, AT_ONCE).await?;
            if due.is_empty() {
                return Ok(attempts);
            }
            let mut under_way = JoinSet::new();
            for message in due {
                let outbox = Arc::clone(self);
                under_way.spawn(async move { outbox.attempt(message).await });
            }
            let mut begun = 0;
            while let Some(done) = under_way.join_next().await {
                match done {
                    Ok(Ok(true)) => begun += 1,
                    Ok(Ok(false)) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "an attempt at a message failed"),
                    Err(error) => tracing::error!(%error, "an attempt at a message broke off"),
                }
            }
            attempts += begun;
            if begun == 0 {
                // Others have them, or the database fails: not at once again.
                return Ok(attempts);
            }
        }
    }

    /// Makes one attempt; false if another node has the message.
    async fn attempt(&self, due: Due) -> Result<bool, OutboxError> {
        let messenger = Self::messenger(due.org);
        let permit = self.permit_to_send(&due)?;
        let mut claim = [0; 16];
        self.store().random().fill(&mut claim);
        let lease_ends = self.store().clock().now().plus_millis(LEASE_MS);
        let mut tx = self.store().write(&messenger).await?;
        if !sql::claim(&mut tx, &permit, &due, &claim, lease_ends).await? {
            return Ok(false);
        }
        tx.finish(told(&permit, State::Sending)).await?;
        let mut read = self.store().read().await?;
        let Some(claimed) = sql::claimed(&mut read, &messenger, due.id, &claim).await? else {
            return Ok(false);
        };
        drop(read);
        let outcome = self.send_claimed(&due, &claimed).await?;
        let ending = self.ending(&claimed, outcome);
        let mut tx = self.store().write(&messenger).await?;
        if sql::settle(&mut tx, &permit, &claim, &ending).await? {
            let event = told(&permit, ending.state);
            let event = match ending.error {
                Some(error) => event.with("error", Detail::code(error)),
                None => event,
            };
            tx.finish(event).await?;
        }
        Ok(true)
    }

    async fn send_claimed(
        &self,
        due: &Due,
        claimed: &Claimed,
    ) -> Result<Result<(), Failure>, OutboxError> {
        if claimed.expires_at <= self.store().clock().now() {
            return Ok(Err(Failure::Expired));
        }
        if claimed.attempts > ATTEMPTS {
            return Ok(Err(Failure::Interrupted));
        }
        let (Some(template), Some(sealed)) = (claimed.template, &claimed.content) else {
            return Ok(Err(Failure::Unwritable));
        };
        let key = self.store().keys().get(self.store(), due.org).await?;
        let Ok(content) = Content::open(&key, due.id, sealed) else {
            return Ok(Err(Failure::Unwritable));
        };
        let messenger = Self::messenger(due.org);
        let settings = settings::load(self.store(), self.policy(), &messenger).await?;
        Ok(send(self, &settings, due.id, template, claimed.by_sms, content).await)
    }

    /// What follows from an outcome.
    fn ending(&self, claimed: &Claimed, outcome: Result<(), Failure>) -> Ending {
        let now = self.store().clock().now();
        let ended = |state, error, keep_content| Ending {
            state,
            error,
            next_at: now,
            sent_at: None,
            keep_content,
        };
        match outcome {
            Ok(()) => Ending {
                sent_at: Some(now),
                ..ended(State::Sent, None, false)
            },
            Err(Failure::Expired) => ended(State::Dropped, Some(Failure::Expired.code()), false),
            Err(failure) => {
                let pause = failure
                    .may_pass()
                    .then(|| pause_ms(claimed.attempts, self.store().random()))
                    .flatten();
                match pause {
                    Some(pause) => Ending {
                        next_at: now.plus_millis(pause),
                        ..ended(State::Queued, Some(failure.code()), true)
                    },
                    None => ended(State::Failed, Some(failure.code()), true),
                }
            }
        }
    }

    fn permit_to_send(
        &self,
        due: &Due,
    ) -> Result<Permit<actions::Update, MessageResource>, OutboxError> {
        let facts = Facts::shared(due.org, *due.id.as_bytes(), 0);
        Ok(self.policy().permit(&Self::messenger(due.org), &facts)?)
    }
}

fn told(permit: &Permit<actions::Update, MessageResource>, state: State) -> Event {
    Event::of(permit).with("state", Detail::code(state.name()))
}
