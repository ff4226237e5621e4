//! The log, entry by entry.

mod changes;
mod http;
pub(crate) mod model;
pub(crate) mod query;

pub(crate) use self::http::operations;
