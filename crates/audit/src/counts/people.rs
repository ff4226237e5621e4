//! How much of a time's entries each person made.

use super::LogScope;
use super::query::Counting;
use crate::{AuditError, Desk};
use std::collections::BTreeMap;

/// Entries and refusals of one person.
pub(crate) type PersonCount = ([u8; 16], i64, i64);
/// People in an answer at most.
const MOST: usize = 20;

impl Desk {
    /// The people with the most entries. Without a filter the sums of days answer, otherwise the hours do.
    pub(crate) async fn busiest(
        &self,
        scope: &LogScope,
        counting: &Counting,
        day_offset_minutes: i64,
    ) -> Result<Vec<PersonCount>, AuditError> {
        let mut tx = self.store.read().await?;
        let mut sums: BTreeMap<[u8; 16], (i64, i64)> = BTreeMap::new();
        let filter = &counting.filter;
        let filtered = filter.actor.is_some()
            || filter.action.is_some()
            || filter.address.is_some()
            || filter.resource_type.is_some()
            || filter.outcome.is_some();
        if filtered {
            for count in tx.tally_access(scope, filter).await? {
                if let Some(actor) = count.actor {
                    let sum = sums.entry(actor).or_default();
                    sum.0 += count.entries;
                    sum.1 += if count.outcome == "allowed" {
                        0
                    } else {
                        count.entries
                    };
                }
            }
        } else {
            let day = |at: i64| (at + day_offset_minutes * 60_000).div_euclid(super::DAY_MS);
            let (from, to) = (day(counting.from.millis()), day(counting.to.millis() - 1));
            for count in tx.tally_actor_days(scope, from, to).await? {
                let sum = sums.entry(count.actor).or_default();
                sum.0 += count.entries;
                sum.1 += count.refused;
            }
        }
        let mut people: Vec<PersonCount> = sums
            .into_iter()
            .map(|(actor, (entries, refused))| (actor, entries, refused))
            .collect();
        people.sort_by_key(|person| (-person.1, person.0));
        people.truncate(MOST);
        Ok(people)
    }
}
