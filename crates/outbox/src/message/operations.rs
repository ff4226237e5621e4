//! What the administrator does with messages.

use super::State;
use super::model::open_mask;
use super::sql::{self, ListedRow};
use crate::error::OutboxError;
use crate::outbox::Outbox;
use crate::resources::MessageResource;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, actions};
use custos_store::WriteTx;
use custos_values::MessageId;

/// A message in the list, with its recipient's middle hidden.
pub(crate) struct Listed {
    pub(crate) row: ListedRow,
    pub(crate) recipient: String,
}

impl Outbox {
    /// Messages newest first, before one, and how many there are.
    pub(crate) async fn messages(
        &self,
        caller: &Caller,
        before: Option<MessageId>,
        wanted: Option<State>,
        limit: usize,
    ) -> Result<(Vec<Listed>, u64), OutboxError> {
        let scope = self
            .policy()
            .scope::<actions::List, MessageResource>(caller)?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let mut tx = self.store().read().await?;
        let rows = sql::list(&mut tx, &scope, before, wanted, limit).await?;
        let total = sql::count(&mut tx, &scope, wanted).await?;
        drop(tx);
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            let recipient = open_mask(&key, row.id, &row.mask)?;
            listed.push(Listed { row, recipient });
        }
        let count = u64::try_from(listed.len()).unwrap_or(u64::MAX);
        let event = Event::of_scope(&scope).with("rows", Detail::count(count));
        self.sink().record(event).await?;
        Ok((listed, total))
    }

    /// Queues a message that failed, or waits, for an attempt at once.
    ///
    /// # Errors
    /// Refused, 404, or 409 `message.not_retryable`.
    pub(crate) async fn retry(&self, caller: &Caller, id: MessageId) -> Result<(), OutboxError> {
        let mut tx = self.store().write(caller).await?;
        let (permit, state, kept) = self
            .message_permit::<actions::Update>(&mut tx, caller, id)
            .await?;
        let now = self.store().clock().now();
        if !kept || !sql::requeue(&mut tx, &permit, now).await? {
            return Err(Problem::new(StatusCode::CONFLICT, "message.not_retryable").into());
        }
        let event = Event::of(&permit)
            .with("state_before", Detail::code(state.name()))
            .with("state", Detail::code(State::Queued.name()));
        Ok(tx.finish(event).await?)
    }

    /// Removes a message.
    ///
    /// # Errors
    /// Refused, 404, or 409 `message.sending`.
    pub(crate) async fn remove(&self, caller: &Caller, id: MessageId) -> Result<(), OutboxError> {
        let mut tx = self.store().write(caller).await?;
        let (permit, state, _) = self
            .message_permit::<actions::Delete>(&mut tx, caller, id)
            .await?;
        if !sql::delete(&mut tx, &permit).await? {
            return Err(Problem::new(StatusCode::CONFLICT, "message.sending").into());
        }
        let event = Event::of(&permit).with("state_before", Detail::code(state.name()));
        Ok(tx.finish(event).await?)
    }

    async fn message_permit<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        id: MessageId,
    ) -> Result<(Permit<A, MessageResource>, State, bool), OutboxError> {
        let found = sql::state_of(tx, id).await?;
        let (state, kept) = found.ok_or_else(Problem::not_found)?;
        let facts = Facts::shared(caller.org(), *id.as_bytes(), 0);
        Ok((self.policy().permit(caller, &facts)?, state, kept))
    }
}
