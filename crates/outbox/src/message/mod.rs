//! Messages: put into the queue, listed, tried again, removed.

mod http;
mod model;
mod operations;
mod queue;
pub(crate) mod sql;

pub(crate) use http::operations;
pub(crate) use model::{Channel, Content, State};
pub use model::{Draft, Recipient, Template};
pub use queue::{Queue, Ways};
pub(crate) use sql::MIGRATION;
