//! Counts and sums over what a question finds, by group.

use crate::calendar::{DAYS, Period, TimeUnit};
use crate::condition::Condition;
use crate::index::Index;
use crate::query::{Filters, QueryError, Scope, TextQuery};
use crate::schema::{FieldId, Id};
use crate::set::Set;
use hashbrown::HashMap;

/// Added to days, so that 0 is left for none.
const FIRST_DAY: i32 = DAYS as i32 + 32;

/// Groups whose places are at hand without a hash; a power of two.
const RECENT: usize = 1_024;
/// Spreads numbers over the top bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A question for counts and sums.
#[derive(Debug, Clone, Default)]
pub struct TotalsQuery {
    /// What may be seen at all.
    pub scope: Scope,
    /// What must be within reach besides, such as that the fields grouped by and added up are shown.
    pub also: Vec<Scope>,
    /// Conditions.
    pub filters: Filters,
    /// A tree of conditions that must hold besides.
    pub condition: Option<Condition>,
    /// Search text; blank is as good as none.
    pub text: Option<TextQuery>,
    /// By what to group; at most two.
    pub groups: Vec<Grouping>,
    /// The number field or time to add up; without it documents are only counted.
    pub measure: Option<FieldId>,
    /// Most groups there may be. A question that has more is refused, since an answer without some would be wrong.
    pub limit: usize,
}

/// What makes documents one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// The same owner, or none.
    Owner,
    /// The same department, or none.
    Department,
    /// The same code of a choice field, or no value.
    Choice(FieldId),
    /// The same part of the calendar, or no value.
    Calendar {
        /// A number field, `CreatedAt` or `UpdatedAt`.
        field: FieldId,
        /// What its values count. Values some ten thousand years away count as none.
        unit: TimeUnit,
        /// The part.
        period: Period,
    },
}

/// What the documents of a group share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKey {
    /// Owner or department.
    Id(Id),
    /// Code of a choice field.
    Code(String),
    /// First day of a part of the calendar, in days since 1970-01-01.
    Day(i32),
}

/// Count and sums of some documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// How many documents.
    pub count: u64,
    /// How many of them have a value to add up.
    pub valued: u64,
    /// Sum of the values. Cannot overflow: fewer than 2^32 values of 64 bits.
    pub sum: i128,
    /// Smallest value.
    pub min: Option<i64>,
    /// Largest value.
    pub max: Option<i64>,
}

/// A group and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTotal {
    /// One key per grouping; `None` where the documents have no value.
    pub keys: Vec<Option<GroupKey>>,
    /// What is in it; never empty.
    pub total: Total,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Everything the question finds.
    pub all: Total,
    /// The groups that have documents: codes in the schema's order, then others by spelling; ids and days ascending;
    /// no value last. No groups without groupings.
    pub groups: Vec<GroupTotal>,
}

impl Index {
    /// Counts and adds up what a question finds. Visits each document found once; exact.
    ///
    /// # Errors
    /// When a filter, condition, grouping or the measure names a field that has none, there are more than two groupings,
    /// the tree of conditions is too deep, or there are more groups than the limit.
    pub fn totals(&self, query: &TotalsQuery) -> Result<Totals, QueryError> {
        let groupings = query.groups.iter();
        let dimensions: Vec<Dimension> = groupings
            .map(|grouping| self.dimension(*grouping))
            .collect::<Result<_, _>>()?;
        if dimensions.len() > 2 {
            return Err(QueryError::NotGroupable);
        }
        if query
            .measure
            .is_some_and(|field| !self.schema.is_number(field))
        {
            return Err(QueryError::NotNumber);
        }
        let base = self.base(
            &query.scope,
            &query.also,
            &query.filters,
            query.condition.as_ref(),
        )?;
        let found = match query.text.as_ref().filter(|text| !text.is_blank()) {
            None => base.share(),
            Some(text) => self.finder(&base).all(text),
        };
        let found = match found {
            Set::All(_) => Set::Posting(&self.live),
            found => found,
        };
        let value = |slot| {
            query
                .measure
                .and_then(|field| self.table.number(slot, field))
        };
        let groups = match dimensions.as_slice() {
            [] => {
                let mut all = Sums::default();
                found.for_each(|slot| all.add(value(slot)));
                return Ok(Totals {
                    all: all.total(),
                    groups: Vec::new(),
                });
            }
            [by] => self.grouped(&found, query.limit, value, |slot| {
                u64::from(by.number(self, slot))
            }),
            [first, second, ..] => self.grouped(&found, query.limit, value, |slot| {
                u64::from(first.number(self, slot)) << 32 | u64::from(second.number(self, slot))
            }),
        }?;
        Ok(self.named(&dimensions, groups))
    }

    fn dimension(&self, grouping: Grouping) -> Result<Dimension, QueryError> {
        match grouping {
            Grouping::Owner => Ok(Dimension::Owner),
            Grouping::Department => Ok(Dimension::Department),
            Grouping::Choice(FieldId::Choice(n)) if usize::from(n) < self.choices.len() => {
                Ok(Dimension::Choice(usize::from(n)))
            }
            Grouping::Calendar {
                field,
                unit,
                period,
            } if self.schema.is_number(field) => Ok(Dimension::Calendar(field, unit, period)),
            Grouping::Choice(_) | Grouping::Calendar { .. } => Err(QueryError::NotGroupable),
        }
    }

    /// Adds up by the numbers of groups.
    fn grouped(
        &self,
        found: &Set<'_>,
        limit: usize,
        value: impl Fn(u32) -> Option<i64>,
        number: impl Fn(u32) -> u64,
    ) -> Result<Vec<(u64, Sums)>, QueryError> {
        let mut places: HashMap<u64, usize> = HashMap::new();
        let mut groups: Vec<(u64, Sums)> = Vec::new();
        // Places looked up last, by the top bits of a product: most documents find theirs here.
        let mut recent = [(u64::MAX, 0); RECENT];
        found.for_each(|slot| {
            // Past the limit the answer is a refusal.
            if groups.len() > limit {
                return;
            }
            let number = number(slot);
            let at = (number.wrapping_mul(SPREAD) >> (64 - RECENT.ilog2())) as usize;
            if recent[at].0 != number {
                let place = *places.entry(number).or_insert(groups.len());
                if place == groups.len() {
                    groups.push((number, Sums::default()));
                }
                recent[at] = (number, place);
            }
            groups[recent[at].1].1.add(value(slot));
        });
        if groups.len() > limit {
            return Err(QueryError::TooManyGroups);
        }
        Ok(groups)
    }

    /// The answer from groups by number.
    fn named(&self, dimensions: &[Dimension], groups: Vec<(u64, Sums)>) -> Totals {
        let mut all = Sums::default();
        let mut named: Vec<(Vec<Placed>, Sums)> = Vec::with_capacity(groups.len());
        for (number, sums) in groups {
            all.join(&sums);
            let numbers = [(number >> 32) as u32, number as u32];
            let numbers = &numbers[2 - dimensions.len()..];
            let keys = dimensions.iter().zip(numbers);
            named.push((
                keys.map(|(by, number)| by.key(self, *number)).collect(),
                sums,
            ));
        }
        named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let groups = named.into_iter().map(|(keys, sums)| GroupTotal {
            keys: keys.into_iter().map(|(_, key)| key).collect(),
            total: sums.total(),
        });
        Totals {
            all: all.total(),
            groups: groups.collect(),
        }
    }
}

/// A key after the place its kind has among the groups.
type Placed = (u32, Option<GroupKey>);

/// A grouping of fields there are. Each document has a number in it, 0 for no value.
enum Dimension {
    Owner,
    Department,
    Choice(usize),
    Calendar(FieldId, TimeUnit, Period),
}

impl Dimension {
    fn number(&self, index: &Index, slot: u32) -> u32 {
        let (table, at) = (&index.table, slot as usize);
        match self {
            Self::Owner => table.owners[at],
            Self::Department => table.departments[at],
            Self::Choice(n) => u32::from(table.choices[*n][at]),
            Self::Calendar(field, unit, period) => table
                .number(slot, *field)
                .and_then(|value| unit.day(value))
                .map_or(0, |day| (period.start(day) + FIRST_DAY) as u32),
        }
    }

    /// What a number stands for.
    fn key(&self, index: &Index, number: u32) -> Placed {
        let key = match self {
            Self::Owner => index.owners.key(number).map(|id| GroupKey::Id(*id)),
            Self::Department => index.departments.key(number).map(|id| GroupKey::Id(*id)),
            Self::Choice(n) => index.choices[*n].key(number).cloned().map(GroupKey::Code),
            Self::Calendar(..) => (number > 0).then(|| GroupKey::Day(number as i32 - FIRST_DAY)),
        };
        let place = match (self, &key) {
            (_, None) => u32::MAX,
            (Self::Choice(n), Some(_)) => number.min(index.table.declared(*n) + 1),
            (_, Some(_)) => 0,
        };
        (place, key)
    }
}

/// What is added up of a group.
#[derive(Clone, Copy)]
struct Sums {
    count: u64,
    valued: u64,
    sum: i128,
    min: i64,
    max: i64,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            count: 0,
            valued: 0,
            sum: 0,
            min: i64::MAX,
            max: i64::MIN,
        }
    }
}

impl Sums {
    fn add(&mut self, value: Option<i64>) {
        self.count += 1;
        if let Some(value) = value {
            self.valued += 1;
            self.sum += i128::from(value);
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.valued += other.valued;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn total(&self) -> Total {
        Total {
            count: self.count,
            valued: self.valued,
            sum: self.sum,
            min: (self.valued > 0).then_some(self.min),
            max: (self.valued > 0).then_some(self.max),
        }
    }
}
