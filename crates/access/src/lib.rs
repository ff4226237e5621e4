//! Who may do what, and with whose approval.
//!
//! Approvals: a request that a rule holds up waits, sealed, with its reason, until those named by the rule have approved
//! exactly this request; then the person who asked carries it out, once. This crate knows people through [`People`] only.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod access;
pub mod approvals;
mod assignments;
pub mod configuration;
mod error;
mod explanation;
mod people;
mod resources;
mod trial;

pub use access::Access;
pub use approvals::EVENTS;
pub use configuration::{Configuration, InForce};
pub use error::AccessError;
pub use explanation::{ChangeBody, ExplanationBody};
pub use people::{News, People, Someone};
pub use resources::{
    AccessPeopleResource, AccessRulesResource, AccessTeamsResource, ApprovalResource,
    ApprovalRulesResource,
};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

/// The policies of this crate's features.
pub const POLICIES: &[PolicySource] = &[
    PolicySource {
        feature: "approvals",
        text: include_str!("approvals/policy.cedar"),
    },
    PolicySource {
        feature: "access",
        text: include_str!("configuration/policy.cedar"),
    },
];

/// The tables of this crate's features.
pub const MIGRATIONS: &[Migration] = &[approvals::MIGRATION, configuration::MIGRATION];

/// Every column of secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[SealedColumn {
    table: "access_document",
    column: "body",
    row: "id",
    purpose: Purpose::Fixed(configuration::SEALED),
}];

/// The operations of this crate, to be registered with [`Access`] as their state.
pub fn operations() -> Vec<Operation<Arc<Access>>> {
    let mut all = approvals::operations();
    all.extend(configuration::operations());
    all.extend(assignments::operations());
    all.extend(trial::operations());
    all
}
