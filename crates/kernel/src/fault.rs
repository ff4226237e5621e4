//! The neutral vocabulary of failures: what the store and the rules report and what the HTTP layer maps, so that
//! neither has to know the other.

use crate::policy::Denied;

/// A failure that is nobody's business to phrase here.
#[derive(Debug)]
pub enum Fault {
    /// The policy refused.
    Denied(Denied),
    /// There is no such record, or the caller may not know of it.
    NotFound,
    /// The record was changed since the caller read it.
    Stale,
    /// A value that must be unique is in use.
    InUse,
    /// Try again later: shutting down or overloaded.
    Unavailable,
    /// Something broke; the text is for the server's log, never for the client.
    Internal(String),
}
