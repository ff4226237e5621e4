//! Findings: what rules found, who looks after it, and what became of it.

mod http;
mod model;
mod operations;
mod settle;
mod sql;
mod told;

pub(crate) use http::operations;
pub(crate) use settle::settle;
pub(crate) use sql::{MIGRATION, open_counts};

pub use told::FindingTold;
