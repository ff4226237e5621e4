//! The audit desk: read, filter, verify and export the log.
//!
//! The log itself is written by the store, within the transaction of the action each entry records; this crate only
//! looks at it, for the audit administrator, and leaves an entry of its own for every look.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod desk;
mod entries;
mod error;
mod integrity;

pub use desk::{AuditEntry, Desk, Names};
pub use error::AuditError;
pub use integrity::EvidenceFile;

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::Migration;
use std::sync::Arc;

/// The desk has no tables of its own.
pub const MIGRATIONS: &[Migration] = &[];

/// Who may look at the log.
pub const POLICY: PolicySource = PolicySource {
    feature: "audit",
    text: include_str!("policy.cedar"),
};

/// The desk's operations.
pub fn operations() -> Vec<Operation<Arc<Desk>>> {
    let mut operations = entries::operations();
    operations.extend(integrity::operations());
    operations
}
