//! Documents, changes and questions at random, few enough values that they meet.

use custos_search::{
    Condition, Document, FieldId, Filters, Grouping, Id, MarkedReach, Period, Query, RangeFilter,
    Scope, ScopeTerm, Sort, TextQuery, TimeUnit, TotalsQuery, Within,
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub enum Change {
    Upsert(Document),
    Remove(Id),
}

pub fn id(n: u16) -> Id {
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

/// Days around the turn of months and years, and what is no day.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -70i64..70,
        4 => 20_740i64..20_860,
        1 => any::<i64>().prop_map(|n| n.max(i64::MIN + 1)),
    ]
}

/// Milliseconds of few and of many days.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..5, 1 => -10_000_000_000i64..10_000_000_000]
}

pub fn document(ids: u16) -> impl Strategy<Value = Document> {
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
        prop::option::weighted(0.8, moment()),
    );
    let phones = prop::collection::vec("1[0-9]{3}(1111|0012|2b34|21)", 0..3);
    (
        0..ids,
        0i64..6,
        party(),
        party(),
        time(),
        time(),
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
                (name, contact, level, industry, amount, due),
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
                numbers: vec![amount, due],
                phones,
                row: n.to_be_bytes().to_vec().into(),
            },
        )
}

pub fn change(ids: u16) -> impl Strategy<Value = Change> {
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

pub fn scope() -> impl Strategy<Value = Scope> {
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

fn choice() -> impl Strategy<Value = (FieldId, Vec<Option<String>>)> {
    (0u16..2, prop::collection::vec(code(), 0..3))
        .prop_map(|(n, codes)| (FieldId::Choice(n), codes))
}

fn number_field() -> impl Strategy<Value = FieldId> {
    prop_oneof![
        Just(FieldId::Number(0)),
        Just(FieldId::Number(1)),
        Just(FieldId::CreatedAt),
        Just(FieldId::UpdatedAt)
    ]
}

fn range() -> impl Strategy<Value = RangeFilter> {
    (
        number_field(),
        prop::option::of(-3i64..4),
        prop::option::of(-1i64..5),
    )
        .prop_map(|(field, from, to)| RangeFilter { field, from, to })
}

fn condition() -> impl Strategy<Value = Condition> {
    let parties = || prop::collection::vec(party(), 0..3);
    let leaf = prop_oneof![
        parties().prop_map(Condition::Owner),
        parties().prop_map(Condition::Department),
        choice().prop_map(|(field, codes)| Condition::Choice(field, codes)),
        range().prop_map(Condition::Range),
    ];
    leaf.prop_recursive(4, 24, 4, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 0..4).prop_map(Condition::All),
            prop::collection::vec(part.clone(), 0..4).prop_map(Condition::Any),
            part.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

fn filters() -> impl Strategy<Value = Filters> {
    let parties = || prop::option::weighted(0.2, prop::collection::vec(party(), 0..3));
    (
        parties(),
        parties(),
        prop::collection::vec(choice(), 0..2),
        prop::collection::vec(range(), 0..2),
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

pub fn query() -> impl Strategy<Value = Query> {
    let also = prop::collection::vec(scope(), 0..2);
    let condition = prop::option::weighted(0.5, condition());
    (
        scope(),
        also,
        filters(),
        condition,
        text(),
        sort(),
        1usize..12,
    )
        .prop_map(
            |(scope, also, filters, condition, text, sort, limit)| Query {
                scope,
                also,
                filters,
                condition,
                text,
                sort,
                cursor: None,
                limit,
            },
        )
}

fn grouping() -> impl Strategy<Value = Grouping> {
    let unit = prop_oneof![
        Just(TimeUnit::Days),
        prop::sample::select(vec![0, 480, -60]).prop_map(|ahead| TimeUnit::Millis { ahead }),
    ];
    let period = prop::sample::select(vec![Period::Day, Period::Week, Period::Month]);
    prop_oneof![
        Just(Grouping::Owner),
        Just(Grouping::Department),
        (0u16..2).prop_map(|n| Grouping::Choice(FieldId::Choice(n))),
        (number_field(), unit, period).prop_map(|(field, unit, period)| Grouping::Calendar {
            field,
            unit,
            period,
        }),
    ]
}

pub fn totals_query() -> impl Strategy<Value = TotalsQuery> {
    let also = prop::collection::vec(scope(), 0..2);
    let filters = prop_oneof![2 => Just(Filters::default()), 1 => filters()];
    let text = prop_oneof![2 => Just(None), 1 => text()];
    let groups = prop::collection::vec(grouping(), 0..3);
    let condition = prop::option::of(condition());
    let measure = prop::option::weighted(0.9, number_field());
    (scope(), also, filters, condition, text, groups, measure).prop_map(
        |(scope, also, filters, condition, text, groups, measure)| TotalsQuery {
            scope,
            also,
            filters,
            condition,
            text,
            groups,
            measure,
            limit: 10_000,
        },
    )
}
