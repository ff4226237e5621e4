//! Registered devices: work phones and computers with a key that cannot be taken out of them.
//!
//! The page makes the key pair with WebCrypto, its private half not extractable, and registers the public half under
//! the account, which takes a fresh factor. A session of a registered device is bound to it: each of its requests
//! carries a [`proof`] that the sender holds the key, so that its cookie alone opens nothing. A lost device is
//! reported from another: its sessions end, its key is refused for ever, the secret that opens what it keeps is
//! destroyed, and its next request is answered that its browser must forget everything.
//!
//! What this does not do: WebCrypto keeps the private key from scripts, not from whoever rules the machine; a registered
//! device says that the browser profile is the same, not that the machine is sound.

mod http;
mod model;
mod operations;
mod proof;
mod replay;
mod rule;
pub(crate) mod sql;
mod standing;

pub(crate) use http::operations;
pub(crate) use replay::Shown;
pub(crate) use rule::BoundRoles;
pub(crate) use sql::{KnownDevice, MIGRATION};
pub(crate) use standing::Thefts;
