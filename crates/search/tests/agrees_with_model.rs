//! The index answers as the plainest possible one does, while customers come, change and go.
#![allow(clippy::unwrap_used)]

mod model;

use custos_search::{
    Cursor, Document, FieldId, Filters, Id, Index, IndexBuilder, MarkedReach, Query, RangeFilter,
    Scope, ScopeTerm, Sort, TextQuery, Within,
};
use model::{Model, schema};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Change {
    Upsert(Document),
    Remove(Id),
}

fn id(n: u16) -> Id {
    let mut id = [7; 16];
    id[3..5].copy_from_slice(&n.to_be_bytes());
    id
}

fn party() -> impl Strategy<Value = Option<Id>> {
    prop::option::weighted(0.8, (0u16..3).prop_map(id))
}

fn code() -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(0.8, "[a-e]")
}

fn document(ids: u16) -> impl Strategy<Value = Document> {
    // Few different characters make repeated neighbours, where grams alone cannot tell.
    let text = || {
        prop_oneof![
            "[北京重行单长女西安先abnx12 （）Ａ-]{0,9}",
            "[北重西安]{0,12}",
            "[ab重]{0,14}"
        ]
    };
    let values = (
        text(),
        text(),
        code(),
        code(),
        prop::option::weighted(0.7, -3i64..4),
    );
    let phones = prop::collection::vec("1[0-9]{3}(1111|0012|2b34|21)", 0..3);
    (
        0..ids,
        0i64..6,
        party(),
        party(),
        0i64..5,
        0i64..5,
        values,
        phones,
    )
        .prop_map(
            |(
                n,
                version,
                owner,
                department,
                created_at,
                updated_at,
                (name, contact, level, industry, amount),
                phones,
            )| Document {
                id: id(n),
                version,
                mark: u32::from(n) % 3 + u32::try_from(version).unwrap() % 2,
                owner,
                department,
                created_at,
                updated_at,
                texts: vec![name, contact, String::new()],
                choices: vec![level, industry],
                numbers: vec![amount],
                phones,
                row: n.to_be_bytes().to_vec().into(),
            },
        )
}

fn change(ids: u16) -> impl Strategy<Value = Change> {
    prop_oneof![
        5 => document(ids).prop_map(Change::Upsert),
        1 => (0..ids).prop_map(|n| Change::Remove(id(n))),
    ]
}

fn reach() -> impl Strategy<Value = MarkedReach> {
    let marks = prop::option::of(prop::collection::vec(0u32..5, 0..4));
    let below = prop::collection::vec((0u16..4).prop_map(id), 0..3);
    let within = prop::option::weighted(
        0.3,
        prop_oneof![
            (0u16..8).prop_map(|n| Within::Customer(id(n))),
            (0u16..4).prop_map(|n| Within::Department(id(n))),
        ],
    );
    (marks, party(), party(), below, within, any::<[bool; 4]>()).prop_map(
        |(marks, owner, department, below, within, reached)| MarkedReach {
            marks,
            owner,
            department,
            below,
            within,
            reached,
        },
    )
}

fn scope() -> impl Strategy<Value = Scope> {
    let term = prop_oneof![
        (0u16..4).prop_map(|n| ScopeTerm::Owner(id(n))),
        (0u16..4).prop_map(|n| ScopeTerm::Department(id(n))),
    ];
    prop_oneof![
        1 => Just(Scope::Nothing),
        6 => Just(Scope::All),
        6 => prop::collection::vec(term, 0..4).prop_map(Scope::Any),
        6 => prop::collection::vec(reach(), 0..3).prop_map(Scope::Marked),
    ]
}

fn filters() -> impl Strategy<Value = Filters> {
    let parties = || prop::option::weighted(0.2, prop::collection::vec(party(), 0..3));
    let choice = (0u16..2, prop::collection::vec(code(), 0..3))
        .prop_map(|(n, codes)| (FieldId::Choice(n), codes));
    let field = prop_oneof![
        Just(FieldId::Number(0)),
        Just(FieldId::CreatedAt),
        Just(FieldId::UpdatedAt)
    ];
    let range = (
        field,
        prop::option::of(-3i64..4),
        prop::option::of(-1i64..5),
    )
        .prop_map(|(field, from, to)| RangeFilter { field, from, to });
    (
        parties(),
        parties(),
        prop::collection::vec(choice, 0..2),
        prop::collection::vec(range, 0..2),
    )
        .prop_map(|(owners, departments, choices, ranges)| Filters {
            owners,
            departments,
            choices,
            ranges,
        })
}

fn text() -> impl Strategy<Value = Option<TextQuery>> {
    let part = prop_oneof![
        "[北京重行单长女西安先]{1,3}",
        "(bei|jing|zhong|chong|xing|hang|dan|shan|zhang|nv|nu|xi|an|xian){1,3}[bjzxsn]?",
        "[bjzcxhdsna12]{1,4}",
        "[北重西安]{3,5}",
        "[bzxa]{4,6}",
        "[ab]{4,7}",
        "(bei|zhong|chong|xi|an){3,4}",
        "[北京重行abjx（ Ａ]{1,4}",
        Just("1111".to_owned()),
        Just(" -".to_owned()),
    ];
    let query = (prop::collection::vec(part, 1..3), any::<[bool; 2]>()).prop_map(
        |(parts, [other_texts, phones])| TextQuery {
            text: parts.join(" "),
            other_texts,
            phones,
        },
    );
    prop::option::weighted(0.7, query)
}

fn sort() -> impl Strategy<Value = Option<Sort>> {
    let fields = vec![
        FieldId::Text(0),
        FieldId::Text(1),
        FieldId::Choice(0),
        FieldId::Choice(1),
        FieldId::Number(0),
        FieldId::CreatedAt,
        FieldId::UpdatedAt,
    ];
    prop::option::of(
        (prop::sample::select(fields), any::<bool>())
            .prop_map(|(field, descending)| Sort { field, descending }),
    )
}

fn query() -> impl Strategy<Value = Query> {
    let also = prop::collection::vec(scope(), 0..2);
    (scope(), also, filters(), text(), sort(), 1usize..12).prop_map(
        |(scope, also, filters, text, sort, limit)| Query {
            scope,
            also,
            filters,
            text,
            sort,
            cursor: None,
            limit,
        },
    )
}

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
        let mut model = Model::default();
        let mut builder = IndexBuilder::new(schema());
        for document in &built {
            builder.push(document).unwrap();
            model.upsert(document);
        }
        let mut index = builder.finish().unwrap();
        for (changes, query) in &steps {
            changes.iter().for_each(|change| apply(&mut index, &mut model, change));
            agree(&mut index, &model, query);
            let facets: BTreeMap<String, u64> =
                index.facets(&query.scope, &query.filters, FieldId::Choice(0)).unwrap().into_iter().collect();
            prop_assert_eq!(facets, model.facets(&query.scope, &query.filters));
            let counted = Query { text: None, also: Vec::new(), ..query.clone() };
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
    fn large_sets_agree_too(documents in prop::collection::vec(document(u16::MAX), 200), queries in prop::collection::vec(query(), 12)) {
        let (mut index, mut model) = (Index::new(schema()), Model::default());
        for (n, document) in (0u16..5_000).zip(documents.iter().cycle()) {
            let other = &documents[usize::from(n / 7) % documents.len()];
            let document = Document { id: id(n), owner: other.owner, numbers: other.numbers.clone(), ..document.clone() };
            apply(&mut index, &mut model, &Change::Upsert(document));
        }
        for n in (0..5_000).step_by(13) {
            apply(&mut index, &mut model, &Change::Remove(id(n)));
        }
        for query in &queries {
            agree(&mut index, &model, &Query { limit: 700, ..query.clone() });
        }
    }
}
