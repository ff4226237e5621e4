//! The index in its plainest form: every question is a scan over all customers and a sort.

pub mod given;
mod text;
mod totals;

use custos_search::{
    Document, FieldId, Filters, Id, IndexSchema, Query, Scope, ScopeTerm, TextQuery, Within,
};
use std::cmp::Ordering;
use std::collections::BTreeMap;

pub use text::{Pieces, fold, joined, pieces};

pub fn schema() -> IndexSchema {
    IndexSchema::new("name")
        .text("contact_name", true, true)
        .text("city", false, false)
        .choice("level", &["a", "b", "c"], true)
        .choice("industry", &[], true)
        .number("amount", true)
        .number("due", false)
}

/// Customers by id.
#[derive(Default, Clone)]
pub struct Model(pub BTreeMap<Id, Document>);

impl Model {
    pub fn upsert(&mut self, document: &Document) {
        let older = self
            .0
            .get(&document.id)
            .is_some_and(|known| document.version < known.version);
        if !older {
            self.0.insert(document.id, document.clone());
        }
    }

    /// All customers a query finds, in order.
    pub fn list(&self, query: &Query) -> Vec<&Document> {
        let text = query
            .text
            .as_ref()
            .filter(|text| !text.text.trim().is_empty());
        let mut found: Vec<(u8, &Document)> = self
            .0
            .values()
            .filter(|d| {
                allowed(d, &query.scope)
                    && query.also.iter().all(|scope| allowed(d, scope))
                    && passes(d, &query.filters)
                    && query
                        .condition
                        .as_ref()
                        .is_none_or(|condition| totals::meets(d, condition))
                    && text.is_none_or(|text| has_words(d, text))
            })
            .map(|d| {
                (
                    text.filter(|_| query.sort.is_none())
                        .map_or(0, |text| class(d, text)),
                    d,
                )
            })
            .collect();
        let (field, descending) = query.sort.map_or((FieldId::Text(0), false), |sort| {
            (sort.field, sort.descending)
        });
        found.sort_by(|(class_a, a), (class_b, b)| {
            class_a
                .cmp(class_b)
                .then_with(|| compare(a, b, field, descending))
        });
        found.into_iter().map(|(_, d)| d).collect()
    }

    pub fn facets(&self, scope: &Scope, filters: &Filters) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for d in self
            .0
            .values()
            .filter(|d| allowed(d, scope) && passes(d, filters))
        {
            if let Some(code) = &d.choices[0] {
                *counts.entry(code.clone()).or_default() += 1;
            }
        }
        counts
    }
}

fn allowed(d: &Document, scope: &Scope) -> bool {
    match scope {
        Scope::Nothing => false,
        Scope::All => true,
        Scope::Any(terms) => terms.iter().any(|term| match term {
            ScopeTerm::Owner(id) => d.owner.as_ref() == Some(id),
            ScopeTerm::Department(id) => d.department.as_ref() == Some(id),
        }),
        Scope::Marked(reaches) => reaches.iter().any(|reach| {
            let part = if d.owner.is_some() && d.owner == reach.owner {
                0
            } else if d.department.is_some() && d.department == reach.department {
                1
            } else if d.department.is_some_and(|id| reach.below.contains(&id)) {
                2
            } else {
                3
            };
            let marked = reach
                .marks
                .as_ref()
                .is_none_or(|marks| marks.contains(&d.mark));
            let within = match reach.within {
                None => true,
                Some(Within::Customer(id)) => d.id == id,
                Some(Within::Department(id)) => d.department == Some(id),
            };
            marked && within && reach.reached[part]
        }),
    }
}

fn passes(d: &Document, filters: &Filters) -> bool {
    filters
        .owners
        .as_ref()
        .is_none_or(|list| list.contains(&d.owner))
        && filters
            .departments
            .as_ref()
            .is_none_or(|list| list.contains(&d.department))
        && filters.choices.iter().all(|(field, codes)| match field {
            FieldId::Choice(n) => codes.contains(&d.choices[usize::from(*n)]),
            _ => false,
        })
        && filters.ranges.iter().all(|range| {
            number(d, range.field).is_some_and(|v| {
                range.from.is_none_or(|f| f <= v) && range.to.is_none_or(|t| v <= t)
            })
        })
}

fn number(d: &Document, field: FieldId) -> Option<i64> {
    match field {
        FieldId::CreatedAt => Some(d.created_at),
        FieldId::UpdatedAt => Some(d.updated_at),
        FieldId::Number(n) => d.numbers[usize::from(n)],
        FieldId::Choice(0) => d.choices[0]
            .as_ref()
            .map(|code| ["a", "b", "c"].iter().position(|c| c == code).unwrap_or(3) as i64),
        FieldId::Choice(_) => d.choices[1].as_ref().map(|_| 0),
        FieldId::Text(_) => None,
    }
}

fn compare(a: &Document, b: &Document, field: FieldId, descending: bool) -> Ordering {
    let turn = |order: Ordering| if descending { order.reverse() } else { order };
    let (empty_a, empty_b, by_key) = match field {
        FieldId::Text(n) => {
            let (a, b) = (
                fold(&a.texts[usize::from(n)]),
                fold(&b.texts[usize::from(n)]),
            );
            (
                a.is_empty(),
                b.is_empty(),
                text::sort_key(&a).cmp(&text::sort_key(&b)),
            )
        }
        other => {
            let (a, b) = (number(a, other), number(b, other));
            (a.is_none(), b.is_none(), a.cmp(&b))
        }
    };
    empty_a
        .cmp(&empty_b)
        .then_with(|| turn(by_key.then_with(|| a.id.cmp(&b.id))))
}

fn has_words(d: &Document, query: &TextQuery) -> bool {
    let words: Vec<Pieces> = query
        .text
        .split_whitespace()
        .map(pieces)
        .filter(|p| !p.is_empty())
        .collect();
    !words.is_empty()
        && words.iter().all(|word| {
            let last_four =
                query.phones && d.phones.iter().any(|phone| phone.ends_with(&joined(word)));
            text::contains(&d.texts[0], word)
                || (query.other_texts && text::contains(&d.texts[1], word))
                || (last_four
                    && joined(word).len() == 4
                    && joined(word).bytes().all(|b| b.is_ascii_digit()))
        })
}

fn class(d: &Document, query: &TextQuery) -> u8 {
    let whole = pieces(&query.text);
    let name = &d.texts[0];
    if text::begins(name, &whole) {
        0
    } else if text::contains(name, &whole) {
        1
    } else if query
        .text
        .split_whitespace()
        .map(pieces)
        .all(|word| text::contains(name, &word))
    {
        2
    } else {
        3
    }
}
