//! Accounts of programs.

use super::model::{NewAccount, SEALED_LOGIN, SEALED_NAME, login_hash};
use super::operations::check_department;
use super::sql;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{check_name, touch};
use crate::resources::UserResource;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Facts, Permit, RoleSet, actions};
use custos_values::UserId;

/// The account of a program, as administrators see it.
pub(crate) struct ServiceAccount {
    pub(crate) id: UserId,
    /// What it is for.
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) roles: RoleSet,
    pub(crate) data_scope: DataScope,
    /// The name of its department.
    pub(crate) department: Option<String>,
}

impl Identity {
    /// Makes the account of a program: without credentials, and without roles until some are granted.
    ///
    /// # Errors
    /// Refused, or 422 naming the field: `name`, `department_id`.
    pub(crate) async fn make_service_account(
        &self,
        caller: &Caller,
        new: NewAccount,
    ) -> Result<UserId, IdentityError> {
        let store = self.store();
        let id = UserId::new(store.clock(), store.random());
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(id), new.department);
        let permit: Permit<actions::Create, UserResource> = self.policy().permit(caller, &facts)?;
        let name = check_name(&new.name);
        let name = name.map_err(|code| IdentityError::invalid_field("name", code))?;
        let key = store.keys().get(store, caller.org()).await?;
        let seal = |purpose: &str, text: &str| {
            key.seal_secret(purpose, id.as_bytes(), text.as_bytes(), store.random())
        };
        let row = sql::NewAccountRow {
            name: seal(SEALED_NAME, &name),
            login: seal(SEALED_LOGIN, &new.login),
            login_hash: login_hash(&key, &new.login),
            roles: RoleSet::default(),
            data_scope: new.data_scope,
            department: new.department,
            password: None,
            now: store.clock().now(),
        };
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        check_department(&mut tx, new.department).await?;
        sql::insert(&mut tx, &permit, row).await?;
        sql::make_service(&mut tx, &permit).await?;
        tx.finish(Event::of(&permit).with("kind", Detail::code("service")))
            .await?;
        self.directories().changed(caller.org());
        Ok(id)
    }
}
