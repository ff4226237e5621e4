//! The timeline 跟进记录 of a customer: follow-ups people write, and what the log knows of it.

mod entry;
mod http;
pub(crate) mod sql;

pub use entry::TimelineItem;
pub use http::operations;
pub use sql::MIGRATION;
