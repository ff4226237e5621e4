//! Customers, contacts, timeline, import and export.
//!
//! Every field of a customer is sealed on its own under the customer's data key. What lists, searches and sorts is the
//! index in memory ([`index`]); what finds an exact phone or e-mail is the blind index in the database.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod competitors;
pub mod contacts;
pub mod contracts;
mod crm;
pub mod customers;
mod demo;
mod documents;
mod download;
pub mod erasure;
mod error;
pub mod exports;
pub mod fields;
pub mod imports;
pub mod index;
pub mod invoices;
pub mod leads;
mod objects;
pub mod opportunities;
pub mod orders;
pub mod payments;
mod people;
pub mod pipelines;
pub mod products;
pub mod quotes;
pub mod reassignments;
pub mod records;
mod rotation;
mod sharing;
pub mod timeline;
mod words;

pub use crm::Crm;
pub use error::CrmError;
pub use imports::EVENTS;
pub use people::People;
pub use words::{Codes, Words};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

/// Characters of a reason for disclosing or handing over customers.
const REASON: std::ops::RangeInclusive<usize> = 2..=200;

/// The tables of this crate's features.
pub const MIGRATIONS: &[Migration] = &[
    customers::MIGRATION,
    contacts::MIGRATION,
    timeline::MIGRATION,
    imports::MIGRATION,
    erasure::MIGRATION,
    reassignments::MIGRATION,
    records::MIGRATION,
    pipelines::MIGRATION,
];

/// The columns of this crate's tables that hold secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "import",
        column: "details",
        row: "id",
        purpose: Purpose::Fixed("import.details"),
    },
    SealedColumn {
        table: "reassignment",
        column: "details",
        row: "id",
        purpose: Purpose::Fixed(reassignments::PURPOSE),
    },
    SealedColumn {
        table: "customer",
        column: "access",
        row: "id",
        purpose: Purpose::Fixed("customer.access"),
    },
    SealedColumn {
        table: "record",
        column: "access",
        row: "id",
        purpose: Purpose::Fixed("record.access"),
    },
    SealedColumn {
        table: "pipeline",
        column: "content",
        row: "id",
        purpose: Purpose::Fixed(pipelines::PURPOSE),
    },
];

/// The policies of this crate's features.
pub fn policies() -> Vec<PolicySource> {
    let written = PolicySource::new;
    let mut all = vec![
        written("customers", include_str!("customers/policy.cedar")),
        written("imports", include_str!("imports/policy.cedar")),
        written("reassignments", include_str!("reassignments/policy.cedar")),
        written("pipelines", include_str!("pipelines/policy.cedar")),
        written("payments", include_str!("payments/policy.cedar")),
    ];
    all.extend(objects::KINDS.iter().map(|kind| kind.policy()));
    all
}

/// The operations on customers and what belongs to them.
pub fn customer_operations() -> Vec<Operation<Arc<Crm>>> {
    [
        fields::operations(),
        customers::operations(),
        contacts::operations(),
        timeline::operations(),
        erasure::operations(),
        reassignments::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The operations of all features of this crate.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    let others = [
        imports::operations(),
        exports::operations(),
        pipelines::operations(),
        records::common_operations(),
    ];
    customer_operations()
        .into_iter()
        .chain(others.into_iter().flatten())
        .chain(objects::KINDS.iter().flat_map(|kind| kind.operations()))
        .collect()
}
