//! Findings: what rules found, who looks after it, and what became of it.

mod assigned;
mod assigned_http;
mod http;
mod model;
mod operations;
mod settle;
mod sql;
mod told;

pub(crate) use settle::settle;
pub(crate) use sql::{MIGRATION, REMEDY, open_counts};

pub use told::FindingTold;

use crate::Desk;
use custos_http::Operation;
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    let mut operations = http::operations();
    operations.extend(assigned_http::operations());
    operations
}
