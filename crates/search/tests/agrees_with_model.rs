//! The index answers as the plainest possible one does, while customers come, change and go.
#![allow(clippy::unwrap_used)]

mod model;

use custos_search::{
    Condition, Cursor, Document, FieldId, Grouping, Id, Index, IndexBuilder, Period, Query,
    QueryError, RangeFilter, Scope, TimeUnit, TotalsQuery,
};
use model::given::{Change, change, document, id, query, scope, totals_query};
use model::{Model, schema};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn apply(index: &mut Index, model: &mut Model, change: &Change) {
    match change {
        Change::Upsert(document) => {
            index.upsert(document).unwrap();
            model.upsert(document);
        }
        Change::Remove(id) => {
            assert_eq!(index.remove(id), model.0.remove(id).is_some());
        }
    }
}

fn built_of(documents: &[Document]) -> (Index, Model) {
    let mut model = Model::default();
    let mut builder = IndexBuilder::new(schema());
    for document in documents {
        builder.push(document).unwrap();
        model.upsert(document);
    }
    (builder.finish().unwrap(), model)
}

/// Walks all pages, passing each cursor through bytes; `between` may change the index.
fn walk(index: &mut Index, query: &Query, mut between: impl FnMut(&mut Index)) -> Vec<Id> {
    let mut query = query.clone();
    let mut seen = Vec::new();
    loop {
        let page = index.query(&query).unwrap();
        assert!(
            page.hits.len() <= query.limit
                && (page.next.is_none() || page.hits.len() == query.limit)
        );
        seen.extend(page.hits.iter().map(|hit| hit.id));
        let Some(next) = page.next else { return seen };
        query.cursor = Some(Cursor::from_bytes(&next.to_bytes()).unwrap());
        between(index);
    }
}

fn agree(index: &mut Index, model: &Model, query: &Query) {
    let expected: Vec<&Document> = model.list(query);
    let page = index.query(query).unwrap();
    assert_eq!(page.total, expected.len() as u64, "{query:?}");
    for (hit, document) in page.hits.iter().zip(&expected) {
        assert_eq!(
            (hit.id, hit.version, &hit.row),
            (document.id, document.version, &document.row),
            "{query:?}"
        );
    }
    let ids: Vec<Id> = expected.iter().map(|document| document.id).collect();
    assert_eq!(walk(index, query, |_| {}), ids, "{query:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn queries_agree_while_customers_come_change_and_go(
        built in prop::collection::vec(document(60), 0..60),
        steps in prop::collection::vec((prop::collection::vec(change(60), 0..20), query()), 1..12),
    ) {
        let (mut index, mut model) = built_of(&built);
        for (changes, query) in &steps {
            changes.iter().for_each(|change| apply(&mut index, &mut model, change));
            agree(&mut index, &model, query);
            let facets: BTreeMap<String, u64> =
                index.facets(&query.scope, &query.filters, FieldId::Choice(0)).unwrap().into_iter().collect();
            prop_assert_eq!(facets, model.facets(&query.scope, &query.filters));
            let counted = Query { text: None, also: Vec::new(), condition: None, ..query.clone() };
            prop_assert_eq!(index.count(&query.scope, &query.filters).unwrap(), model.list(&counted).len() as u64);
        }
        prop_assert_eq!(index.stats().documents, model.0.len() as u64);
        for id in model.0.keys() {
            prop_assert_eq!(index.version(id), Some(model.0[id].version));
            prop_assert!(index.remove(id));
        }
        prop_assert_eq!(index.stats().documents, 0);
    }

    #[test]
    fn totals_agree_while_documents_come_change_and_go(
        built in prop::collection::vec(document(60), 0..60),
        steps in prop::collection::vec((prop::collection::vec(change(60), 0..20), totals_query()), 1..12),
    ) {
        let (mut index, mut model) = built_of(&built);
        for (changes, query) in &steps {
            changes.iter().for_each(|change| apply(&mut index, &mut model, change));
            let totals = index.totals(query).unwrap();
            prop_assert_eq!(&totals, &model.totals(query), "{:?}", query);
            // As many groups as there are fit, one less does not.
            let groups = totals.groups.len();
            let limited = |limit| index.totals(&TotalsQuery { limit, ..query.clone() });
            prop_assert_eq!(limited(groups), Ok(totals));
            if groups > 0 {
                prop_assert_eq!(limited(groups - 1), Err(QueryError::TooManyGroups));
            }
        }
    }

    #[test]
    fn one_document_is_what_lists_say_of_it(
        built in prop::collection::vec(document(60), 0..60),
        changes in prop::collection::vec(change(60), 0..40),
        scope in scope(),
    ) {
        let (mut index, mut model) = built_of(&built);
        changes.iter().for_each(|change| apply(&mut index, &mut model, change));
        let listed = index.query(&Query { scope: scope.clone(), limit: 100, ..Query::default() }).unwrap();
        for n in 0..60 {
            let id = id(n);
            let hit = index.get(&id);
            prop_assert_eq!(
                hit.as_ref().map(|hit| (hit.id, hit.version, hit.mark, &hit.row)),
                model.0.get(&id).map(|d| (d.id, d.version, d.mark, &d.row))
            );
            let in_list = listed.hits.iter().find(|listed| listed.id == id);
            prop_assert_eq!(in_list, hit.as_ref().filter(|_| index.within(&id, &scope)));
            prop_assert_eq!(index.within(&id, &scope), model.within(&id, &scope));
        }
    }

    #[test]
    fn pages_neither_lose_nor_repeat_customers_that_stay(
        documents in prop::collection::vec(document(80), 20..80),
        changes in prop::collection::vec(change(120), 0..60),
        query in query(),
    ) {
        let (mut index, mut model) = (Index::new(schema()), Model::default());
        for document in documents {
            apply(&mut index, &mut model, &Change::Upsert(document));
        }
        let before = model.clone();
        let mut pending = changes.chunks(5);
        let seen = walk(&mut index, &query, |index| {
            pending.next().into_iter().flatten().for_each(|change| apply(index, &mut model, change));
        });
        let touched = |id: &Id| changes.iter().any(|change| match change {
            Change::Upsert(document) => document.id == *id,
            Change::Remove(removed) => removed == id,
        });
        let staying: Vec<Id> = before.list(&query).iter().map(|d| d.id).filter(|id| !touched(id)).collect();
        let seen: Vec<Id> = seen.into_iter().filter(|id| !touched(id)).collect();
        prop_assert_eq!(seen, staying);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn large_sets_agree_too(documents in prop::collection::vec(document(u16::MAX), 200), queries in prop::collection::vec(query(), 12), totals in prop::collection::vec(totals_query(), 12)) {
        let (mut index, mut model) = (Index::new(schema()), Model::default());
        for (n, document) in (0u16..5_000).zip(documents.iter().cycle()) {
            let other = &documents[usize::from(n / 7) % documents.len()];
            let document = Document { id: id(n), owner: other.owner, numbers: other.numbers.clone(), ..document.clone() };
            apply(&mut index, &mut model, &Change::Upsert(document));
        }
        for n in (0..5_000).step_by(13) {
            apply(&mut index, &mut model, &Change::Remove(id(n)));
        }
        let (all, none) = (Condition::All(vec![]), Condition::Any(vec![]));
        let not = |part: &Condition| Condition::Not(Box::new(part.clone()));
        for condition in [not(&all), not(&none), not(&not(&all)), all, none] {
            agree(&mut index, &model, &Query { scope: Scope::All, condition: Some(condition), limit: 700, ..Query::default() });
        }
        for query in &queries {
            agree(&mut index, &model, &Query { limit: 700, ..query.clone() });
        }
        for query in &totals {
            prop_assert_eq!(index.totals(query).unwrap(), model.totals(query), "{:?}", query);
        }
    }
}

/// Questions that name what is not there, wherever in the tree they do.
#[test]
fn questions_that_make_no_sense_are_refused() {
    let index = Index::new(schema());
    let ask = |condition| {
        let query = Query {
            scope: Scope::All,
            condition: Some(condition),
            ..Query::default()
        };
        index.query(&query).map(|page| page.total)
    };
    let deep = |levels| {
        (1..levels).fold(Condition::All(vec![]), |inner, _| {
            Condition::Not(Box::new(inner))
        })
    };
    assert_eq!(ask(deep(Condition::DEPTH)), Ok(0));
    assert_eq!(ask(deep(Condition::DEPTH + 1)), Err(QueryError::TooDeep));
    let many = |levels| {
        (1..levels).fold(Condition::Owner(vec![]), |inner, _| {
            Condition::Any(vec![inner])
        })
    };
    assert_eq!(ask(many(Condition::DEPTH)), Ok(0));
    assert_eq!(ask(many(Condition::DEPTH + 1)), Err(QueryError::TooDeep));
    let range = |field| {
        Condition::Range(RangeFilter {
            field,
            from: None,
            to: None,
        })
    };
    for wrong in [
        Condition::Choice(FieldId::Number(0), vec![]),
        Condition::Choice(FieldId::Choice(2), vec![]),
        range(FieldId::Number(2)),
        range(FieldId::Choice(0)),
        range(FieldId::Text(0)),
    ] {
        let hidden = Condition::All(vec![
            Condition::Any(vec![]),
            Condition::Not(Box::new(wrong.clone())),
        ]);
        assert_eq!(ask(wrong), Err(QueryError::NotFilterable));
        assert_eq!(ask(hidden), Err(QueryError::NotFilterable));
    }

    let totals = |groups: &[Grouping], measure| {
        index
            .totals(&TotalsQuery {
                groups: groups.to_vec(),
                measure,
                ..TotalsQuery::default()
            })
            .map(|_| ())
    };
    let calendar = |field| Grouping::Calendar {
        field,
        unit: TimeUnit::Days,
        period: Period::Day,
    };
    assert_eq!(
        totals(
            &[Grouping::Owner, Grouping::Department],
            Some(FieldId::CreatedAt)
        ),
        Ok(())
    );
    for wrong in [
        Grouping::Choice(FieldId::Choice(2)),
        Grouping::Choice(FieldId::Text(0)),
        calendar(FieldId::Number(2)),
        calendar(FieldId::Choice(0)),
    ] {
        assert_eq!(totals(&[wrong], None), Err(QueryError::NotGroupable));
    }
    assert_eq!(
        totals(&[Grouping::Owner; 3], None),
        Err(QueryError::NotGroupable)
    );
    for wrong in [FieldId::Number(2), FieldId::Choice(0), FieldId::Text(0)] {
        assert_eq!(totals(&[], Some(wrong)), Err(QueryError::NotNumber));
    }
}
