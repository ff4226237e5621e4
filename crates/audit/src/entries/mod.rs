//! The log, entry by entry.

mod http;
mod model;
mod query;

pub(crate) use self::http::operations;
