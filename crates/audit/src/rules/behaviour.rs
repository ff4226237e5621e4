//! Rules about what people do: exports, reveals, refusals, sign-ins.

use super::context::Found;
use super::{Context, Hit, Trace};
use crate::AuditError;
use crate::counts::{Thresholds, unusual_of};
use custos_values::{Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Days before the window that say what is usual.
const BASELINE_DAYS: i64 = 28;

/// One hit per person, with all their entries.
fn by_person(found: impl Iterator<Item = Found>, action: &str) -> Vec<Hit> {
    let mut hits: BTreeMap<UserId, (Hit, i64)> = BTreeMap::new();
    for one in found {
        let Some(actor) = one.actor() else { continue };
        let (hit, count) = hits.remove(&actor).unwrap_or_else(|| {
            let trace = Trace {
                actor_id: Some(actor.to_string()),
                action: Some(action.to_owned()),
                ..Trace::default()
            };
            (Hit::about("user", actor).traced(trace), 0)
        });
        hits.insert(actor, (hit.at(one.at()).entry(one.index), count + 1));
    }
    hits.into_values()
        .map(|(hit, count)| hit.with("count", count))
        .collect()
}

/// Whether an hour is in a night that may go over midnight.
pub(super) fn is_night(hour: i64, from: i64, to: i64) -> bool {
    match from <= to {
        true => (from..to).contains(&hour),
        false => hour >= from || hour < to,
    }
}

pub(super) async fn at_night(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let (from, to) = (cx.parameter("from_hour"), cx.parameter("to_hour"));
    let action = "customer.export";
    let found = cx
        .entries(action, Some("allowed"), cx.days_ago("window_days"))
        .await?;
    let night = found
        .into_iter()
        .filter(|one| is_night(cx.hour(one.at()), from, to));
    Ok(by_person(night, action))
}

pub(super) async fn large_export(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let action = "customer.export";
    let found = cx
        .entries(action, Some("allowed"), cx.days_ago("window_days"))
        .await?;
    let limit = cx.parameter("customers");
    let large: Vec<Found> = found
        .into_iter()
        .filter(|one| one.count("customers").is_some_and(|it| it >= limit))
        .collect();
    let mut most: BTreeMap<String, i64> = BTreeMap::new();
    for one in &large {
        let customers = one.count("customers").unwrap_or_default();
        let of = most
            .entry(one.actor().map(|it| it.to_string()).unwrap_or_default())
            .or_default();
        *of = customers.max(*of);
    }
    let hits = by_person(large.into_iter(), action).into_iter();
    Ok(hits
        .map(|hit| {
            let actor = hit.trace.actor_id.clone().unwrap_or_default();
            hit.with("customers", most.get(&actor).copied().unwrap_or_default())
        })
        .collect())
}

/// The gravest day of each person, if one is beyond the limit.
async fn days_beyond(
    cx: &Context,
    figure: impl Fn(&custos_store::ActorDay) -> i64,
    trace: impl Fn() -> Trace,
) -> Result<Vec<Hit>, AuditError> {
    let limit = cx.parameter("per_day");
    let mut worst: BTreeMap<[u8; 16], (i64, i64)> = BTreeMap::new();
    let mut latest: BTreeMap<[u8; 16], i64> = BTreeMap::new();
    for day in cx.actor_days().await? {
        let count = figure(&day);
        if count <= limit {
            continue;
        }
        let of = worst.entry(day.actor).or_insert((day.day, count));
        if count > of.1 {
            *of = (day.day, count);
        }
        let last = latest.entry(day.actor).or_insert(day.day);
        *last = day.day.max(*last);
    }
    let hit = |(actor, (day, count)): ([u8; 16], (i64, i64))| {
        let actor_id = UserId::from_bytes(actor);
        let (from, to) = cx.span(day);
        let last = latest.get(&actor).copied().unwrap_or(day);
        Hit::about("user", actor_id)
            .with("count", count)
            .with("limit", limit)
            .at(happened(cx, last))
            .traced(Trace {
                from: Some(from),
                to: Some(to),
                actor_id: Some(actor_id.to_string()),
                ..trace()
            })
    };
    Ok(worst.into_iter().map(hit).collect())
}

/// A day happened when it ended; today happens until now.
fn happened(cx: &Context, day: i64) -> Timestamp {
    cx.span(day).1.min(cx.now)
}

pub(super) async fn many_a_day(cx: &Context, action: &str) -> Result<Vec<Hit>, AuditError> {
    let exports = action == "customer.export";
    let figure = |day: &custos_store::ActorDay| if exports { day.exports } else { day.reveals };
    let trace = || Trace {
        action: Some(action.to_owned()),
        ..Trace::default()
    };
    days_beyond(cx, figure, trace).await
}

pub(super) async fn often_refused(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let trace = || Trace {
        outcome: Some("denied".to_owned()),
        ..Trace::default()
    };
    days_beyond(cx, |day| day.refused, trace).await
}

pub(super) async fn unusual_reader(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let window = (cx.day(cx.days_ago("window_days")), cx.day(cx.now));
    let mut tx = cx.desk.store.read().await?;
    let days = tx
        .tally_actor_days(&*cx.scope, window.0 - BASELINE_DAYS, window.1)
        .await?;
    drop(tx);
    let thresholds = Thresholds {
        score: cx.parameter("score_tenths") as f64 / 10.0,
        excess: cx.parameter("excess") as f64,
    };
    let mut hits: BTreeMap<[u8; 16], Hit> = BTreeMap::new();
    // Most unusual first: that day stands for the person, the latest says when it last happened.
    for unusual in unusual_of(&days, window, thresholds) {
        let at = happened(cx, unusual.day.day);
        let actor = UserId::from_bytes(unusual.day.actor);
        let hit = hits.remove(&unusual.day.actor).unwrap_or_else(|| {
            let (from, to) = cx.span(unusual.day.day);
            Hit::about("user", actor)
                .with("count", unusual.day.customers)
                .with("usual", unusual.usual.median.round() as i64)
                .traced(Trace {
                    from: Some(from),
                    to: Some(to),
                    actor_id: Some(actor.to_string()),
                    action: Some("customer.read".to_owned()),
                    ..Trace::default()
                })
        });
        hits.insert(unusual.day.actor, hit.at(at));
    }
    Ok(hits.into_values().collect())
}

/// The days of the window, newest first, with when each begins and ends.
fn days(cx: &Context) -> Vec<(i64, (Timestamp, Timestamp))> {
    let today = cx.day(cx.now);
    let first = cx.day(cx.days_ago("window_days"));
    (first..=today)
        .rev()
        .map(|day| (day, cx.span(day)))
        .collect()
}

pub(super) async fn failed_sign_ins(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let limit = cx.parameter("per_day");
    let mut hits: BTreeMap<String, Hit> = BTreeMap::new();
    for (day, span) in days(cx) {
        let mut failed: BTreeMap<String, i64> = BTreeMap::new();
        for count in cx.access(span, Some("session.create")).await? {
            if let (Some(address), true) = (count.address, count.outcome != "allowed") {
                *failed.entry(address).or_default() += count.entries;
            }
        }
        for (address, count) in failed.into_iter().filter(|(_, count)| *count > limit) {
            let trace = Trace {
                from: Some(span.0),
                to: Some(span.1),
                action: Some("session.create".to_owned()),
                address: Some(address.clone()),
                ..Trace::default()
            };
            hits.entry(address.clone()).or_insert_with(|| {
                Hit::about("address", address)
                    .with("count", count)
                    .with("limit", limit)
                    .at(happened(cx, day))
                    .traced(trace)
            });
        }
    }
    Ok(hits.into_values().collect())
}

/// Yesterday and today: who came from where.
async fn places(cx: &Context) -> Result<BTreeSet<(UserId, String)>, AuditError> {
    let today = cx.day(cx.now);
    let span = (cx.span(today - 1).0, cx.now);
    let access = cx.access(span, None).await?;
    let pairs = access
        .into_iter()
        .filter_map(|count| Some((UserId::from_bytes(count.actor?), count.address?)));
    Ok(pairs.collect())
}

pub(super) async fn shared_address(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let limit = cx.parameter("accounts");
    let mut people: BTreeMap<String, i64> = BTreeMap::new();
    for (_, address) in places(cx).await? {
        *people.entry(address).or_default() += 1;
    }
    let beyond = people.into_iter().filter(|(_, count)| *count > limit);
    Ok(beyond
        .map(|(address, count)| {
            Hit::about("address", &address)
                .with("count", count)
                .with("limit", limit)
                .at(cx.now)
                .traced(Trace {
                    address: Some(address.clone()),
                    ..Trace::default()
                })
        })
        .collect())
}

pub(super) async fn many_addresses(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let limit = cx.parameter("addresses");
    let mut addresses: BTreeMap<UserId, i64> = BTreeMap::new();
    for (actor, _) in places(cx).await? {
        *addresses.entry(actor).or_default() += 1;
    }
    let beyond = addresses.into_iter().filter(|(_, count)| *count > limit);
    Ok(beyond
        .map(|(actor, count)| {
            Hit::about("user", actor)
                .with("count", count)
                .with("limit", limit)
                .at(cx.now)
                .traced(Trace {
                    actor_id: Some(actor.to_string()),
                    from: Some(cx.span(cx.day(cx.now) - 1).0),
                    ..Trace::default()
                })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_may_go_over_midnight() {
        for (hour, over, within) in [
            (21, false, false),
            (23, true, false),
            (2, true, true),
            (6, false, false),
        ] {
            assert_eq!(is_night(hour, 22, 6), over, "{hour}");
            assert_eq!(is_night(hour, 1, 5), within, "{hour}");
        }
    }
}
