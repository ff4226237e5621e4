//! Conditions and totals in their plainest form.

use super::{Model, allowed, has_words, number, passes};
use custos_search::{
    Condition, Document, FieldId, GroupKey, GroupTotal, Grouping, Id, Period, Scope, TimeUnit,
    Total, Totals, TotalsQuery,
};
use custos_values::Date;
use std::collections::BTreeMap;

pub fn meets(d: &Document, condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| meets(d, part)),
        Condition::Any(parts) => parts.iter().any(|part| meets(d, part)),
        Condition::Not(part) => !meets(d, part),
        Condition::Owner(owners) => owners.contains(&d.owner),
        Condition::Department(departments) => departments.contains(&d.department),
        Condition::Choice(field, codes) => codes.contains(code(d, *field)),
        Condition::Range(range) => number(d, range.field).is_some_and(|value| {
            range.from.is_none_or(|from| from <= value) && range.to.is_none_or(|to| value <= to)
        }),
    }
}

impl Model {
    pub fn within(&self, id: &Id, scope: &Scope) -> bool {
        self.0.get(id).is_some_and(|d| allowed(d, scope))
    }

    pub fn totals(&self, query: &TotalsQuery) -> Totals {
        let text = query
            .text
            .as_ref()
            .filter(|text| !text.text.trim().is_empty());
        let mut found: Vec<&Document> = self.0.values().collect();
        found.retain(|d| {
            allowed(d, &query.scope)
                && query.also.iter().all(|scope| allowed(d, scope))
                && passes(d, &query.filters)
                && query
                    .condition
                    .as_ref()
                    .is_none_or(|condition| meets(d, condition))
                && text.is_none_or(|text| has_words(d, text))
        });
        let mut groups: BTreeMap<Vec<(u8, Option<GroupKey>)>, Vec<&Document>> = BTreeMap::new();
        for d in found.iter().filter(|_| !query.groups.is_empty()) {
            let keys = query
                .groups
                .iter()
                .map(|grouping| sorted(*grouping, key(d, *grouping)));
            groups.entry(keys.collect()).or_default().push(d);
        }
        let groups = groups.into_iter().map(|(keys, documents)| GroupTotal {
            keys: keys.into_iter().map(|(_, key)| key).collect(),
            total: total(&documents, query),
        });
        Totals {
            all: total(&found, query),
            groups: groups.collect(),
        }
    }
}

fn total(documents: &[&Document], query: &TotalsQuery) -> Total {
    let values = documents.iter().filter_map(|d| number(d, query.measure?));
    let values: Vec<i64> = values.collect();
    Total {
        count: documents.len() as u64,
        valued: values.len() as u64,
        sum: values.iter().map(|value| i128::from(*value)).sum(),
        min: values.iter().min().copied(),
        max: values.iter().max().copied(),
    }
}

fn key(d: &Document, grouping: Grouping) -> Option<GroupKey> {
    match grouping {
        Grouping::Owner => d.owner.map(GroupKey::Id),
        Grouping::Department => d.department.map(GroupKey::Id),
        Grouping::Choice(field) => code(d, field).clone().map(GroupKey::Code),
        Grouping::Calendar {
            field,
            unit,
            period,
        } => number(d, field).and_then(|value| first_day(value, unit, period)),
    }
}

/// Declared codes come first, in their order, which is that of the alphabet; no value comes last.
fn sorted(grouping: Grouping, key: Option<GroupKey>) -> (u8, Option<GroupKey>) {
    let declared = matches!(&key, Some(GroupKey::Code(code)) if "abc".contains(code.as_str()))
        && grouping == Grouping::Choice(FieldId::Choice(0));
    (
        if key.is_none() {
            2
        } else {
            u8::from(!declared)
        },
        key,
    )
}

fn first_day(value: i64, unit: TimeUnit, period: Period) -> Option<GroupKey> {
    let day = match unit {
        TimeUnit::Days => i128::from(value),
        TimeUnit::Millis { ahead } => {
            (i128::from(value) + i128::from(ahead) * 60_000).div_euclid(24 * 60 * 60 * 1000)
        }
    };
    let mut day = i32::try_from(day)
        .ok()
        .filter(|day| day.abs() <= 3_700_000)?;
    match period {
        Period::Day => {}
        Period::Week => {
            while (day + 3).rem_euclid(7) != 0 {
                day -= 1;
            }
        }
        Period::Month => {
            let date = Date::new(1970, 1, 1).unwrap().plus_days(day).unwrap();
            day = Date::new(date.year(), date.month(), 1)
                .unwrap()
                .days_since_epoch();
        }
    }
    Some(GroupKey::Day(day))
}

fn code(d: &Document, field: FieldId) -> &Option<String> {
    match field {
        FieldId::Choice(n) => &d.choices[usize::from(n)],
        _ => &None,
    }
}
