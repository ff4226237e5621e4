//! A page of a set in the order of a field, by the cheaper of two ways.

use crate::order::{Order, Place, compare_listed, is_after};
use crate::set::Set;
use crate::table::Table;
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// What looking at one customer costs, in nanoseconds, when its key is fetched and compared.
const COLLECT_COST: usize = 40;
/// What passing one customer costs when the order is walked.
const WALK_COST: usize = 6;

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
    pub(crate) fn take(&self, set: &Set<'_>, after: Option<&Place>, limit: usize, found: &mut Vec<u32>) {
        let many = set.len();
        if many == 0 || limit == 0 {
            return;
        }
        let passed = if many <= limit { self.live } else { self.live / many * limit };
        if matches!(set, Set::All(_)) || passed * WALK_COST < many * COLLECT_COST {
            self.walk(set, after, limit, found);
        } else {
            self.collect(set, after, limit, found);
        }
    }

    /// Walks the order and keeps the set's members: quick when they are many.
    fn walk(&self, set: &Set<'_>, after: Option<&Place>, limit: usize, found: &mut Vec<u32>) {
        let end = found.len() + limit;
        // The walk stops by itself; how it stopped does not matter.
        let _stopped = self.order.walk(self.table, self.descending, after, |slot| {
            if set.contains(slot) {
                found.push(slot);
            }
            if found.len() == end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }

    /// Sorts the first of the set's members: quick when they are few.
    fn collect(&self, set: &Set<'_>, after: Option<&Place>, limit: usize, found: &mut Vec<u32>) {
        let (table, field) = (self.table, self.order.field);
        let mut members: Vec<(bool, u64, u32)> = Vec::with_capacity(set.len());
        set.for_each(|slot| {
            if after.is_none_or(|place| is_after(table, field, self.descending, slot, place)) {
                let head = table.head(slot, field);
                members.push((table.is_empty(slot, field), if self.descending { !head } else { head }, slot));
            }
        });
        let compare = |a: &(bool, u64, u32), b: &(bool, u64, u32)| -> Ordering {
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| compare_listed(table, field, self.descending, a.2, b.2))
        };
        if members.len() > limit {
            members.select_nth_unstable_by(limit - 1, compare);
            members.truncate(limit);
        }
        members.sort_unstable_by(compare);
        found.extend(members.iter().map(|(_, _, slot)| *slot));
    }
}
