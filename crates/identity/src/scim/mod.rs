//! Provisioning: SCIM 2.0 (RFC 7643, RFC 7644) under `/scim/v2`, for one identity provider by its bearer token.
//!
//! A provider sees and changes the accounts it keeps, and no others: those it made, and those whose owners connected them.
//! The policy decides so, account by account; an account of an administrator is kept only by a provider that the security
//! administrator let give such roles. A user's `externalId` is the subject by which the provider vouches for them at
//! sign-in; without one, it is their `userName`. Groups are names with members, and give what the provider's approved
//! mapping says, at sign-in too.
//!
//! `active: false` and `DELETE` disable the account: every session and device of it ends with the answer. What was
//! disabled here by an administrator, the provider does not enable again.
//!
//! | what | limit |
//! |---|---|
//! | body | 1 MiB |
//! | operations of a PATCH | 200 |
//! | filter | 2,000 bytes, nested 10 deep |
//! | resources of a page | 200 |
//! | groups of a provider, members of a group | 2,000, 10,000 |

mod body;
mod discovery;
mod groups;
mod http;
pub(crate) mod sql;
mod token;
mod users;

pub(crate) use groups::groups_of;
pub(crate) use http::operations;
pub(crate) use sql::MIGRATION;
pub(crate) use token::{LONGEST_TOKEN_DAYS, expose};

use crate::error::IdentityError;
use crate::federation::Provider;
use crate::identity::Identity;
use crate::resources::ProvisioningResource;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::policy::{Action, Caller, Facts, Permit};

/// A refusal with the `scimType` clients of provisioning act on.
fn refused(status: StatusCode, kind: &'static str) -> IdentityError {
    Problem::new(status, "provisioning.refused")
        .scim_type(kind)
        .into()
}

fn invalid(kind: &'static str) -> IdentityError {
    refused(StatusCode::BAD_REQUEST, kind)
}

impl Identity {
    /// The provider that asks.
    async fn provisioner(&self, caller: &Caller) -> Result<Provider, IdentityError> {
        let id = caller.provider_id().ok_or_else(Problem::unauthenticated)?;
        self.provider(caller.org(), id).await
    }

    /// A permit on what a provider keeps here.
    fn provisioning_permit<A: Action>(
        &self,
        caller: &Caller,
        provider: &Provider,
    ) -> Result<Permit<A, ProvisioningResource>, IdentityError> {
        let facts = Facts::shared(caller.org(), *provider.id.as_bytes(), 0);
        Ok(self
            .policy()
            .permit(caller, &facts.kept_by(Some(provider.id)))?)
    }
}
