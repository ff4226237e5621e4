//! Conditions: lists of them that all must hold, and trees of them.

use crate::index::Index;
use crate::query::{Filters, QueryError, RangeFilter};
use crate::schema::{FieldId, Id};
use crate::set::{Set, any};

/// A range that holds less than this part of all documents is read off its order.
const FEW: usize = 64;

/// A tree of conditions on one document.
///
/// Each part is a set of documents, so an answer takes time in proportion to the parts. How many there may be is for the
/// caller to say, and how deep a tree read from outside may be while it is read: cloning and dropping follow its depth.
/// Answers do not: what is deeper than [`Condition::DEPTH`] is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All hold; with no parts, every document.
    All(Vec<Condition>),
    /// At least one holds; with no parts, no document.
    Any(Vec<Condition>),
    /// It does not hold. A document without a value meets the opposite of every range.
    Not(Box<Condition>),
    /// Owner is any of these (`None`: has no owner).
    Owner(Vec<Option<Id>>),
    /// Department is any of these (`None`: has no department).
    Department(Vec<Option<Id>>),
    /// A choice field has any of these codes (`None`: no value).
    Choice(FieldId, Vec<Option<String>>),
    /// A number field or time lies in a range, both ends included; without bounds: it has a value.
    Range(RangeFilter),
}

impl Condition {
    /// Levels a tree may have, a single condition being one.
    pub const DEPTH: usize = 64;
}

impl Index {
    /// The documents of a set that pass all filters.
    pub(crate) fn filtered<'a>(
        &'a self,
        within: Set<'a>,
        filters: &Filters,
    ) -> Result<Set<'a>, QueryError> {
        let mut sets = vec![within];
        if let Some(owners) = &filters.owners {
            sets.push(self.owned_by(owners));
        }
        if let Some(departments) = &filters.departments {
            sets.push(self.in_departments(departments));
        }
        for (field, codes) in &filters.choices {
            sets.push(self.having(*field, codes)?);
        }
        filters
            .ranges
            .iter()
            .try_fold(Set::all_of(sets), |within, range| {
                self.ranging(within, range)
            })
    }

    /// The documents of a set that meet a condition.
    pub(crate) fn meeting<'a>(
        &'a self,
        within: Set<'a>,
        condition: &Condition,
    ) -> Result<Set<'a>, QueryError> {
        self.meeting_level(within, condition, Condition::DEPTH)
    }

    fn meeting_level<'a>(
        &'a self,
        within: Set<'a>,
        condition: &Condition,
        levels: usize,
    ) -> Result<Set<'a>, QueryError> {
        let below = levels.checked_sub(1).ok_or(QueryError::TooDeep)?;
        match condition {
            Condition::Owner(_) | Condition::Department(_) | Condition::Choice(..) => {
                let (kept, _) = self.kept(std::slice::from_ref(condition), levels)?;
                Ok(Set::all_of(kept.into_iter().chain([within]).collect()))
            }
            Condition::Range(range) => self.ranging(within, range),
            Condition::All(parts) => {
                // What is at hand as a set goes first, so that ranges look at fewer documents.
                let (kept, rest) = self.kept(parts, below)?;
                let narrowed = Set::all_of(kept.into_iter().chain([within]).collect());
                rest.into_iter().try_fold(narrowed, |within, part| {
                    self.meeting_level(within, part, below)
                })
            }
            Condition::Any(parts) => {
                let (kept, rest) = self.kept(parts, below)?;
                let mut met = vec![Set::all_of(vec![within.share(), Set::any_of(kept)])];
                for part in rest {
                    met.push(self.meeting_level(within.share(), part, below)?);
                }
                Ok(Set::any_of(met).detach())
            }
            Condition::Not(part) => {
                let met = self.meeting_level(within.share(), part, below)?.detach();
                Ok(match (met, within) {
                    (Set::All(_), _) => Set::EMPTY,
                    (met, Set::All(_)) => Set::Posting(&self.live).without(&met),
                    (met, within) => within.without(&met),
                })
            }
        }
    }

    /// The parts whose documents the index keeps as a set, as these sets, and the other parts.
    fn kept<'a, 'c>(
        &'a self,
        parts: &'c [Condition],
        levels: usize,
    ) -> Result<(Vec<Set<'a>>, Vec<&'c Condition>), QueryError> {
        let (mut kept, mut rest) = (Vec::new(), Vec::new());
        if levels == 0 && !parts.is_empty() {
            return Err(QueryError::TooDeep);
        }
        for part in parts {
            match part {
                Condition::Owner(owners) => kept.push(self.owned_by(owners)),
                Condition::Department(departments) => kept.push(self.in_departments(departments)),
                Condition::Choice(field, codes) => kept.push(self.having(*field, codes)?),
                other => rest.push(other),
            }
        }
        Ok((kept, rest))
    }

    fn owned_by(&self, owners: &[Option<Id>]) -> Set<'_> {
        any(owners.iter().map(|owner| self.owners.set(owner.as_ref())))
    }

    fn in_departments(&self, departments: &[Option<Id>]) -> Set<'_> {
        let sets = departments.iter();
        any(sets.map(|department| self.departments.set(department.as_ref())))
    }

    fn having(&self, field: FieldId, codes: &[Option<String>]) -> Result<Set<'_>, QueryError> {
        let FieldId::Choice(n) = field else {
            return Err(QueryError::NotFilterable);
        };
        let choice = self
            .choices
            .get(usize::from(n))
            .ok_or(QueryError::NotFilterable)?;
        Ok(any(codes.iter().map(|code| choice.set(code.as_deref()))))
    }

    /// The documents of a set whose number lies in a range.
    fn ranging<'a>(&'a self, within: Set<'a>, range: &RangeFilter) -> Result<Set<'a>, QueryError> {
        if !self.schema.is_number(range.field) {
            return Err(QueryError::NotFilterable);
        }
        let (from, to) = (range.from.unwrap_or(i64::MIN), range.to.unwrap_or(i64::MAX));
        let few = match self.orders.iter().find(|order| order.field == range.field) {
            Some(order) => order.range(&self.table, from, to, self.live.len() / FEW),
            None => None,
        };
        Ok(match (few, within) {
            (Some(few), within) => Set::all_of(vec![Set::of_list(few), within]),
            (None, Set::All(_)) => self.scan(Set::Posting(&self.live), range.field, from, to),
            (None, within) => self.scan(within, range.field, from, to),
        })
    }

    fn scan<'a>(&'a self, within: Set<'a>, field: FieldId, from: i64, to: i64) -> Set<'a> {
        within.filter(|slot| {
            self.table
                .number(slot, field)
                .is_some_and(|value| from <= value && value <= to)
        })
    }
}
