//! Identity providers of the organisation: who they are, whom they vouch for, what their groups give.
//!
//! A protocol ends with an [`custos_federation::ExternalIdentity`], and from there on there is one way, whatever the
//! protocol: `Identity::sign_in_external`. The system administrator says which providers there are; what their groups
//! give is access, so the security administrator approves it, and has to do so again when the provider's configuration
//! has changed: otherwise whoever configures a provider could make it say what they like.

mod access;
mod attempt;
mod config;
mod directory;
mod external;
mod front;
mod front_http;
mod http;
mod mapping;
mod model;
mod protocol;
mod providers;
mod saml;
mod saml_http;
pub(crate) mod sql;
mod wire;

pub(crate) use external::{NewFederated, open_subject, seal_subject, subject_hash};
pub(crate) use model::{Provider, Provisioning};
pub(crate) use sql::MIGRATION;

use crate::identity::Identity;
use custos_federation::oidc::OidcCache;
use custos_federation::scan::AppTokens;
use custos_http::Operation;
use std::sync::Arc;

/// What is kept in memory about providers.
#[derive(Default)]
pub(crate) struct Federation {
    pub(crate) oidc: Arc<OidcCache>,
    pub(crate) tokens: Arc<AppTokens>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let mut all = http::operations();
    all.extend(front_http::operations());
    all.extend(saml_http::operations());
    all
}
