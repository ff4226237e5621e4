//! Prints what counts and sums cost, against the same answer from a plain scan over the documents:
//! `cargo run --release -p custos-search --example totals`.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs
)]

use custos_search::{
    Condition, Document, FieldId, GroupKey, Grouping, Id, Index, IndexBuilder, IndexSchema, Period,
    Query, RangeFilter, Scope, ScopeTerm, Sort, TimeUnit, Totals, TotalsQuery,
};
use std::collections::HashMap;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const STAGE: FieldId = FieldId::Choice(0);
const AMOUNT: FieldId = FieldId::Number(0);
const DUE: FieldId = FieldId::Number(1);
const STAGES: [&str; 6] = ["new", "qualified", "quoted", "negotiating", "won", "lost"];
const OWNERS: usize = 40;
const DEPARTMENTS: usize = 8;
/// Days from which documents are made and fall due, for three years.
const FIRST_DAY: i64 = 19_700;
const DAYS: usize = 1_100;
const RUNS: usize = 15;

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn id(n: usize) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id
}

fn schema() -> IndexSchema {
    IndexSchema::new("title")
        .choice("stage", &STAGES, true)
        .choice("source", &["referral", "website", "exhibition"], false)
        .number("amount", true)
        .number("due", true)
}

fn document(n: usize, random: &mut Random) -> Document {
    let at = (FIRST_DAY + random.below(DAYS) as i64) * 86_400_000;
    Document {
        id: id(n),
        version: 1,
        owner: Some(id(1_000_000 + random.below(OWNERS))),
        department: Some(id(2_000_000 + random.below(DEPARTMENTS))),
        mark: 0,
        created_at: at + random.below(86_400_000) as i64,
        updated_at: at + random.below(86_400_000) as i64,
        texts: vec![format!("商机{}", random.below(100_000))],
        choices: vec![
            Some(STAGES[random.below(STAGES.len())].to_owned()),
            (random.below(3) > 0).then(|| "website".to_owned()),
        ],
        numbers: vec![
            (random.below(10) > 0).then(|| random.below(100_000_000) as i64),
            Some(FIRST_DAY + random.below(DAYS) as i64),
        ],
        phones: Vec::new(),
        row: vec![b'x'; 200].into(),
    }
}

fn number(d: &Document, field: FieldId) -> Option<i64> {
    match field {
        FieldId::Number(n) => d.numbers[usize::from(n)],
        FieldId::CreatedAt => Some(d.created_at),
        FieldId::UpdatedAt => Some(d.updated_at),
        _ => None,
    }
}

fn meets(d: &Document, condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| meets(d, part)),
        Condition::Any(parts) => parts.iter().any(|part| meets(d, part)),
        Condition::Not(part) => !meets(d, part),
        Condition::Owner(owners) => owners.contains(&d.owner),
        Condition::Department(departments) => departments.contains(&d.department),
        Condition::Choice(FieldId::Choice(n), codes) => codes.contains(&d.choices[usize::from(*n)]),
        Condition::Choice(..) => false,
        Condition::Range(range) => number(d, range.field).is_some_and(|value| {
            range.from.is_none_or(|from| from <= value) && range.to.is_none_or(|to| value <= to)
        }),
    }
}

/// What a group is, as quick to compare as a scan without an index can have it.
#[derive(PartialEq, Eq, Hash)]
enum Plain<'a> {
    None,
    Id(&'a Id),
    Code(&'a str),
    Month(i64),
}

/// Documents, values among them, their sum.
type Sums = (u64, u64, i128);

fn scan<'a>(documents: &'a [Document], query: &TotalsQuery) -> HashMap<Vec<Plain<'a>>, Sums> {
    let mut groups: HashMap<Vec<Plain>, Sums> = HashMap::new();
    for d in documents {
        let allowed = match &query.scope {
            Scope::Any(terms) => terms.iter().any(|term| match term {
                ScopeTerm::Owner(id) => d.owner.as_ref() == Some(id),
                ScopeTerm::Department(id) => d.department.as_ref() == Some(id),
            }),
            other => *other == Scope::All,
        };
        let condition = query.condition.as_ref();
        if !allowed || !condition.is_none_or(|condition| meets(d, condition)) {
            continue;
        }
        let keys = query.groups.iter().map(|grouping| match grouping {
            Grouping::Owner => d.owner.as_ref().map_or(Plain::None, Plain::Id),
            Grouping::Department => d.department.as_ref().map_or(Plain::None, Plain::Id),
            Grouping::Choice(FieldId::Choice(n)) => d.choices[usize::from(*n)]
                .as_deref()
                .map_or(Plain::None, Plain::Code),
            Grouping::Choice(_) => Plain::None,
            // Thirty days are near enough a month for what it costs.
            Grouping::Calendar { field, unit, .. } => {
                number(d, *field).map_or(Plain::None, |value| {
                    Plain::Month(value.div_euclid(match unit {
                        TimeUnit::Days => 30,
                        TimeUnit::Millis { .. } => 30 * 86_400_000,
                    }))
                })
            }
        });
        let sums = groups.entry(keys.collect()).or_default();
        sums.0 += 1;
        if let Some(value) = query.measure.and_then(|field| number(d, field)) {
            sums.1 += 1;
            sums.2 += i128::from(value);
        }
    }
    groups
}

/// The quickest of several runs: what it costs, not what else the machine does.
fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let runs = (0..RUNS).map(|_| {
        let start = Instant::now();
        let answer = run();
        (start.elapsed(), answer)
    });
    runs.min_by_key(|(took, _)| *took).unwrap()
}

fn compare(label: &str, index: &Index, documents: &[Document], query: &TotalsQuery) {
    let (quick, totals): (_, Totals) = best(|| index.totals(query).unwrap());
    let (plain, groups) = best(|| scan(documents, query));
    let sum = groups.values().fold((0, 0, 0), |all: Sums, group| {
        (all.0 + group.0, all.1 + group.1, all.2 + group.2)
    });
    assert_eq!((totals.all.count, totals.all.valued, totals.all.sum), sum);
    println!(
        "  {label:<52} {:>9.1} µs   plain scan {:>9.1} µs   {:>5.1} times   {} found, {} groups",
        quick.as_secs_f64() * 1e6,
        plain.as_secs_f64() * 1e6,
        plain.as_secs_f64() / quick.as_secs_f64(),
        totals.all.count,
        totals.groups.len()
    );
}

fn made(many: usize) -> (Vec<Document>, Index) {
    let mut random = Random(0x1234_5678_9abc_def1);
    let documents: Vec<Document> = (0..many).map(|n| document(n, &mut random)).collect();
    let mut builder = IndexBuilder::new(schema());
    documents
        .iter()
        .for_each(|document| builder.push(document).unwrap());
    (documents, builder.finish().unwrap())
}

fn asked(groups: &[Grouping]) -> TotalsQuery {
    TotalsQuery {
        scope: Scope::All,
        groups: groups.to_vec(),
        measure: Some(AMOUNT),
        limit: 10_000,
        ..TotalsQuery::default()
    }
}

fn stage(codes: &[&str]) -> Condition {
    Condition::Choice(
        STAGE,
        codes.iter().map(|code| Some((*code).to_owned())).collect(),
    )
}

fn kanban() {
    let (documents, index) = made(2_000);
    println!("kanban of 2,000");
    compare(
        "count and sum by stage",
        &index,
        &documents,
        &asked(&[Grouping::Choice(STAGE)]),
    );
    let columns = STAGES.map(|code| Query {
        scope: Scope::All,
        condition: Some(stage(&[code])),
        sort: Some(Sort {
            field: AMOUNT,
            descending: true,
        }),
        limit: 20,
        ..Query::default()
    });
    let (took, _) = best(|| {
        let totals = index.totals(&asked(&[Grouping::Choice(STAGE)])).unwrap();
        let hits = columns
            .iter()
            .map(|query| index.query(query).unwrap().hits.len());
        (totals, hits.sum::<usize>())
    });
    println!(
        "  the whole board: totals and 20 cards of 6 stages     {:>9.1} µs",
        took.as_secs_f64() * 1e6
    );
}

fn dashboard() {
    let (documents, index) = made(100_000);
    println!("dashboard over 100,000");
    let month = |field, unit| Grouping::Calendar {
        field,
        unit,
        period: Period::Month,
    };
    let due = month(DUE, TimeUnit::Days);
    let created = month(FieldId::CreatedAt, TimeUnit::Millis { ahead: 480 });
    let by_stage = asked(&[Grouping::Choice(STAGE)]);
    compare("everything", &index, &documents, &asked(&[]));
    compare("by stage", &index, &documents, &by_stage);
    compare("by owner", &index, &documents, &asked(&[Grouping::Owner]));
    compare("by month due", &index, &documents, &asked(&[due]));
    compare(
        "by stage and month due",
        &index,
        &documents,
        &asked(&[Grouping::Choice(STAGE), due]),
    );
    compare(
        "by owner and month made",
        &index,
        &documents,
        &asked(&[Grouping::Owner, created]),
    );
    let team = Scope::Any(vec![
        ScopeTerm::Owner(id(1_000_007)),
        ScopeTerm::Department(id(2_000_003)),
    ]);
    compare(
        "by stage, owner or department",
        &index,
        &documents,
        &TotalsQuery {
            scope: team,
            ..by_stage.clone()
        },
    );
    let open = Condition::Not(Box::new(stage(&["won", "lost"])));
    let soon = Condition::Range(RangeFilter {
        field: DUE,
        from: Some(FIRST_DAY + 500),
        to: Some(FIRST_DAY + 590),
    });
    let large = Condition::Range(RangeFilter {
        field: AMOUNT,
        from: Some(90_000_000),
        to: None,
    });
    let tree = Condition::All(vec![open, Condition::Any(vec![soon, large])]);
    compare(
        "by stage, open and (due soon or large)",
        &index,
        &documents,
        &TotalsQuery {
            condition: Some(tree),
            ..by_stage
        },
    );
    let days = Grouping::Calendar {
        field: DUE,
        unit: TimeUnit::Days,
        period: Period::Day,
    };
    let (took, totals) = best(|| index.totals(&asked(&[days])).unwrap());
    assert!(matches!(totals.groups[0].keys[0], Some(GroupKey::Day(_))));
    println!(
        "  by day due, {} groups {:>42.1} µs",
        totals.groups.len(),
        took.as_secs_f64() * 1e6
    );
}

fn main() {
    kanban();
    dashboard();
}
