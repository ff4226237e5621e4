//! Delegation: somebody else votes in one's place for a while.
//!
//! A delegate votes for the seat of whoever delegated, never besides their own, and never about their own requests or those
//! of whoever delegated. An administrator delegates to administrators of the same kind, and everybody else to people who
//! are none, so that no delegation brings two of the three kinds into one hand.

use super::sql;
use crate::{Access, AccessError, ApprovalResource};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, Role, RoleSet, actions};
use custos_values::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Longest delegation, in milliseconds: 90 days.
const MAX_MS: i64 = 90 * 86_400_000;
pub(crate) const SEALED_DELEGATION: &str = "approval.delegation";

/// A delegation as sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delegation {
    pub(super) delegate: UserId,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// Whether roles may stand in for others.
fn may_stand_in(of: RoleSet, by: RoleSet) -> bool {
    let administers = |roles: RoleSet| roles.iter().find(|role: &Role| role.is_exclusive());
    administers(of) == administers(by) && by != RoleSet::default()
}

impl Access {
    /// Delegations in force, by who delegated. Those between people who may no longer stand in for each other are not.
    pub(super) async fn delegations(
        &self,
        caller: &Caller,
    ) -> Result<Vec<(UserId, Delegation)>, AccessError> {
        let store = self.store();
        let now = store.clock().now();
        let stored = sql::delegations(&mut store.read().await?, caller, now).await?;
        if stored.is_empty() {
            return Ok(Vec::new());
        }
        let key = store.keys().get(store, caller.org()).await?;
        let people = self.people().all(caller.org()).await?;
        let mut found = Vec::new();
        for (user, sealed) in stored {
            let text = key.open_secret(SEALED_DELEGATION, user.as_bytes(), &sealed)?;
            let Ok(delegation) = serde_json::from_slice::<Delegation>(&text) else {
                continue;
            };
            let in_force = delegation.from <= now && now < delegation.until;
            let both = people.get(&user).zip(people.get(&delegation.delegate));
            let fit = both.is_some_and(|(of, by)| may_stand_in(of.roles, by.roles));
            if in_force && fit {
                found.push((user, delegation));
            }
        }
        Ok(found)
    }

    /// One's own delegation, whether it has begun or not.
    pub(super) async fn own_delegation(
        &self,
        caller: &Caller,
    ) -> Result<Option<Delegation>, AccessError> {
        let (permit, user) = self.delegating(caller)?;
        let store = self.store();
        let now = store.clock().now();
        let stored = sql::delegations(&mut store.read().await?, caller, now).await?;
        let own = stored.into_iter().find(|(id, _)| *id == user);
        self.sink()
            .record(Event::of(&permit).with("delegation", Detail::code("read")))
            .await?;
        let Some((_, sealed)) = own else {
            return Ok(None);
        };
        let key = store.keys().get(store, caller.org()).await?;
        let text = key.open_secret(SEALED_DELEGATION, user.as_bytes(), &sealed)?;
        Ok(serde_json::from_slice(&text).ok())
    }

    fn delegating(
        &self,
        caller: &Caller,
    ) -> Result<(Permit<actions::Assign, ApprovalResource>, UserId), AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let facts = Facts::owned(caller.org(), *user.as_bytes(), 0, Some(user), None);
        Ok((self.policy().permit(caller, &facts)?, user))
    }

    /// Delegates.
    ///
    /// # Errors
    /// Refused, or 422 naming `delegate_id` or `until`.
    pub(super) async fn delegate(
        &self,
        caller: &Caller,
        delegation: Delegation,
    ) -> Result<(), AccessError> {
        let (permit, user) = self.delegating(caller)?;
        let invalid = |field: &str, code: &'static str| {
            AccessError::from(Problem::invalid(vec![FieldProblem::new(field, code)]))
        };
        let store = self.store();
        let now = store.clock().now();
        let span = delegation.until.millis() - delegation.from.millis();
        if !(1..=MAX_MS).contains(&span) || delegation.until <= now {
            return Err(invalid("until", "approval.delegation.span"));
        }
        let people = self.people().all(caller.org()).await?;
        let delegate = people.get(&delegation.delegate).filter(|it| {
            let stands_in = may_stand_in(caller.roles(), it.roles);
            delegation.delegate != user && it.active && !it.service && stands_in
        });
        if delegate.is_none() {
            return Err(invalid("delegate_id", "approval.delegate"));
        }
        let key = store.keys().get(store, caller.org()).await?;
        let text = serde_json::to_vec(&delegation).map_err(Problem::internal)?;
        let sealed = key.seal_secret(SEALED_DELEGATION, user.as_bytes(), &text, store.random());
        let mut tx = store.write(caller).await?;
        sql::put_delegation(&mut tx, &permit, sealed, delegation.until).await?;
        let delegate = Detail::id(*delegation.delegate.as_bytes());
        tx.finish(Event::of(&permit).with("delegate", delegate))
            .await?;
        Ok(())
    }

    /// Ends one's delegation.
    ///
    /// # Errors
    /// Refused, or 404.
    pub(super) async fn end_delegation(&self, caller: &Caller) -> Result<(), AccessError> {
        let (permit, _) = self.delegating(caller)?;
        let mut tx = self.store().write(caller).await?;
        if sql::delete_delegation(&mut tx, &permit).await? == 0 {
            return Err(Problem::not_found().into());
        }
        let event = Event::of(&permit).with("delegation", Detail::code("ended"));
        tx.finish(event).await?;
        Ok(())
    }
}
