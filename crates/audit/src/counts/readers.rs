//! Unusual readers: people who had many more customers before them on a day than they usually have.

use super::LogScope;
use super::usual::Usual;
use crate::{AuditError, Desk};
use custos_store::ActorDay;
use std::collections::BTreeMap;

/// Milliseconds in a day.
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Days before the one looked at that say what is usual.
pub(crate) const BASELINE_DAYS: i64 = 28;
/// With fewer days of their own, a person is compared with everybody.
pub(crate) const LEAST_OWN_DAYS: usize = 5;

/// From when on a day counts as unusual.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thresholds {
    /// The modified z-score.
    pub(crate) score: f64,
    /// So many customers above the usual, whatever the score: two instead of one is not worth a look.
    pub(crate) excess: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            score: 3.5,
            excess: 20.0,
        }
    }
}

/// A person's day beyond what is usual.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnusualDay {
    pub(crate) day: ActorDay,
    pub(crate) usual: Usual,
    pub(crate) score: f64,
    /// What the person had on the days before, oldest first; days without any are left out.
    pub(crate) before: Vec<i64>,
    /// Whether the comparison is with everybody, for want of days of their own.
    pub(crate) by_peers: bool,
}

impl Desk {
    /// The unusual days from `from` to `to`, both included, most unusual first.
    pub(crate) async fn unusual_days(
        &self,
        scope: &LogScope,
        (from, to): (i64, i64),
        thresholds: Thresholds,
    ) -> Result<Vec<UnusualDay>, AuditError> {
        let mut tx = self.store.read().await?;
        let days = tx.tally_actor_days(scope, from - BASELINE_DAYS, to).await?;
        Ok(unusual_of(&days, (from, to), thresholds))
    }
}

/// The unusual days of a window among the days of everybody, which also have those before the window.
pub(crate) fn unusual_of(
    days: &[ActorDay],
    (from, to): (i64, i64),
    thresholds: Thresholds,
) -> Vec<UnusualDay> {
    let mut own: BTreeMap<[u8; 16], Vec<&ActorDay>> = BTreeMap::new();
    let mut all: BTreeMap<i64, Vec<&ActorDay>> = BTreeMap::new();
    for day in days.iter().filter(|day| day.customers > 0) {
        own.entry(day.actor).or_default().push(day);
        all.entry(day.day).or_default().push(day);
    }
    let mut found = Vec::new();
    for day in all.range(from..=to).flat_map(|(_, days)| days) {
        // First, for comparing takes long: fewer than that are never so many above the usual.
        if (day.customers as f64) < thresholds.excess {
            continue;
        }
        let before: Vec<i64> = own
            .get(&day.actor)
            .into_iter()
            .flatten()
            .filter(|other| other.day < day.day && other.day >= day.day - BASELINE_DAYS)
            .map(|other| other.customers)
            .collect();
        let by_peers = before.len() < LEAST_OWN_DAYS;
        let usual = if by_peers {
            let others: Vec<i64> = all
                .range(day.day - BASELINE_DAYS..day.day)
                .flat_map(|(_, days)| days)
                .filter(|other| other.actor != day.actor)
                .map(|other| other.customers)
                .collect();
            // Nobody has done anything yet: nothing is usual.
            if others.len() < LEAST_OWN_DAYS {
                continue;
            }
            Usual::of(&others)
        } else {
            Usual::of(&before)
        };
        let Some(usual) = usual else { continue };
        let score = usual.score(day.customers);
        if score >= thresholds.score && day.customers as f64 - usual.median >= thresholds.excess {
            found.push(UnusualDay {
                day: (*day).clone(),
                usual,
                score,
                before,
                by_peers,
            });
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(actor: u8, day: i64, customers: i64) -> ActorDay {
        ActorDay {
            day,
            actor: [actor; 16],
            entries: customers * 2,
            refused: 0,
            reads: customers,
            reveals: 0,
            exports: 0,
            customers,
        }
    }

    #[test]
    fn only_the_day_beyond_the_own_habit_stands_out() {
        // One reads thirty a day, the other four hundred, every day.
        let mut days: Vec<ActorDay> = (0..20)
            .flat_map(|at| [day(1, at, 30 + at % 3), day(2, at, 400 + at % 5)])
            .collect();
        days.push(day(1, 20, 412));
        days.push(day(2, 20, 405));
        let found = unusual_of(&days, (20, 20), Thresholds::default());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].day.actor, [1; 16]);
        assert_eq!(found[0].usual.median, 31.0);
        assert!(!found[0].by_peers);
    }

    #[test]
    fn who_is_new_is_compared_with_everybody() {
        let mut days: Vec<ActorDay> = (0..20).map(|at| day(1, at, 30)).collect();
        days.push(day(3, 20, 300));
        let found = unusual_of(&days, (20, 20), Thresholds::default());
        assert_eq!(found.len(), 1);
        assert!(found[0].by_peers);
    }

    #[test]
    fn small_figures_and_the_first_days_of_all_are_left_alone() {
        let few: Vec<ActorDay> = (0..20)
            .map(|at| day(1, at, 1))
            .chain([day(1, 20, 12)])
            .collect();
        assert!(unusual_of(&few, (20, 20), Thresholds::default()).is_empty());
        assert!(unusual_of(&[day(1, 0, 900)], (0, 0), Thresholds::default()).is_empty());
    }
}
