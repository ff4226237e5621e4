//! Searching the log by its counts: they say in which hours there is something, and only those are read.
//!
//! One index cannot serve every combination of filters, and without one a search for what hardly ever happened reads the
//! whole log. Hours are gone through by their places, newest first, so the order of the answer is that of the log even where
//! the clock was set back and hours lie within each other.

use super::desk::{EntryFilter, StoredEntry};
use super::tally::{HOUR_MS, TallyFilter};
use super::years::kept_from;
use crate::{ReadTx, StoreError, Value};
use custos_values::OrgId;
use std::collections::HashSet;

/// Hours looked at together at first, and at most: what was done lately is found at once, what was never done soon.
const HOURS: (i64, i64) = (32, 2048);

/// A search whose conditions are all but the places.
pub(super) struct Search {
    /// A statement that ends in its conditions.
    pub(super) sql: String,
    /// What they compare with.
    pub(super) values: Vec<Value>,
    /// Only what is within these places, the second excluded.
    pub(super) places: (i64, i64),
    /// Entries wanted.
    pub(super) limit: usize,
}

impl EntryFilter {
    /// Whether no single index leads to the entries.
    pub(super) fn is_narrowed_by_counts(&self) -> bool {
        let indexed = [
            self.actor.is_some(),
            self.action.is_some(),
            self.address.is_some(),
        ];
        let indexed = indexed.into_iter().filter(|given| *given).count();
        let others = self.resource_type.is_some()
            || self.week_hour.is_some()
            || self.outcome.as_deref().is_some_and(|it| it != "allowed");
        self.resource.is_none() && (others || indexed > 1)
    }

    /// Whether an hour, counted from 1970-01-01 in UTC, has moments of the hour of the week asked for. Where the clock is ahead
    /// by half an hour, it has moments of two.
    fn reaches(&self, hour: i64) -> bool {
        let Some((wanted, ahead)) = self.week_hour else {
            return true;
        };
        let of_week = |at: i64| ((at + ahead).div_euclid(HOUR_MS) + 72).rem_euclid(168);
        let begin = hour * HOUR_MS;
        of_week(begin) == wanted || of_week(begin + HOUR_MS - 1) == wanted
    }

    /// What is counted by: everything but times and the record.
    fn counted(&self) -> TallyFilter {
        TallyFilter {
            from: None,
            to: None,
            actor: self.actor,
            action: self.action.clone(),
            resource_type: self.resource_type.clone(),
            outcome: self.outcome.clone(),
            address: self.address.clone(),
        }
    }
}

impl ReadTx {
    /// The newest entries of a search, newest first. `counted` is the place up to which the log has been counted.
    pub(super) async fn search_by_counts(
        &mut self,
        org: OrgId,
        filter: &EntryFilter,
        search: &Search,
        counted: i64,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let org_value = Value::from(&org.as_bytes()[..]);
        let (lowest, mut end) = search.places;
        let mut found = Vec::new();
        // What is not counted yet.
        self.take(search, counted.max(lowest)..end, &mut found)
            .await?;
        end = end.min(counted);
        let tally = filter.counted();
        let (mut below, mut size) = (i64::MAX, HOURS.0);
        while found.len() < search.limit && end > lowest {
            let sql = "SELECT hour, first_idx, last_idx FROM audit_hour WHERE org_id = $1 AND last_idx < $2 \
                       AND last_idx >= $3 AND first_idx < $4 ORDER BY last_idx DESC LIMIT $5";
            let values = [
                org_value.clone(),
                Value::Int(below),
                Value::Int(lowest),
                Value::Int(end),
                Value::Int(size),
            ];
            let mut hours = Vec::new();
            for row in self.raw(sql, &values).await? {
                hours.push((row.int(0)?, row.int(1)?, row.int(2)?));
            }
            let Some(oldest) = hours.last() else { break };
            below = oldest.2;
            let more = hours.len() as i64 == size;
            hours.retain(|(hour, ..)| filter.reaches(*hour));
            let with_some = self.hours_with(org, &tally, &hours).await?;
            for (_, first, last) in hours.iter().filter(|hour| with_some.contains(&hour.0)) {
                let range = (*first).max(lowest)..end.min(last + 1);
                end = end.min(*first);
                self.take(search, range, &mut found).await?;
                if found.len() >= search.limit {
                    return Ok(found);
                }
            }
            if !more {
                break;
            }
            size = (size * 4).min(HOURS.1);
        }
        // Of years that were removed the log's statements about itself stay, without counts.
        let kept = i64::try_from(kept_from(self, org).await?).unwrap_or(i64::MAX);
        self.take(search, lowest..end.min(kept), &mut found).await?;
        Ok(found)
    }

    /// Which of some hours have entries that are counted alike.
    async fn hours_with(
        &mut self,
        org: OrgId,
        tally: &TallyFilter,
        hours: &[(i64, i64, i64)],
    ) -> Result<HashSet<i64>, StoreError> {
        let numbers = || hours.iter().map(|hour| hour.0);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else {
            return Ok(HashSet::new());
        };
        if tally.is_empty() {
            return Ok(numbers().collect());
        }
        let (table, condition, values) = tally.within(org, Some((first, last + 1)));
        let sql = format!("SELECT DISTINCT hour FROM {table} WHERE {condition}");
        let rows = self.raw(&sql, &values).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Adds what a search finds between two places, the second excluded.
    pub(super) async fn take(
        &mut self,
        search: &Search,
        places: std::ops::Range<i64>,
        found: &mut Vec<StoredEntry>,
    ) -> Result<(), StoreError> {
        let wanted = search.limit.saturating_sub(found.len());
        if places.is_empty() || wanted == 0 {
            return Ok(());
        }
        let mut values = search.values.clone();
        let mut sql = search.sql.clone();
        let mut add = |condition: &str, value: i64| {
            values.push(Value::Int(value));
            sql.push_str(&format!(" {condition} ${}", values.len()));
        };
        if places.start > 0 {
            add("AND idx >=", places.start);
        }
        if places.end < i64::MAX {
            add("AND idx <", places.end);
        }
        add("ORDER BY idx DESC LIMIT", wanted as i64);
        for row in self.raw(&sql, &values).await? {
            found.push(StoredEntry {
                index: row.int(0)?,
                body: row.bytes(1)?.to_vec(),
            });
        }
        Ok(())
    }
}
