//! Bringing checkpoints to witnesses.

mod http;
mod round;
mod sql;
mod standing;
mod visit;

pub(crate) use http::operations;
pub(crate) use sql::MIGRATION;
pub use standing::Standing;
pub(crate) use visit::{Newest, stands_to};
