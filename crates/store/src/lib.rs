//! The two database engines behind one interface.
//!
//! What this crate guarantees, so that features need not remember it:
//! - Statements of features run through [`ReadTx`] and [`WriteTx`], which bind the organisation (and with a permit the
//!   record and its version) themselves. There is no way to run SQL without a caller, a permit or a scope.
//! - A [`WriteTx`] ends only with [`WriteTx::finish`], which writes the audit entry in the same transaction. Dropping it
//!   rolls back.
//! - An acknowledged change is on disk. Concurrent transactions share commits and syncs.
//!
//! Database crates are named nowhere else (enforced by the dependency check).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod engine;
mod error;
mod inspect;
mod keys;
mod log;
mod migrate;
mod postgres;
mod row;
mod sealed_row;
mod sqlite;
mod store;
#[cfg(feature = "tamper")]
mod tamper;
mod tx;

pub use error::StoreError;
pub use keys::{
    KeyringKeeper, Purpose, Resealed, Rotation, RotationProgress, SealedColumn, TenantKeys,
};
pub use log::desk::{EntryFilter, StoredEntry};
pub use log::source::LogReader;
pub use log::tally::{
    AccessCount, ActionCount, ActionUse, ActorDay, HourCount, Sighting, SightingOf, TallyFilter,
    TallyState,
};
pub use log::{
    AnnouncedPolicy, AuditSink, SealedYear, SequencerHandle, StoredCosignature, YearOver,
    year_begins, year_of,
};
pub use migrate::{Migration, MigrationSet};
pub use row::{Row, Value};
pub use sealed_row::SealedFields;
pub use sqlite::SqliteOptions;
pub use store::{EngineKind, Location, Store};
#[cfg(feature = "tamper")]
#[doc(hidden)]
pub use tamper::administer_postgres_for_tests;
pub use tx::{ReadTx, WriteTx};
