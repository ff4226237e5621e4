//! The queue: put into, looked at, tried again, ended.

mod enqueue;
mod key;
mod model;
mod operations;
pub(crate) mod sql;

pub(crate) use enqueue::{Made, open_bookmark, open_payload, seal_bookmark};
pub use enqueue::{New, Queued};
pub use key::Key;
pub use model::State;
pub use operations::Seen;

/// What payloads are sealed for, before the kind of the job.
pub(crate) const PAYLOAD: &str = "job.payload.";
/// What bookmarks are sealed for, before the kind of the job.
pub(crate) const BOOKMARK: &str = "job.bookmark.";
