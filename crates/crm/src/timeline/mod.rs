//! The timeline 跟进: follow-ups and comments, and what the log knows of a customer or record.

mod activity;
mod entry;
mod http;
mod page;
pub(crate) mod sql;

pub(crate) use activity::NewActivity;
pub use entry::TimelineItem;
pub use http::{ActivityInput, operations};
pub use sql::MIGRATION;
