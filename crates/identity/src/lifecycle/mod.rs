//! Joining, moving and leaving.
//!
//! | step | account | what they own | who does it |
//! |---|---|---|---|
//! | joins | made without roles, with a one-time link; the security administrator grants | – | system administrator |
//! | moves | another department, in one transaction with the handover | goes along, or to a colleague | system administrator |
//! | `leaving` | disabled, sessions, links and devices ended, in one transaction | stays with an account nobody can use | system administrator |
//! | `handover` | disabled | is handed over in batches to whom the administrator names, which may need the approval of others | system administrator |
//! | `left` | disabled | is with those who took over | the server |
//!
//! From `leaving` on the person is out: that waits for nobody. To whom their customers go does, when a rule says so, and if
//! it is refused others are named. What was begun is carried on after any stop.

mod custody;
mod http;
mod model;
mod operations;
mod sql;
mod takers;
mod worker;

pub use custody::{Custody, CustodyError, Placing, Reach};
pub(crate) use http::operations;
pub use operations::HandoverForeseen;
pub(crate) use sql::{MIGRATION, moves};
pub(crate) use takers::leads;
