//! Keys for programs, and the service accounts they belong to.
//!
//! A service account has no password, no second factor and no session; nobody signs in to it. It holds selling roles only.
//! A key names what of them it may use (its scopes), from where, and until when, at most for a year. Its text is shown
//! once; what is stored is its hash. There is nothing to fall back to: a request with a key and a session is refused.
//!
//! A key is read from the database at every request, so that one that was revoked is refused from the next request on,
//! on every node. What its account may do is at most a second old. Where and when it was last used is kept in memory and
//! written down now and then.

mod bearer;
mod http;
mod operations;
pub(crate) mod secret;
pub(crate) mod sql;
mod uses;

pub(crate) use bearer::bearer;
pub(crate) use http::operations;
pub(crate) use sql::{MIGRATION, makers};
pub(crate) use uses::KeyUses;

/// The purpose under which a key's name is sealed.
const SEALED_KEY_NAME: &str = "api_key.name";
/// The purpose under which the address a key was last used from is sealed.
const SEALED_USED_FROM: &str = "api_key.used_from";
