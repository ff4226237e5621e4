//! Emergency access (break-glass): somebody whose permissions do not suffice reads one customer, or those of one
//! department, for at most an hour, by saying why and proving a second factor.
//!
//! | state | how it comes to it | what may follow |
//! |---|---|---|
//! | `active` | begun | `ended`, by its time or by hand |
//! | `ended` | | `reviewed` |
//! | `reviewed` | an administrator who is somebody else signed a review | |
//!
//! The security and audit administrators are told at once. What it reaches, until when, and the review are sealed and bound
//! to the row; what the columns in clear say opens nothing. That it ends is decided at every request by its time, not by
//! the job that writes the end down.

mod begin;
mod end;
mod events;
mod held;
mod http;
mod model;
mod review;
mod sql;
mod view;

pub use events::EVENTS;
pub(crate) use held::Held;
pub(crate) use model::{SEALED, SEALED_REVIEW};
pub(crate) use sql::MIGRATION;

pub(crate) use http::operations;
