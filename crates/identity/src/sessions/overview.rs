//! Seeing an account's sessions, and ending them: one's own, or as administrator somebody else's.

use super::agent::Agent;
use super::sql;
use super::sql::{SEALED_AGENT, SEALED_MADE_FROM, SEALED_SEEN_FROM};
use crate::error::IdentityError;
use crate::events::{END_SESSIONS, LIST_SESSIONS, REVOKE_SESSIONS};
use crate::identity::Identity;
use crate::organisation::open_text;
use crate::resources::SessionResource;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Resource, Scope, actions};
use custos_store::StoreError;
use custos_values::{DepartmentId, SessionId, Timestamp, UserId};

/// A session as people see it.
pub(super) struct SessionView {
    pub(super) id: SessionId,
    /// Whether it is the one that asks.
    pub(super) current: bool,
    pub(super) agent: Agent,
    pub(super) made_at: Timestamp,
    /// The network address it was completed from; no place is made of it.
    pub(super) made_from: Option<String>,
    /// Uses on another node are known once that node wrote them down, some minutes later.
    pub(super) last_used_at: Timestamp,
    pub(super) last_used_from: Option<String>,
    /// What the caller may do with it.
    pub(super) actions: Vec<String>,
}

impl Identity {
    /// The caller's own sessions, the last used first.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(super) async fn own_sessions(
        &self,
        caller: &Caller,
    ) -> Result<Vec<SessionView>, IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let scope = self.policy().scope(&keeper)?;
        let mut views = self.views(&scope, user).await?;
        for view in &mut views {
            view.current = caller.session_id() == Some(view.id);
            view.actions = vec![name_of::<actions::Delete>()];
        }
        let event = Event::own::<SessionResource>(caller, &LIST_SESSIONS, None);
        self.sink().record(event).await?;
        Ok(views)
    }

    /// The sessions of an account, the last used first.
    ///
    /// # Errors
    /// Refused, or 404.
    pub(super) async fn sessions_of(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<Vec<SessionView>, IdentityError> {
        let scope = self.policy().scope(caller)?;
        let department = self.department_of(caller, user).await?;
        let mut views = self.views(&scope, user).await?;
        for view in &mut views {
            view.current = caller.session_id() == Some(view.id);
            let facts = facts(caller, user, department, view.id);
            let may = self
                .policy()
                .permitted(caller, &facts, &[actions::Delete::NAME]);
            if !may.is_empty() {
                view.actions.push(name_of::<actions::Delete>());
            }
        }
        let event = Event::of_scope(&scope).with("user", Detail::id(*user.as_bytes()));
        self.sink().record(event).await?;
        Ok(views)
    }

    async fn views(
        &self,
        scope: &Scope<actions::List, SessionResource>,
        user: UserId,
    ) -> Result<Vec<SessionView>, IdentityError> {
        let org = scope.org();
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().read().await?;
        let rows = sql::list_of_user(&mut tx, scope, user).await?;
        drop(tx);
        let uses = self.sessions().uses_of(org, user);
        let (now, limits) = (self.store().clock().now(), self.limits(org).await?);
        let mut views = Vec::new();
        for row in rows {
            let open = |purpose: &str, sealed: Option<Vec<u8>>| -> Result<_, StoreError> {
                sealed
                    .map(|sealed| open_text(&key, purpose, row.id.as_bytes(), &sealed))
                    .transpose()
            };
            let here = uses
                .get(&row.id)
                .filter(|last| last.at >= row.last_seen_at && last.from.is_some());
            let last_used_at = here.map_or(row.last_seen_at, |last| last.at);
            let over = now >= last_used_at.plus_millis(limits.idle_ms)
                || now >= row.created_at.plus_millis(limits.absolute_ms);
            if over {
                continue;
            }
            let stored = open(SEALED_AGENT, row.agent)?.unwrap_or_default();
            let used_from = open(SEALED_SEEN_FROM, row.seen_from)?;
            views.push(SessionView {
                id: row.id,
                current: false,
                agent: Agent::from_stored(&stored),
                made_at: row.created_at,
                made_from: open(SEALED_MADE_FROM, row.made_from)?,
                last_used_at,
                last_used_from: here
                    .and_then(|last| last.from)
                    .map_or(used_from, |address| Some(address.to_string())),
                actions: Vec::new(),
            });
        }
        views.sort_by_key(|view| std::cmp::Reverse((view.last_used_at, view.made_at)));
        Ok(views)
    }

    /// Ends one of the caller's own sessions.
    ///
    /// # Errors
    /// 404 when the caller has no such session (any more).
    pub(super) async fn end_own_session(
        &self,
        caller: &Caller,
        id: SessionId,
    ) -> Result<(), IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let permit = self.own_permit(caller, user, id)?;
        let mut tx = self.store().write(caller).await?;
        if !sql::delete(&mut tx, &permit, user).await? {
            return Err(Problem::not_found().into());
        }
        tx.finish(Event::own::<SessionResource>(
            caller,
            &END_SESSIONS,
            Some(*id.as_bytes()),
        ))
        .await?;
        self.sessions().forget(|row| row.id == id);
        Ok(())
    }

    /// Ends all of the caller's own sessions but the one that asks, half-finished sign-ins too.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(super) async fn end_own_other_sessions(
        &self,
        caller: &Caller,
    ) -> Result<(), IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let mut tx = self.store().write(caller).await?;
        let mut ended = 0;
        for id in sql::ids_of_user(&mut tx, user).await? {
            if caller.session_id() != Some(id) {
                let permit = self.own_permit(caller, user, id)?;
                ended += u64::from(sql::delete(&mut tx, &permit, user).await?);
            }
        }
        let event = Event::own::<SessionResource>(caller, &END_SESSIONS, None)
            .with("sessions_ended", Detail::count(ended));
        tx.finish(event).await?;
        let (org, current) = (caller.org(), caller.session_id());
        self.sessions()
            .forget(|row| row.org == org && row.user == user && Some(row.id) != current);
        Ok(())
    }

    /// Ends a session of somebody else.
    ///
    /// # Errors
    /// Refused, or 404 when the account has no such session (any more).
    pub(super) async fn revoke_session(
        &self,
        caller: &Caller,
        user: UserId,
        id: SessionId,
    ) -> Result<(), IdentityError> {
        let department = self.department_of(caller, user).await?;
        let facts = facts(caller, user, department, id);
        let permit = self.policy().permit(caller, &facts)?;
        let mut tx = self.store().write(caller).await?;
        if !sql::delete(&mut tx, &permit, user).await? {
            return Err(Problem::not_found().into());
        }
        let event = Event::own::<SessionResource>(caller, &REVOKE_SESSIONS, Some(*id.as_bytes()))
            .with("user", Detail::id(*user.as_bytes()));
        tx.finish(event).await?;
        self.sessions().forget(|row| row.id == id);
        Ok(())
    }

    /// Ends all sessions of somebody else, half-finished sign-ins too.
    ///
    /// # Errors
    /// Refused, or 404.
    pub(super) async fn revoke_sessions(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<(), IdentityError> {
        let department = self.department_of(caller, user).await?;
        let mut tx = self.store().write(caller).await?;
        let mut ended = 0;
        for id in sql::ids_of_user(&mut tx, user).await? {
            let facts = facts(caller, user, department, id);
            let permit = self.policy().permit(caller, &facts)?;
            ended += u64::from(sql::delete(&mut tx, &permit, user).await?);
        }
        let event = Event::own::<SessionResource>(caller, &REVOKE_SESSIONS, None)
            .with("user", Detail::id(*user.as_bytes()))
            .with("sessions_ended", Detail::count(ended));
        tx.finish(event).await?;
        self.sessions().forget_user(caller.org(), user);
        Ok(())
    }

    /// The department of an account of the caller's organisation; there are no others.
    async fn department_of(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<Option<DepartmentId>, IdentityError> {
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(user).ok_or_else(Problem::not_found)?;
        Ok(person.department)
    }

    /// A permit to end a session for its owner; the statement that uses it binds the owner.
    fn own_permit(
        &self,
        caller: &Caller,
        user: UserId,
        id: SessionId,
    ) -> Result<Permit<actions::Delete, SessionResource>, IdentityError> {
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(user), None);
        Ok(self.policy().permit(&keeper, &facts)?)
    }
}

fn facts(
    caller: &Caller,
    user: UserId,
    department: Option<DepartmentId>,
    id: SessionId,
) -> Facts<SessionResource> {
    Facts::owned(caller.org(), *id.as_bytes(), 0, Some(user), department)
}

fn name_of<A: Action>() -> String {
    format!("{}.{}", SessionResource::TYPE, A::NAME)
}
