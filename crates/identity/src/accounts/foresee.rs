//! What a change of somebody's access would do, for those who have to approve it.

use super::http::AccessBody;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::UserResource;
use custos_http::Problem;
use custos_kernel::policy::{Caller, DataScope, Facts, Permit, RoleSet, actions};
use custos_values::UserId;

/// What a change of access would do.
#[derive(Debug, Clone)]
pub struct AccessForeseen {
    /// The account's display name.
    pub name: String,
    /// Roles and data scope as they are.
    pub before: (RoleSet, DataScope),
    /// Roles and data scope as they would be.
    pub after: (RoleSet, DataScope),
}

impl Identity {
    /// Reads a request to change somebody's access as its handler does.
    ///
    /// # Errors
    /// The handler's own, as far as they are known before.
    pub async fn foresee_access(
        &self,
        caller: &Caller,
        id: UserId,
        body: &[u8],
    ) -> Result<AccessForeseen, IdentityError> {
        let malformed = |_| Problem::bad_request("request.malformed");
        let body: AccessBody = serde_json::from_slice(body).map_err(malformed)?;
        let roles = RoleSet::new(body.roles)
            .map_err(|_| IdentityError::invalid_field("roles", "user.roles.exclusive"))?;
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(id).ok_or_else(Problem::not_found)?;
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(id), person.department);
        let _: Permit<actions::Grant, UserResource> = self.policy().permit(caller, &facts)?;
        Ok(AccessForeseen {
            name: person.name.clone(),
            before: (person.roles, person.data_scope),
            after: (roles, body.data_scope),
        })
    }
}
