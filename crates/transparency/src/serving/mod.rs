//! Being a witness of other installations' logs: C2SP tlog-witness.

mod http;
mod operations;
mod sql;

pub(crate) use http::operations;
pub(crate) use sql::MIGRATION;
