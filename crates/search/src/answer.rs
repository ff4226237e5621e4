//! Answering: scope, filters, text, then one page in order.

use crate::cursor::Cursor;
use crate::find::Finder;
use crate::index::Index;
use crate::order::Place;
use crate::pager::List;
use crate::query::{
    Filters, Hit, MarkedReach, Page, Query, QueryError, Scope, ScopeTerm, Sort, Within,
};
use crate::schema::FieldId;
use crate::set::Set;

/// The order of best matches within a class, and of lists without any other.
const BY_NAME: Sort = Sort {
    field: FieldId::Text(0),
    descending: false,
};

/// A range that holds less than this part of all customers is read off its order.
const FEW: usize = 64;

impl Index {
    /// Answers a query. What the scope does not allow is neither given nor counted.
    ///
    /// # Errors
    /// When the sort or a filter names a field that has none, or the cursor belongs to another order.
    pub fn query(&self, query: &Query) -> Result<Page, QueryError> {
        let text = query
            .text
            .as_ref()
            .filter(|text| !text.text.trim().is_empty());
        let ranked = query.sort.is_none() && text.is_some();
        let sort = query.sort.unwrap_or(BY_NAME);
        let order = self
            .orders
            .iter()
            .find(|order| order.field == sort.field)
            .ok_or(QueryError::NotSortable)?;
        let cursor = query.cursor.as_ref();
        if cursor.is_some_and(|cursor| cursor.sort != sort || cursor.class.is_some() != ranked) {
            return Err(QueryError::CursorMismatch);
        }

        let base = self.base(&query.scope, &query.filters)?;
        let also = query.also.iter().map(|scope| self.within(scope));
        let base = Set::all_of(also.chain([base]).collect());
        let found = match text {
            None => base.share(),
            Some(text) => self.finder(&base).all(text),
        };
        let total = found.len() as u64;
        let classes = match text.filter(|_| ranked && total > 0 && query.limit > 0) {
            Some(text) => self.finder(&found).classes(text),
            None => vec![found.share()],
        };

        let list = List {
            table: &self.table,
            order,
            descending: sort.descending,
            live: self.live.len(),
        };
        let from = cursor.and_then(|cursor| cursor.class).unwrap_or(0);
        let mut hits: Vec<(u8, u32)> = Vec::new();
        let mut slots = Vec::new();
        // One more than asked for tells whether there is a next page.
        let wanted = if query.limit == 0 {
            0
        } else {
            query.limit.saturating_add(1)
        };
        for (class, set) in (0u8..).zip(&classes).skip(usize::from(from)) {
            let after = cursor.filter(|_| class == from).map(|cursor| &cursor.place);
            slots.clear();
            list.take(set, after, wanted - hits.len(), &mut slots);
            hits.extend(slots.iter().map(|slot| (class, *slot)));
        }
        let more = hits.len() > query.limit;
        hits.truncate(query.limit);
        let next = hits.last().filter(|_| more).map(|(class, slot)| Cursor {
            sort,
            class: ranked.then_some(*class),
            place: Place {
                key: self.table.key(*slot, sort.field),
                id: self.table.ids[*slot as usize],
            },
        });
        Ok(Page {
            hits: hits
                .iter()
                .filter_map(|(_, slot)| self.hit(*slot))
                .collect(),
            next,
            total,
        })
    }

    /// How many customers have each code of a choice field, within scope and filters. Codes nobody has are left out.
    ///
    /// # Errors
    /// When the field is not a choice field, or a filter names a field that has none.
    pub fn facets(
        &self,
        scope: &Scope,
        filters: &Filters,
        field: FieldId,
    ) -> Result<Vec<(String, u64)>, QueryError> {
        let FieldId::Choice(n) = field else {
            return Err(QueryError::NotFilterable);
        };
        let choice = self
            .choices
            .get(usize::from(n))
            .ok_or(QueryError::NotFilterable)?;
        let base = self.base(scope, filters)?;
        let counts = choice.iter().map(|(code, set)| {
            let count = Set::all_of(vec![base.share(), Set::Posting(set)]).len();
            (code.clone(), count as u64)
        });
        Ok(counts.filter(|(_, count)| *count > 0).collect())
    }

    /// How many customers scope and filters let through.
    ///
    /// # Errors
    /// When a filter names a field that has none.
    pub fn count(&self, scope: &Scope, filters: &Filters) -> Result<u64, QueryError> {
        Ok(self.base(scope, filters)?.len() as u64)
    }

    fn finder<'a>(&'a self, base: &'a Set<'a>) -> Finder<'a> {
        Finder {
            postings: &self.postings,
            table: &self.table,
            base,
        }
    }

    fn hit(&self, slot: u32) -> Option<Hit> {
        let at = slot as usize;
        let row = self.table.rows[at].clone()?;
        Some(Hit {
            id: self.table.ids[at],
            version: self.table.versions[at],
            mark: *self.marks.key(self.table.marks[at])?,
            row,
        })
    }

    fn base(&self, scope: &Scope, filters: &Filters) -> Result<Set<'_>, QueryError> {
        let mut sets = vec![self.within(scope)];
        if let Some(owners) = &filters.owners {
            sets.push(any(owners
                .iter()
                .map(|owner| self.owners.set(owner.as_ref()))));
        }
        if let Some(departments) = &filters.departments {
            sets.push(any(departments
                .iter()
                .map(|department| self.departments.set(department.as_ref()))));
        }
        for (field, codes) in &filters.choices {
            let FieldId::Choice(n) = field else {
                return Err(QueryError::NotFilterable);
            };
            let choice = self
                .choices
                .get(usize::from(*n))
                .ok_or(QueryError::NotFilterable)?;
            sets.push(any(codes.iter().map(|code| choice.set(code.as_deref()))));
        }
        let mut base = Set::all_of(sets);
        for range in &filters.ranges {
            let known = match range.field {
                FieldId::Number(n) => usize::from(n) < self.schema.numbers.len(),
                FieldId::CreatedAt | FieldId::UpdatedAt => true,
                FieldId::Text(_) | FieldId::Choice(_) => false,
            };
            if !known {
                return Err(QueryError::NotFilterable);
            }
            let (from, to) = (range.from.unwrap_or(i64::MIN), range.to.unwrap_or(i64::MAX));
            let few = match self.orders.iter().find(|order| order.field == range.field) {
                Some(order) => order.range(&self.table, from, to, self.live.len() / FEW),
                None => None,
            };
            base = match (few, base) {
                (Some(few), base) => Set::all_of(vec![Set::of_list(few), base]),
                (None, Set::All(_)) => self.scan(Set::Posting(&self.live), range.field, from, to),
                (None, base) => self.scan(base, range.field, from, to),
            };
        }
        Ok(base)
    }

    fn within(&self, scope: &Scope) -> Set<'_> {
        match scope {
            Scope::Nothing => Set::EMPTY,
            Scope::All => Set::All(self.live.len()),
            Scope::Any(terms) => Set::any_of(terms.iter().map(|term| self.term(*term)).collect()),
            Scope::Marked(reaches) => {
                Set::any_of(reaches.iter().map(|reach| self.reached(reach)).collect())
            }
        }
    }

    fn reached(&self, reach: &MarkedReach) -> Set<'_> {
        let related = match reach.within {
            None => self.related(reach),
            Some(within) => Set::all_of(vec![self.confined(within), self.related(reach)]),
        };
        match &reach.marks {
            None => related,
            Some(marks) => {
                let marked = any(marks.iter().map(|mark| self.marks.set(Some(mark))));
                Set::all_of(vec![related, marked])
            }
        }
    }

    fn confined(&self, within: Within) -> Set<'_> {
        match within {
            Within::Customer(id) => Set::of_list(self.slot(&id).into_iter().collect()),
            Within::Department(id) => self.term(ScopeTerm::Department(id)),
        }
    }

    /// The four parts do not overlap: what is one's own is in no department's part.
    fn related(&self, reach: &MarkedReach) -> Set<'_> {
        let own = || {
            reach
                .owner
                .map_or(Set::EMPTY, |id| self.term(ScopeTerm::Owner(id)))
        };
        let department = reach.department.map(ScopeTerm::Department);
        let below = reach
            .below
            .iter()
            .filter(|id| reach.department.as_ref() != Some(*id))
            .map(|id| ScopeTerm::Department(*id));
        let of = |terms: &mut dyn Iterator<Item = ScopeTerm>| {
            Set::any_of(terms.map(|term| self.term(term)).collect())
        };
        let [o, d, b, e] = reach.reached;
        if reach.reached == [true; 4] {
            return Set::All(self.live.len());
        }
        let reached_departments = of(&mut department
            .filter(|_| d)
            .into_iter()
            .chain(below.clone().filter(|_| b)));
        let inner = if o {
            Set::any_of(vec![own(), reached_departments])
        } else {
            reached_departments.without(&own())
        };
        if !e {
            return inner;
        }
        let near = Set::any_of(vec![own(), of(&mut department.into_iter().chain(below))]);
        Set::any_of(vec![inner, Set::Posting(&self.live).without(&near)])
    }

    fn scan<'a>(&'a self, base: Set<'a>, field: FieldId, from: i64, to: i64) -> Set<'a> {
        base.filter(|slot| {
            self.table
                .number(slot, field)
                .is_some_and(|value| from <= value && value <= to)
        })
    }

    fn term(&self, term: ScopeTerm) -> Set<'_> {
        let set = match term {
            ScopeTerm::Owner(id) => self.owners.set(Some(&id)),
            ScopeTerm::Department(id) => self.departments.set(Some(&id)),
        };
        set.map_or(Set::EMPTY, Set::Posting)
    }
}

fn any<'a>(sets: impl Iterator<Item = Option<&'a crate::docset::DocSet>>) -> Set<'a> {
    Set::any_of(sets.flatten().map(Set::Posting).collect())
}
