//! Who may do what, and with whose approval.
//!
//! Approvals: a request that a rule holds up waits, sealed, with its reason, until those named by the rule have approved
//! exactly this request; then the person who asked carries it out, once. This crate knows people through [`People`] only.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod access;
pub mod approvals;
mod error;
mod people;
mod resources;

pub use access::Access;
pub use approvals::EVENTS;
pub use error::AccessError;
pub use people::{News, People, Someone};
pub use resources::{ApprovalResource, ApprovalRulesResource};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::Migration;
use std::sync::Arc;

/// The policies of this crate's features.
pub const POLICIES: &[PolicySource] = &[PolicySource {
    feature: "approvals",
    text: include_str!("approvals/policy.cedar"),
}];

/// The tables of this crate's features.
pub const MIGRATIONS: &[Migration] = &[approvals::MIGRATION];

/// The operations of this crate, to be registered with [`Access`] as their state.
pub fn operations() -> Vec<Operation<Arc<Access>>> {
    approvals::operations()
}
