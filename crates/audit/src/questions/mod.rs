//! Saved questions: filters of the desk under a name, one's own or shared among the auditors.

mod http;
mod model;
mod operations;
mod sql;

pub(crate) use http::operations;
pub(crate) use sql::MIGRATION;
