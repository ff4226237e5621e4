//! Mass reassignment 批量转交: many customers go to a colleague at once.
//!
//! | state | how it comes to it | what may follow |
//! |---|---|---|
//! | `prepared` | chosen and looked through; nothing has changed yet | `running` |
//! | `running` | started; batch after batch, each in one transaction with an entry for every customer | `cancelled`, `finished` |
//! | `cancelled` | stopped by whoever started it; what was handed over stays | `running` |
//! | `finished` | every customer was come to | – |
//!
//! Which customers they are, whose each of them was and to whom they go is sealed when it is prepared, and never changes:
//! that is what others approve. Each customer is decided on once more when it is come to, by what whoever started it may
//! do then; one that has changed hands since, or is out of reach, is left where it is.
//!
//! What a person gives away within a day counts together, at once or one by one.

mod details;
mod foresee;
mod http;
mod model;
mod prepare;
mod run;
mod singly;
mod sql;

pub(crate) use details::PURPOSE;
pub use foresee::ReassignmentForeseen;
pub use http::operations;
pub use model::{EVENTS, Reassignment};
pub use singly::HandoverLimit;
pub use sql::MIGRATION;
