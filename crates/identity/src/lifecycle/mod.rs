//! Joining, moving and leaving.
//!
//! | step | account | what they own | who does it |
//! |---|---|---|---|
//! | joins | made without roles, with a one-time link; the security administrator grants | – | system administrator |
//! | moves | another department, in one transaction with the handover | goes along, or to a colleague | system administrator |
//! | `leaving` | disabled, sessions, links and devices ended, in one transaction with the handover | is handed over in batches | system administrator |
//! | `left` | disabled | is with those who took over | the server |
//!
//! Between `leaving` and `left` the person is out already; what goes on is carried on after any stop.

mod custody;
mod http;
mod model;
mod operations;
mod sql;
mod takers;
mod worker;

pub use custody::{Custody, CustodyError, Placing, Reach};
pub(crate) use http::operations;
pub(crate) use sql::{MIGRATION, moves};
pub(crate) use takers::leads;
