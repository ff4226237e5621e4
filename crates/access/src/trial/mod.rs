//! Trying a change of what is allowed before it is made: on what was asked for in the past, and on a case there might be.

mod bench;
mod http;
mod past;

pub(crate) use http::operations;
