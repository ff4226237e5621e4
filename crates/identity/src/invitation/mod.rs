//! Invitations: the one-time link to a new account goes by mail to its owner, and nobody else sees it.

mod http;
mod operations;

pub(crate) use http::operations;
pub(crate) use operations::{Invitation, Invited};
