//! Who may do what, and with whose approval.
//!
//! Approvals: a request that a rule holds up waits, sealed, with its reason, until those named by the rule have approved
//! exactly this request; then the person who asked carries it out, once. Emergency access: whose permissions do not
//! suffice reads for a while what they need, watched and reviewed by others. This crate knows people through [`People`]
//! and customers through [`Customers`] only.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod access;
pub mod approvals;
mod assignments;
pub mod break_glass;
pub mod configuration;
mod error;
mod explanation;
mod newest;
mod people;
mod resources;
pub mod reviews;
mod sealed;
mod trial;
pub mod unused;
mod words;

pub use access::Access;
pub use configuration::{Configuration, InForce};
pub use error::AccessError;
pub use explanation::{ChangeBody, ExplanationBody};
pub use people::{Customers, News, People, Someone};
pub use resources::{
    AccessPeopleResource, AccessReviewLineResource, AccessReviewResource, AccessRulesResource,
    AccessTeamsResource, ApprovalResource, ApprovalRulesResource, BreakGlassResource,
    PermissionUsageResource,
};

pub use words::Words;

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

/// The policies of this crate's features.
pub const POLICIES: &[PolicySource] = &[
    PolicySource::new("approvals", include_str!("approvals/policy.cedar")),
    PolicySource::new("access", include_str!("configuration/policy.cedar")),
    PolicySource::new("break_glass", include_str!("break_glass/policy.cedar")),
    PolicySource::new("unused", include_str!("unused/policy.cedar")),
    PolicySource::new("reviews", include_str!("reviews/policy.cedar")),
];

/// The tables of this crate's features.
pub const MIGRATIONS: &[Migration] = &[
    approvals::MIGRATION,
    approvals::TRANSFERS,
    configuration::MIGRATION,
    break_glass::MIGRATION,
    reviews::MIGRATION,
];

const fn column(
    table: &'static str,
    column: &'static str,
    row: &'static str,
    purpose: &'static str,
) -> SealedColumn {
    SealedColumn {
        table,
        column,
        row,
        purpose: Purpose::Fixed(purpose),
    }
}

/// The columns of this crate's tables that hold secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    column("approval", "sealed", "id", approvals::SEALED_REQUEST),
    column(
        "approval_vote",
        "sealed",
        "approval_id",
        approvals::SEALED_VOTE,
    ),
    column(
        "approval_transfer",
        "sealed",
        "approval_id",
        approvals::SEALED_TRANSFER,
    ),
    column(
        "approval_delegation",
        "sealed",
        "id",
        approvals::SEALED_DELEGATION,
    ),
    column("access_document", "body", "id", configuration::SEALED),
    column("break_glass", "sealed", "id", break_glass::SEALED),
    column("break_glass", "review", "id", break_glass::SEALED_REVIEW),
    column("access_review", "sealed", "id", reviews::SEALED_REVIEW),
    column("access_review_line", "sealed", "id", reviews::SEALED_LINE),
    column(
        "access_review_line",
        "decision",
        "id",
        reviews::SEALED_DECISION,
    ),
    column("access_review_line", "result", "id", reviews::SEALED_RESULT),
    column(
        "access_review_report",
        "sealed",
        "id",
        reviews::SEALED_REPORT,
    ),
];

/// The operations of this crate, to be registered with [`Access`] as their state.
pub fn operations() -> Vec<Operation<Arc<Access>>> {
    let mut all = approvals::operations();
    all.extend(configuration::operations());
    all.extend(assignments::operations());
    all.extend(trial::operations());
    all.extend(break_glass::operations());
    all.extend(unused::operations());
    all.extend(reviews::operations());
    all
}
