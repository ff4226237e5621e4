//! The protocols of other people's identity providers: OpenID Connect, LDAP, scan login.
//!
//! Protocols only: no database, no routes, no clock and no socket of its own. What an identity provider says about a
//! person ends up as one [`ExternalIdentity`], whatever the protocol; what becomes of it is decided elsewhere.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod external;
mod ldap;
pub mod oidc;
mod outgoing;
pub mod scan;

pub use external::{ClaimedAssurance, ExternalIdentity};
pub use ldap::{LdapAnswer, LdapConfig, LdapError};
pub use outgoing::{Outgoing, OutgoingError, UreqOutgoing, check_url};
