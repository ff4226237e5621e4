//! Answering: scope, filters, text, then one page in order.

use crate::condition::Condition;
use crate::cursor::Cursor;
use crate::find::Finder;
use crate::index::Index;
use crate::order::Place;
use crate::pager::List;
use crate::query::{Filters, Hit, Page, Query, QueryError, Scope, Sort};
use crate::schema::{FieldId, Id};
use crate::set::Set;

/// The order of best matches within a class, and of lists without any other.
const BY_NAME: Sort = Sort {
    field: FieldId::Text(0),
    descending: false,
};

impl Index {
    /// Answers a query. What the scope does not allow is neither given nor counted.
    ///
    /// # Errors
    /// When the sort or a filter names a field that has none, or the cursor belongs to another order.
    pub fn query(&self, query: &Query) -> Result<Page, QueryError> {
        let text = query.text.as_ref().filter(|text| !text.is_blank());
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

        let base = self.base(
            &query.scope,
            &query.also,
            &query.filters,
            query.condition.as_ref(),
        )?;
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

    /// What a page would give of one document, such as the name of what another one refers to; none if it is not in the
    /// index. Asks for no scope: see [`Index::within`].
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<Hit> {
        self.slot(id).and_then(|slot| self.hit(slot))
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
        let base = self.base(scope, &[], filters, None)?;
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
        Ok(self.base(scope, &[], filters, None)?.len() as u64)
    }

    pub(crate) fn finder<'a>(&'a self, base: &'a Set<'a>) -> Finder<'a> {
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

    /// What a question is about, before its text: scopes, filters, conditions.
    pub(crate) fn base(
        &self,
        scope: &Scope,
        also: &[Scope],
        filters: &Filters,
        condition: Option<&Condition>,
    ) -> Result<Set<'_>, QueryError> {
        let base = self.filtered(self.allowed(scope), filters)?;
        let also = also.iter().map(|scope| self.allowed(scope));
        let base = Set::all_of(also.chain([base]).collect());
        match condition {
            None => Ok(base),
            Some(condition) => self.meeting(base, condition),
        }
    }
}
