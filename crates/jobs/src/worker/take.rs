//! Taking jobs up: in due order, fairly between organisations, by a lease.

use super::attempt::origin;
use crate::JobsError;
use crate::jobs::Jobs;
use crate::queue::State;
use crate::queue::sql::{self, Due};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use custos_values::{JobId, OrgId, Timestamp};

/// A job this node holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) org: OrgId,
    pub(super) id: JobId,
    pub(super) fence: i64,
}

impl Jobs {
    /// Takes up a job that is due, of the organisation whose turn it is; none if there is none to be had.
    pub(super) async fn take(&self) -> Result<Option<Taken>, JobsError> {
        let kinds = self.kinds();
        if kinds.is_empty() {
            return Ok(None);
        }
        let mut organisations = self.store.organisations().await?;
        let served = *self.served.lock();
        if let Some(served) = served {
            let after = organisations.partition_point(|org| *org <= served);
            organisations.rotate_left(after);
        }
        for org in organisations {
            let now = self.store.clock().now();
            let mut read = self.store.read().await?;
            let due = sql::due(&mut read, org, &kinds, now).await?;
            // Only to save a turn to write; it is counted again where nobody else takes one up.
            let busy = due.is_some()
                && sql::running_now(&mut read, org, now).await? >= self.limits.at_once;
            drop(read);
            let due = due.filter(|_| !busy);
            if let Some(due) = due
                && let Some(taken) = self.claim(&due, now).await?
            {
                *self.served.lock() = Some(org);
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    async fn claim(&self, due: &Due, now: Timestamp) -> Result<Option<Taken>, JobsError> {
        let Some(handler) = self.handler(&due.kind) else {
            return Ok(None);
        };
        let origin = origin(due.id);
        let permit = self.permit::<actions::Update>(due.org, &origin, due.id)?;
        let mut tx = self.store.write(&Self::scheduler(due.org)).await?;
        let fence = sql::next_fence(&mut tx, &permit).await?;
        if sql::running(&mut tx, now).await? >= self.limits.at_once {
            return Ok(None);
        }
        let lease_ends = now.plus_millis(handler.effort().lease_ms);
        if !sql::claim(&mut tx, &permit, due, fence, &self.node, lease_ends).await? {
            return Ok(None);
        }
        let event = Event::of(&permit)
            .with("kind", Detail::code(due.kind.as_str()))
            .with("state", Detail::code(State::Running.name()));
        tx.finish(event).await?;
        Ok(Some(Taken {
            org: due.org,
            id: due.id,
            fence,
        }))
    }

    /// Lets go of what this node holds, when it stops: others, or its next life, go on at once.
    ///
    /// # Errors
    /// When the database fails; then the leases end by themselves.
    pub async fn let_go(&self) -> Result<(), JobsError> {
        self.give_back(Some(&self.node)).await
    }

    /// Lets go of everything, where no other process can be at it: at the start of a server that has its database to itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recover(&self) -> Result<(), JobsError> {
        self.give_back(None).await
    }

    async fn give_back(&self, holder: Option<&[u8; 16]>) -> Result<(), JobsError> {
        let mut read = self.store.read().await?;
        let left = sql::left_running(&mut read, holder).await?;
        drop(read);
        for (org, id) in left {
            let permit = self.permit::<actions::Update>(org, &origin(id), id)?;
            let mut tx = self.store.write(&Self::scheduler(org)).await?;
            let now = self.store.clock().now();
            if sql::give_back(&mut tx, &permit, holder, now).await? {
                let event = Event::of(&permit)
                    .with("state_before", Detail::code(State::Running.name()))
                    .with("state", Detail::code(State::Waiting.name()));
                tx.finish(event).await?;
            }
        }
        Ok(())
    }
}
