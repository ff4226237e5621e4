//! The audit log in the database: appending within transactions, sequencing into the Merkle tree, reading.

mod announced;
pub(crate) mod append;
pub(crate) mod desk;
mod narrow;
mod newest;
mod sequencer;
mod sink;
pub(crate) mod source;
pub(crate) mod tally;
mod witnessed;
mod years;

use crate::Migration;
use custos_values::OrgId;

pub use announced::AnnouncedPolicy;
pub use sequencer::SequencerHandle;
pub use sink::AuditSink;
pub use witnessed::StoredCosignature;
pub use years::{SealedYear, YearOver, year_begins, year_of};

pub(crate) const MIGRATIONS: &[Migration] = &[
    LOG,
    tally::MIGRATION,
    WITNESSED,
    years::MIGRATION,
    tally::HOURS_BY_PLACE,
];

const LOG: Migration = Migration {
    name: "0001_audit_log",
    sql: "CREATE TABLE audit_head (org_id {bytes} PRIMARY KEY, next BIGINT NOT NULL);
          CREATE TABLE audit_entry (
            org_id {bytes} NOT NULL, idx BIGINT NOT NULL, at BIGINT NOT NULL, action TEXT NOT NULL,
            outcome TEXT NOT NULL, actor_id {bytes}, resource_type TEXT, resource_id {bytes}, address TEXT,
            ordinary BIGINT NOT NULL, body {bytes} NOT NULL,
            PRIMARY KEY (org_id, idx));
          CREATE INDEX audit_entry_resource ON audit_entry (org_id, resource_id, idx)
            WHERE ordinary = 0 AND resource_id IS NOT NULL;
          CREATE INDEX audit_entry_change ON audit_entry (org_id, idx) WHERE ordinary = 0;
          CREATE TABLE audit_tile (
            org_id {bytes} NOT NULL, level BIGINT NOT NULL, idx BIGINT NOT NULL, data {bytes} NOT NULL,
            PRIMARY KEY (org_id, level, idx));
          CREATE TABLE audit_checkpoint (
            org_id {bytes} NOT NULL, size BIGINT NOT NULL, signed_at BIGINT NOT NULL, note TEXT NOT NULL,
            PRIMARY KEY (org_id, size));
          CREATE TABLE audit_tree (
            org_id {bytes} PRIMARY KEY, size BIGINT NOT NULL, root {bytes} NOT NULL)",
};

const WITNESSED: Migration = Migration {
    name: "0310_witnessed_log",
    sql: "CREATE TABLE audit_cosignature (
            org_id {bytes} NOT NULL, size BIGINT NOT NULL, witness TEXT NOT NULL, seconds BIGINT NOT NULL,
            line TEXT NOT NULL, PRIMARY KEY (org_id, size, witness));
          CREATE INDEX audit_cosignature_witness ON audit_cosignature (org_id, witness, size);
          CREATE TABLE audit_policy (
            org_id {bytes} NOT NULL, idx BIGINT NOT NULL, digest {bytes} NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (org_id, idx))",
};

/// The name of an organisation's log, also the name of its signing key.
pub(crate) fn origin(org: OrgId) -> String {
    format!("custos/audit/{org}")
}
