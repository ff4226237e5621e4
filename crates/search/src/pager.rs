//! A page of a set in the order of a field, by the cheaper of two ways.

use crate::order::{Order, Place, compare_listed, is_after};
use crate::set::Set;
use crate::table::Table;
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// What one member of a set costs when all are fetched and the first of them sorted, in units of passing one customer
/// on a walk through the order.
const COLLECT_COST: usize = 3;
/// A walk is given up after so many times the customers it would pass if the set were spread evenly.
const PATIENCE: usize = 4;
/// Customers any walk may pass.
const SHORT_WALK: usize = 1_000;

/// One list: a set of customers in an order.
pub(crate) struct List<'a> {
    pub(crate) table: &'a Table,
    pub(crate) order: &'a Order,
    pub(crate) descending: bool,
    /// Customers in the order.
    pub(crate) live: usize,
}

impl List<'_> {
    /// Appends the first `limit` customers of the set after the place.
    pub(crate) fn take(
        &self,
        set: &Set<'_>,
        after: Option<&Place>,
        limit: usize,
        found: &mut Vec<u32>,
    ) {
        let many = set.len();
        if many == 0 || limit == 0 {
            return;
        }
        let collecting = many * COLLECT_COST;
        let even = if many <= limit {
            self.live
        } else {
            self.live / many * limit
        };
        // Sets are often not spread evenly (all who begin with one character stand side by side), so a walk that finds
        // too little in time is given up.
        let patience = if matches!(set, Set::All(_)) || collecting > self.live {
            usize::MAX
        } else {
            even.saturating_mul(PATIENCE).max(SHORT_WALK)
        };
        let from = found.len();
        if even < collecting && self.walk(set, after, limit, patience, found) {
            return;
        }
        found.truncate(from);
        self.collect(set, after, limit, found);
    }

    /// Walks the order and keeps the set's members: quick when they are many. Whether it came to the end of the page or
    /// of the order.
    fn walk(
        &self,
        set: &Set<'_>,
        after: Option<&Place>,
        limit: usize,
        patience: usize,
        found: &mut Vec<u32>,
    ) -> bool {
        let end = found.len() + limit;
        let mut left = patience;
        let walked = self.order.walk(self.table, self.descending, after, |slot| {
            if set.contains(slot) {
                found.push(slot);
                if found.len() == end {
                    return ControlFlow::Break(());
                }
            }
            left -= 1;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        walked.is_continue() || found.len() == end
    }

    /// Sorts the first of the set's members: quick when they are few.
    fn collect(&self, set: &Set<'_>, after: Option<&Place>, limit: usize, found: &mut Vec<u32>) {
        let (table, field) = (self.table, self.order.field);
        let mut members: Vec<(bool, u64, u32)> = Vec::with_capacity(set.len());
        set.for_each(|slot| {
            if after.is_none_or(|place| is_after(table, field, self.descending, slot, place)) {
                let head = table.head(slot, field);
                members.push((
                    table.is_empty(slot, field),
                    if self.descending { !head } else { head },
                    slot,
                ));
            }
        });
        let compare = |a: &(bool, u64, u32), b: &(bool, u64, u32)| -> Ordering {
            (a.0, a.1)
                .cmp(&(b.0, b.1))
                .then_with(|| compare_listed(table, field, self.descending, a.2, b.2))
        };
        if members.len() > limit {
            members.select_nth_unstable_by(limit - 1, compare);
            members.truncate(limit);
        }
        members.sort_unstable_by(compare);
        found.extend(members.iter().map(|(_, _, slot)| *slot));
    }
}
