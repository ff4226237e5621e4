//! Identity providers of the organisation: who they are, whom they vouch for, what their groups give.
//!
//! A protocol ends with an [`custos_federation::ExternalIdentity`], and from there on there is one way, whatever the
//! protocol: `Identity::sign_in_external`. The system administrator says which providers there are; what their groups
//! give is access, so the security administrator approves it, and has to do so again when the provider's configuration
//! has changed: otherwise whoever configures a provider could make it say what they like.

#[allow(dead_code, reason = "the protocols that end here follow")]
mod access;
#[allow(dead_code, reason = "the protocols that end here follow")]
mod attempt;
mod config;
#[allow(dead_code, reason = "the protocols that end here follow")]
mod external;
mod http;
#[allow(dead_code, reason = "the protocols that end here follow")]
mod mapping;
mod model;
mod providers;
#[allow(dead_code, reason = "the protocols that end here follow")]
pub(crate) mod sql;
mod wire;

pub(crate) use sql::MIGRATION;

use crate::identity::Identity;
use custos_http::Operation;
use std::sync::Arc;

/// What is kept in memory about providers.
#[derive(Default)]
pub(crate) struct Federation {}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    http::operations()
}
