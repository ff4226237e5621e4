//! The audit desk: read, filter, verify and export the log.
//!
//! The log itself is written by the store, within the transaction of the action each entry records; this crate only
//! looks at it, for the audit administrator, and leaves an entry of its own for every look.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod counts;
mod desk;
mod entries;
mod error;
mod findings;
mod integrity;
mod questions;
mod resources;
mod rules;
mod runs;
mod settings;
mod worker;
mod years;

pub use desk::{AuditEntry, Desk, Names, Postures, StatedWitnesses};
pub use error::AuditError;
pub use findings::FindingTold;
pub use integrity::EvidenceFile;
pub use resources::YearResource;
pub use years::{ArchiveFile, ArchiveProblem, RemovalRefused, RetentionForeseen, YearView};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

/// The tables of this crate. The log itself, and the counts over it, are the store's.
pub const MIGRATIONS: &[Migration] = &[
    settings::MIGRATION,
    questions::MIGRATION,
    rules::MIGRATION,
    runs::MIGRATION,
    findings::MIGRATION,
    years::MIGRATION,
    findings::REMEDY,
];

/// The columns of this crate's tables that hold secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "audit_question",
        column: "content",
        row: "id",
        purpose: Purpose::Fixed("audit_question.content"),
    },
    SealedColumn {
        table: "audit_finding",
        column: "reason",
        row: "id",
        purpose: Purpose::Fixed("audit_finding.reason"),
    },
    SealedColumn {
        table: "audit_finding",
        column: "remedy",
        row: "id",
        purpose: Purpose::Fixed("audit_finding.remedy"),
    },
];

/// Who may look at the log.
pub const POLICY: PolicySource = PolicySource::new("audit", include_str!("policy.cedar"));

/// The desk's operations.
pub fn operations() -> Vec<Operation<Arc<Desk>>> {
    let mut operations = entries::operations();
    operations.extend(counts::operations());
    operations.extend(questions::operations());
    operations.extend(settings::operations());
    operations.extend(rules::operations());
    operations.extend(runs::operations());
    operations.extend(findings::operations());
    operations.extend(integrity::operations());
    operations.extend(years::operations());
    operations
}
