//! Making and reading departments.

use super::{Directory, SEALED_DEPARTMENT_NAME, sql};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::{DepartmentResource, OrganisationResource};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Job, actions};
use custos_store::WriteTx;
use custos_values::{DepartmentId, OrgId};
use std::sync::Arc;

/// Longest name of a person, department or organisation, in characters.
const MAX_NAME: usize = 100;

/// A name without surrounding blanks.
///
/// # Errors
/// The code of what is wrong: `name.empty`, `text.too_long`, `text.control_character`.
pub(crate) fn check_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.is_empty() {
        Err("name.empty")
    } else if name.chars().count() > MAX_NAME {
        Err("text.too_long")
    } else if name.chars().any(char::is_control) {
        Err("text.control_character")
    } else {
        Ok(name.to_owned())
    }
}

/// Marks a change of accounts or departments: other nodes will notice, and two such changes cannot pass each other.
/// To be called first in the transaction.
pub(crate) async fn touch(
    identity: &Identity,
    tx: &mut WriteTx<'_>,
    org: OrgId,
) -> Result<(), IdentityError> {
    let facts = Facts::<OrganisationResource>::shared(org, *org.as_bytes(), 0);
    let permit = identity
        .policy()
        .permit::<actions::Update, _>(&Caller::system(Job::Identity, org), &facts)?;
    Ok(sql::next_generation(tx, &permit).await?)
}

impl Identity {
    /// The organisations of this installation.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub async fn organisations(&self) -> Result<Vec<OrgId>, IdentityError> {
        Ok(sql::organisations(&mut self.store().read().await?).await?)
    }

    /// The organisation of this installation.
    ///
    /// # Errors
    /// 409 `setup.required` while there is none.
    pub(crate) async fn only_organisation(&self) -> Result<OrgId, IdentityError> {
        let organisations = self.organisations().await?;
        let missing = || Problem::new(StatusCode::CONFLICT, "setup.required");
        Ok(organisations.first().copied().ok_or_else(missing)?)
    }

    /// Names of people and departments, at most one second older than the database.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub async fn directory(&self, org: OrgId) -> Result<Arc<Directory>, IdentityError> {
        self.directories()
            .get(self.store(), self.policy(), org)
            .await
    }

    /// Makes a department.
    ///
    /// # Errors
    /// Refused, or 422 naming the field: `name`, `parent_id`.
    pub(crate) async fn create_department(
        &self,
        caller: &Caller,
        name: &str,
        parent: Option<DepartmentId>,
    ) -> Result<DepartmentId, IdentityError> {
        let org = caller.org();
        let id = DepartmentId::new(self.store().clock(), self.store().random());
        let facts = Facts::<DepartmentResource>::shared(org, *id.as_bytes(), 0);
        let permit = self.policy().permit::<actions::Create, _>(caller, &facts)?;
        let name = check_name(name).map_err(|code| IdentityError::invalid_field("name", code))?;
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, org).await?;
        if let Some(parent) = parent
            && !sql::department_exists(&mut tx, parent).await?
        {
            return Err(IdentityError::invalid_field("parent_id", "choice.unknown"));
        }
        let row = sql::NewDepartmentRow {
            parent,
            name: key.seal_secret(
                SEALED_DEPARTMENT_NAME,
                id.as_bytes(),
                name.as_bytes(),
                self.store().random(),
            ),
            now: self.store().clock().now(),
        };
        sql::insert_department(&mut tx, &permit, row).await?;
        tx.finish(Event::of(&permit)).await?;
        self.directories().changed(org);
        Ok(id)
    }
}
