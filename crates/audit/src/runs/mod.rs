//! Runs of the automated audit: on schedule or on demand, by one node at a time, taken up again after a stop.

mod http;
mod operations;
mod perform;
mod sql;

pub(crate) use http::operations;
pub(crate) use sql::{MIGRATION, Tally};
