//! What administrators, and the operator on the command line, do with accounts.

use super::model::{
    AccountChange, AccountView, NewAccount, SEALED_LOGIN, SEALED_NAME, check_login, login_hash,
};
use super::sql::{self, LinkPurpose};
use crate::error::IdentityError;
use crate::factors::{self, kinds_of_all};
use crate::identity::Identity;
use crate::invitation::{Invitation, Invited};
use crate::organisation::{Person, check_name, department_exists, touch};
use crate::resources::UserResource;
use crate::schema::FactorKind;
use crate::sessions;
use crate::sign_in::{LINK_LIFE_MS, LinkToken};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, DataScope, Facts, Permit, Role, RoleSet, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, UserId};
use std::collections::BTreeSet;

/// The only administrator of a kind cannot be disabled or lose the role: nobody could take the place.
fn last_administrator(role: Role) -> IdentityError {
    Problem::new(StatusCode::CONFLICT, "user.last_admin")
        .with("role", role.name())
        .into()
}

/// Refuses to take a role from the last active account that holds it.
pub(crate) async fn keep_administrators(
    tx: &mut WriteTx<'_>,
    before: RoleSet,
    after: RoleSet,
) -> Result<(), IdentityError> {
    let lost = before
        .iter()
        .find(|role| role.is_administrator() && !after.contains(*role));
    if let Some(role) = lost {
        let active = sql::active_roles(tx).await?;
        if active.iter().filter(|roles| roles.contains(role)).count() <= 1 {
            return Err(last_administrator(role));
        }
    }
    Ok(())
}

fn view(row: sql::AccountRow, person: &Person, factors: BTreeSet<FactorKind>) -> AccountView {
    AccountView {
        id: row.id,
        name: person.name.clone(),
        login: person.login.clone(),
        roles: person.roles,
        data_scope: person.data_scope,
        department: person.department,
        active: person.active,
        factors,
        service: person.service,
        last_sign_in_at: row.last_sign_in_at,
        version: row.version,
    }
}

impl Identity {
    /// Accounts in the order they were made, after one, and how many there are.
    ///
    /// # Errors
    /// Refused unless the caller may list accounts.
    pub async fn accounts(
        &self,
        caller: &Caller,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<(Vec<AccountView>, u64), IdentityError> {
        let scope = self.policy().scope::<actions::List, UserResource>(caller)?;
        let directory = self.directory(caller.org()).await?;
        let mut tx = self.store().read().await?;
        let rows = sql::list(&mut tx, &scope, after, limit).await?;
        let total = sql::count(&mut tx, &scope).await?;
        let mut kinds = kinds_of_all(&mut tx, caller).await?;
        drop(tx);
        let accounts: Vec<AccountView> = rows
            .into_iter()
            .filter_map(|row| {
                let person = directory.person(row.id)?;
                let factors = kinds.remove(&row.id).unwrap_or_default();
                Some(view(row, person, factors))
            })
            .collect();
        let count = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
        self.sink()
            .record(Event::of_scope(&scope).with("rows", Detail::count(count)))
            .await?;
        Ok((accounts, total))
    }

    /// One account.
    ///
    /// # Errors
    /// Refused, or 404.
    pub async fn account(&self, caller: &Caller, id: UserId) -> Result<AccountView, IdentityError> {
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(id).ok_or_else(Problem::not_found)?;
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(id), person.department);
        let permit = self.policy().permit(caller, &facts)?;
        let mut tx = self.store().read().await?;
        let row = sql::one(&mut tx, &permit).await?;
        let factors = factors::of_user(&mut tx, caller.org(), id).await?;
        drop(tx);
        self.sink().record(Event::of(&permit)).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let kinds = factors.iter().map(|factor| factor.kind).collect();
        Ok(view(row, person, kinds))
    }

    /// The account with a login.
    ///
    /// # Errors
    /// Refused, or 404.
    pub async fn account_by_login(
        &self,
        caller: &Caller,
        login: &str,
    ) -> Result<AccountView, IdentityError> {
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let hash = login_hash(&key, login);
        let found =
            sql::credentials_by_login(&mut self.store().read().await?, caller.org(), hash).await?;
        let id = found.ok_or_else(Problem::not_found)?.user;
        self.account(caller, id).await
    }

    /// Makes an account without roles and a one-time link for its owner.
    ///
    /// # Errors
    /// Refused, or 422 naming the field: `name`, `login`, `department_id`.
    pub async fn create_account(
        &self,
        caller: &Caller,
        new: NewAccount,
    ) -> Result<(UserId, LinkToken), IdentityError> {
        self.make_account(caller, new, None).await
    }

    /// Makes an account, and queues its invitation with it if there is one.
    pub(crate) async fn make_account(
        &self,
        caller: &Caller,
        new: NewAccount,
        invitation: Option<&Invitation>,
    ) -> Result<(UserId, LinkToken), IdentityError> {
        let store = self.store();
        let id = UserId::new(store.clock(), store.random());
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(id), new.department);
        let permit: Permit<actions::Create, UserResource> = self.policy().permit(caller, &facts)?;
        let (name, login) = match (check_name(&new.name), check_login(&new.login)) {
            (Ok(name), Ok(login)) => (name, login),
            (name, login) => {
                let problem = |field, code: Option<&'static str>| {
                    code.map(|code| FieldProblem::new(field, code))
                };
                let problems = [problem("name", name.err()), problem("login", login.err())];
                return Err(IdentityError::invalid(
                    problems.into_iter().flatten().collect(),
                ));
            }
        };
        let key = store.keys().get(store, caller.org()).await?;
        let hash = login_hash(&key, &login);
        let seal = |purpose: &str, text: &str| {
            key.seal_secret(purpose, id.as_bytes(), text.as_bytes(), store.random())
        };
        let now = store.clock().now();
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        check_department(&mut tx, new.department).await?;
        let taken = || IdentityError::invalid_field("login", "user.login.taken");
        if sql::login_taken(&mut tx, hash).await? {
            return Err(taken());
        }
        let row = sql::NewAccountRow {
            name: seal(SEALED_NAME, &name),
            login: seal(SEALED_LOGIN, &login),
            login_hash: hash,
            roles: RoleSet::default(),
            data_scope: new.data_scope,
            department: new.department,
            password: None,
            now,
        };
        match sql::insert(&mut tx, &permit, row).await {
            Err(StoreError::Duplicate) => return Err(taken()),
            other => other?,
        }
        let link = LinkToken::new(Token::generate(store.random()));
        let expires_at = now.plus_millis(LINK_LIFE_MS);
        sql::put_link(
            &mut tx,
            &permit,
            LinkPurpose::SignIn,
            &link.token().hash(),
            expires_at,
        )
        .await?;
        let mut events = vec![Event::of(&permit)];
        if let Some(invitation) = invitation {
            let invited = Invited {
                user: id,
                name: &name,
                login: &login,
            };
            let queued = self.send_invitation(&mut tx, &permit, &invited, &link, invitation);
            events.push(queued.await?);
        }
        tx.finish_all(events).await?;
        self.directories().changed(caller.org());
        Ok((id, link))
    }

    /// Makes a new one-time link for an account; the one before no longer works. It works for 24 hours.
    ///
    /// # Errors
    /// Refused, 404, or 409 `user.disabled`.
    pub async fn issue_link(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<LinkToken, IdentityError> {
        if self.is_service(caller, id).await? {
            return Err(Problem::new(StatusCode::CONFLICT, "user.service").into());
        }
        self.refuse_external(caller, id).await?;
        let mut tx = self.store().write(caller).await?;
        let (permit, facts) = self
            .account_permit::<actions::Update>(&mut tx, caller, id, None)
            .await?;
        if !facts.active {
            return Err(Problem::new(StatusCode::CONFLICT, "user.disabled").into());
        }
        let link = LinkToken::new(Token::generate(self.store().random()));
        let expires_at = self.store().clock().now().plus_millis(LINK_LIFE_MS);
        sql::put_link(
            &mut tx,
            &permit,
            LinkPurpose::SignIn,
            &link.token().hash(),
            expires_at,
        )
        .await?;
        let event = Event::of(&permit).with("changes", Detail::names(["sign_in_link"]));
        tx.finish(event).await?;
        Ok(link)
    }

    /// Changes an account as of a version (`None`: as it is now). Disabling it ends its sessions.
    ///
    /// # Errors
    /// Refused, 404, 412, 409 `user.last_admin`, or 422 naming the field.
    pub async fn change_account(
        &self,
        caller: &Caller,
        id: UserId,
        version: Option<i64>,
        change: AccountChange,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let name = match change.name.as_deref().map(check_name).transpose() {
            Ok(name) => name,
            Err(code) => return Err(IdentityError::invalid_field("name", code)),
        };
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let (permit, facts) = self
            .account_permit::<actions::Update>(&mut tx, caller, id, version)
            .await?;
        check_department(&mut tx, change.department.flatten()).await?;
        let active = change.active.unwrap_or(facts.active);
        if facts.active && !active {
            keep_administrators(&mut tx, facts.roles, RoleSet::default()).await?;
        }
        let changes = [
            name.as_ref().map(|_| "name"),
            change.department.map(|_| "department_id"),
            change.active.map(|_| "status"),
        ];
        let update = sql::AccountUpdate {
            name: name.map(|name| {
                key.seal_secret(SEALED_NAME, id.as_bytes(), name.as_bytes(), store.random())
            }),
            department: change.department.unwrap_or(facts.department),
            active,
            now: store.clock().now(),
        };
        sql::update(&mut tx, &permit, update).await?;
        let mut event =
            Event::of(&permit).with("changes", Detail::names(changes.into_iter().flatten()));
        if !active {
            let ended = sessions::sql::delete_of_user(&mut tx, &permit, None).await?;
            sql::drop_link(&mut tx, &permit).await?;
            event = event
                .with("status", Detail::code("disabled"))
                .with("sessions_ended", Detail::count(ended));
        }
        tx.finish(event).await?;
        self.account_changed(caller, id);
        Ok(())
    }

    /// Sets roles and data scope as of a version (`None`: as they are now). Open sessions have them at their next
    /// request.
    ///
    /// # Errors
    /// Refused, 404, 412, 409 `user.last_admin`.
    pub async fn set_access(
        &self,
        caller: &Caller,
        id: UserId,
        version: Option<i64>,
        roles: RoleSet,
        data_scope: DataScope,
    ) -> Result<(), IdentityError> {
        if roles.contains(Role::ExternalAuditor) {
            return Err(IdentityError::invalid_field("roles", "user.roles.external"));
        }
        self.refuse_external(caller, id).await?;
        let administers = roles.iter().any(Role::is_administrator);
        if administers && self.is_service(caller, id).await? {
            return Err(IdentityError::invalid_field("roles", "user.service.roles"));
        }
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let (permit, facts) = self
            .account_permit::<actions::Grant>(&mut tx, caller, id, version)
            .await?;
        // Held, lest the last factor goes at the same moment.
        if administers && sql::hold(&mut tx, &permit).await? {
            needs_factor(&mut tx, id).await?;
        }
        if facts.active {
            keep_administrators(&mut tx, facts.roles, roles).await?;
        }
        let now = self.store().clock().now();
        sql::set_access(&mut tx, &permit, roles, data_scope, now).await?;
        let event = Event::of(&permit)
            .with(
                "roles_before",
                Detail::names(facts.roles.iter().map(Role::name)),
            )
            .with("roles", Detail::names(roles.iter().map(Role::name)))
            .with("data_scope", Detail::code(data_scope.name()));
        tx.finish(event).await?;
        self.account_changed(caller, id);
        Ok(())
    }

    /// Whether an account is that of a program. Which it is never changes.
    async fn is_service(&self, caller: &Caller, id: UserId) -> Result<bool, IdentityError> {
        let directory = self.directory(caller.org()).await?;
        Ok(directory.person(id).is_some_and(|person| person.service))
    }

    /// Refuses what only whoever invited somebody from outside does for them.
    pub(crate) async fn refuse_external(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<(), IdentityError> {
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(id);
        match person.is_some_and(|person| person.engagement.is_some()) {
            true => Err(Problem::new(StatusCode::CONFLICT, "user.external").into()),
            false => Ok(()),
        }
    }

    pub(crate) fn account_changed(&self, caller: &Caller, id: UserId) {
        self.directories().changed(caller.org());
        self.sessions().forget_user(caller.org(), id);
    }

    /// Decides about an account as it is within the transaction.
    pub(crate) async fn account_permit<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        id: UserId,
        version: Option<i64>,
    ) -> Result<(Permit<A, UserResource>, sql::AccountFacts), IdentityError> {
        let found = sql::facts(tx, id).await?.ok_or_else(Problem::not_found)?;
        let version = version.unwrap_or(found.version);
        let facts = Facts::owned(
            caller.org(),
            *id.as_bytes(),
            version,
            Some(id),
            found.department,
        );
        Ok((self.policy().permit(caller, &facts)?, found))
    }
}

/// Refuses to make somebody an administrator who signs in by codes that are sent: administrators need a factor of their
/// own. Who never signed in sets one up then.
async fn needs_factor(tx: &mut WriteTx<'_>, user: UserId) -> Result<(), IdentityError> {
    if sql::signed_in_before_within(tx, user).await?
        && factors::of_user_within(tx, user).await?.is_empty()
    {
        return Err(IdentityError::invalid_field(
            "roles",
            "user.roles.needs_factor",
        ));
    }
    Ok(())
}

pub(crate) async fn check_department(
    tx: &mut WriteTx<'_>,
    department: Option<DepartmentId>,
) -> Result<(), IdentityError> {
    match department {
        Some(id) if !department_exists(tx, id).await? => Err(IdentityError::invalid_field(
            "department_id",
            "choice.unknown",
        )),
        _ => Ok(()),
    }
}
