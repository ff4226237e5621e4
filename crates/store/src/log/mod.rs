//! The audit log in the database: appending within transactions, sequencing into the Merkle tree, reading.

pub(crate) mod append;
pub(crate) mod desk;
mod sequencer;
mod sink;
pub(crate) mod source;
pub(crate) mod tally;

use crate::Migration;
use custos_values::OrgId;

pub use sequencer::SequencerHandle;
pub use sink::AuditSink;

pub(crate) const MIGRATIONS: &[Migration] = &[LOG, tally::MIGRATION];

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

/// The name of an organisation's log, also the name of its signing key.
pub(crate) fn origin(org: OrgId) -> String {
    format!("custos/audit/{org}")
}
