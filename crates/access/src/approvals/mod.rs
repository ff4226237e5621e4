//! Approvals: the two-person rule, and every other that asks for the yes of somebody else.

mod describe;
mod rules;
mod rules_http;
mod sql;

pub use describe::{Change, Describe, Described, by_members};
pub use rules::{IfNobody, Rule};
pub(crate) use sql::MIGRATION;

use crate::Access;
use custos_http::Operation;
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Access>>> {
    rules_http::operations()
}
