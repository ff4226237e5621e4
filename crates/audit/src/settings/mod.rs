//! Settings of the desk and of the automated audit.

mod http;
mod model;
mod operations;
mod sql;

pub(crate) use http::operations;
pub(crate) use model::Settings;
pub(crate) use sql::MIGRATION;
