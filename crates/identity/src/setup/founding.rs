//! Making an organisation with everything in it.

use crate::accounts::sql::{self as accounts, LinkPurpose};
use crate::accounts::{SEALED_LOGIN, SEALED_NAME, login_hash};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{
    NewDepartmentRow, SEALED_DEPARTMENT_NAME, SEALED_NAME as SEALED_ORGANISATION,
    insert_department, insert_organisation, other_organisation_exists,
};
use crate::resources::{DepartmentResource, OrganisationResource, UserResource};
use crate::sign_in::{LINK_LIFE_MS, LinkToken};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{PasswordHash, TenantKey, Token};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Facts, Job, Origin, Role, RoleSet, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, OrgId, Timestamp, UserId};

/// A department by its place in the list; the one above comes before it.
pub(super) struct FirstDepartment {
    pub(super) name: String,
    pub(super) parent: Option<usize>,
}

/// A first account.
pub(super) struct FirstAccount {
    pub(super) name: String,
    /// In normal form.
    pub(super) login: String,
    pub(super) roles: RoleSet,
    pub(super) data_scope: DataScope,
    /// Place in the list of departments.
    pub(super) department: Option<usize>,
    /// With `None`, the account gets a one-time link.
    pub(super) password: Option<PasswordHash>,
}

/// All that is made.
pub(super) struct Founding {
    pub(super) name: String,
    pub(super) language: String,
    pub(super) departments: Vec<FirstDepartment>,
    pub(super) accounts: Vec<FirstAccount>,
}

/// Setup was done before.
pub(super) fn done() -> IdentityError {
    Problem::new(StatusCode::CONFLICT, "setup.done").into()
}

/// What all steps of one founding share.
struct Work<'i, 's> {
    identity: &'i Identity,
    caller: Caller,
    tx: WriteTx<'s>,
    key: std::sync::Arc<TenantKey>,
    events: Vec<Event>,
    now: Timestamp,
}

/// Makes the organisation. Of several at once, one succeeds.
///
/// # Errors
/// 409 `setup.done`.
pub(super) async fn found(
    identity: &Identity,
    founding: Founding,
    origin: Origin,
) -> Result<(OrgId, Vec<(UserId, Option<LinkToken>)>), IdentityError> {
    let store = identity.store();
    let org = OrgId::new(store.clock(), store.random());
    let caller = Caller::system(Job::Setup, org).with_origin(origin);
    let mut tx = store.write(&caller).await?;
    if other_organisation_exists(&mut tx).await? {
        return Err(done());
    }
    let now = store.clock().now();
    let facts = Facts::<OrganisationResource>::shared(org, *org.as_bytes(), 0);
    let permit = identity
        .policy()
        .permit::<actions::Create, _>(&caller, &facts)?;
    let key = store.keys().create(&mut tx, store.random()).await?;
    let name = key.seal_secret(
        SEALED_ORGANISATION,
        org.as_bytes(),
        founding.name.as_bytes(),
        store.random(),
    );
    match insert_organisation(&mut tx, &permit, name, &founding.language, now).await {
        // Another transaction was faster.
        Err(StoreError::Duplicate) => return Err(done()),
        other => other?,
    }
    let mut work = Work {
        identity,
        caller,
        tx,
        key,
        events: vec![Event::of(&permit)],
        now,
    };
    let mut departments = Vec::with_capacity(founding.departments.len());
    for department in founding.departments {
        let parent = department
            .parent
            .and_then(|at| departments.get(at).copied());
        departments.push(work.department(&department.name, parent).await?);
    }
    let mut made = Vec::with_capacity(founding.accounts.len());
    for account in founding.accounts {
        let department = account
            .department
            .and_then(|at| departments.get(at).copied());
        made.push(work.account(account, department).await?);
    }
    work.tx.finish_all(work.events).await?;
    identity.directories().changed(org);
    Ok((org, made))
}

impl Work<'_, '_> {
    async fn department(
        &mut self,
        name: &str,
        parent: Option<DepartmentId>,
    ) -> Result<DepartmentId, IdentityError> {
        let store = self.identity.store();
        let id = DepartmentId::new(store.clock(), store.random());
        let facts = Facts::<DepartmentResource>::shared(self.caller.org(), *id.as_bytes(), 0);
        let permit = self
            .identity
            .policy()
            .permit::<actions::Create, _>(&self.caller, &facts)?;
        let row = NewDepartmentRow {
            parent,
            name: self.key.seal_secret(
                SEALED_DEPARTMENT_NAME,
                id.as_bytes(),
                name.as_bytes(),
                store.random(),
            ),
            now: self.now,
        };
        insert_department(&mut self.tx, &permit, row).await?;
        self.events.push(Event::of(&permit));
        Ok(id)
    }

    async fn account(
        &mut self,
        account: FirstAccount,
        department: Option<DepartmentId>,
    ) -> Result<(UserId, Option<LinkToken>), IdentityError> {
        let store = self.identity.store();
        let id = UserId::new(store.clock(), store.random());
        let facts = Facts::<UserResource>::owned(
            self.caller.org(),
            *id.as_bytes(),
            0,
            Some(id),
            department,
        );
        let permit = self
            .identity
            .policy()
            .permit::<actions::Create, _>(&self.caller, &facts)?;
        let seal = |purpose: &str, text: &str| {
            self.key
                .seal_secret(purpose, id.as_bytes(), text.as_bytes(), store.random())
        };
        let row = accounts::NewAccountRow {
            name: seal(SEALED_NAME, &account.name),
            login: seal(SEALED_LOGIN, &account.login),
            login_hash: login_hash(&self.key, &account.login),
            roles: account.roles,
            data_scope: account.data_scope,
            department,
            password: account.password.as_ref().map(PasswordHash::as_str),
            now: self.now,
        };
        accounts::insert(&mut self.tx, &permit, row).await?;
        let link = match account.password {
            Some(_) => None,
            None => {
                let link = LinkToken::new(Token::generate(store.random()));
                let expires_at = self.now.plus_millis(LINK_LIFE_MS);
                accounts::put_link(
                    &mut self.tx,
                    &permit,
                    LinkPurpose::SignIn,
                    &link.token().hash(),
                    expires_at,
                )
                .await?;
                Some(link)
            }
        };
        let roles = Detail::names(account.roles.iter().map(Role::name));
        self.events.push(Event::of(&permit).with("roles", roles));
        Ok((id, link))
    }
}
