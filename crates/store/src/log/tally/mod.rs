//! Counts over the log: kept beside it, so that a chart over a million entries reads hundreds of rows.
//!
//! The counter follows the log in batches, each in one transaction that also moves its place on: an entry is counted once,
//! whichever node counts it. It reads the columns beside the entries, not the signed bodies. Counts are for finding one's
//! way; evidence is the entries they lead to.

mod advance;
mod read;

use crate::Migration;

pub use read::{
    AccessCount, ActionCount, ActionUse, ActorDay, HourCount, Sighting, SightingOf, TallyFilter,
    TallyState,
};

/// Milliseconds in an hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;
/// Milliseconds in a day.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Kinds of records of which it is kept who saw which one. Of others it would say nothing that the entries do not.
pub(crate) const SIGHTED: [&str; 3] = ["customer", "import", "user"];

/// `audit_tally` is how far the log has been counted. `audit_hour` has the first and last place of each hour, by which
/// a time narrows a search; `audit_count` counts by hour, person, address and action; `audit_actor_day` sums a person's
/// day; `audit_sighting` is who had which record before them on which day. An absent person or address is stored as
/// empty, since NULL does not take part in a key.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0310_audit_tally",
    sql: "CREATE TABLE audit_tally (org_id {bytes} PRIMARY KEY, next BIGINT NOT NULL);
          CREATE TABLE audit_hour (
            org_id {bytes} NOT NULL, hour BIGINT NOT NULL, first_idx BIGINT NOT NULL, last_idx BIGINT NOT NULL,
            entries BIGINT NOT NULL, PRIMARY KEY (org_id, hour)) {clustered};
          CREATE TABLE audit_hour_action (
            org_id {bytes} NOT NULL, hour BIGINT NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL,
            resource_type TEXT NOT NULL, entries BIGINT NOT NULL,
            PRIMARY KEY (org_id, hour, action, outcome, resource_type)) {clustered};
          CREATE TABLE audit_count (
            org_id {bytes} NOT NULL, hour BIGINT NOT NULL, actor_id {bytes} NOT NULL, address TEXT NOT NULL,
            action TEXT NOT NULL, outcome TEXT NOT NULL, resource_type TEXT NOT NULL, entries BIGINT NOT NULL,
            PRIMARY KEY (org_id, hour, actor_id, address, action, outcome, resource_type)) {clustered};
          CREATE INDEX audit_count_actor ON audit_count (org_id, actor_id, hour);
          CREATE INDEX audit_count_address ON audit_count (org_id, address, hour);
          CREATE TABLE audit_actor_day (
            org_id {bytes} NOT NULL, day BIGINT NOT NULL, actor_id {bytes} NOT NULL, entries BIGINT NOT NULL,
            refused BIGINT NOT NULL, reads BIGINT NOT NULL, reveals BIGINT NOT NULL, exports BIGINT NOT NULL,
            customers BIGINT NOT NULL, PRIMARY KEY (org_id, day, actor_id)) {clustered};
          CREATE TABLE audit_sighting (
            org_id {bytes} NOT NULL, resource_id {bytes} NOT NULL, actor_id {bytes} NOT NULL, day BIGINT NOT NULL,
            resource_type TEXT NOT NULL, reads BIGINT NOT NULL, reveals BIGINT NOT NULL, changes BIGINT NOT NULL,
            refused BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, resource_id, actor_id, day)) {clustered};
          CREATE INDEX audit_sighting_actor ON audit_sighting (org_id, actor_id, day);
          CREATE INDEX audit_entry_actor ON audit_entry (org_id, actor_id, idx) WHERE actor_id IS NOT NULL;
          CREATE INDEX audit_entry_action ON audit_entry (org_id, action, idx);
          CREATE INDEX audit_entry_about ON audit_entry (org_id, resource_id, idx) WHERE resource_id IS NOT NULL;
          CREATE INDEX audit_entry_address ON audit_entry (org_id, address, idx) WHERE address IS NOT NULL;
          CREATE INDEX audit_entry_refused ON audit_entry (org_id, idx) WHERE outcome <> 'allowed'",
};

/// Hours in the order of the log, which is not that of the clock where it was set back.
pub(crate) const HOURS_BY_PLACE: Migration = Migration {
    name: "0370_audit_hours_by_place",
    sql: "CREATE INDEX audit_hour_last ON audit_hour (org_id, last_idx)",
};
