//! Sessions: from a cookie to a caller, and their end.
//!
//! A session is looked up by the hash of its token. What is found is kept in memory for one second, so that the
//! database is asked once per session and second at most; changes made by this node count at once. The time a session
//! was last used is kept in memory and written down now and then; after a crash a session may therefore end a little
//! early, never late.

pub(crate) mod cookie;
mod http;
mod memory;
mod operations;
pub(crate) mod sql;

pub(crate) use http::operations;
pub(crate) use memory::Sessions;
pub(crate) use sql::MIGRATION;
