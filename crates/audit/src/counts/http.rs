//! `GET /audit/counts`, `/audit/readers` and `/audit/sightings`.

use super::query::CountsQuery;
use super::readers::{BASELINE_DAYS, DAY_MS, LEAST_OWN_DAYS, Thresholds};
use super::sightings::SightingsQuery;
use crate::entries::model::{AuditActor, AuditResource};
use crate::{AuditEntry, AuditError, Desk};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, Operation, Page, QueryParams};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::actions::List;
use custos_store::SightingOf;
use custos_values::Timestamp;
use http::Method;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Days looked at for unusual readers unless asked otherwise, and at most.
const READER_DAYS: (u32, u32) = (14, 92);

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    let access = Access::to::<List, AuditEntry>();
    vec![
        Operation::new(
            Method::GET,
            "/audit/counts",
            "audit_counts_read",
            access,
            counts,
        )
        .query::<CountsQuery>()
        .answers::<Counts>(200),
        Operation::new(
            Method::GET,
            "/audit/readers",
            "audit_readers_list",
            access,
            readers,
        )
        .query::<ReadersQuery>()
        .answers::<Readers>(200),
        Operation::new(
            Method::GET,
            "/audit/sightings",
            "audit_sightings_list",
            access,
            sightings,
        )
        .query::<SightingsQuery>()
        .answers_page::<SightingItem>(),
    ]
}

/// Entries of one hour.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditHour)]
struct Hour {
    /// When the hour begins.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Entries of what was done.
    allowed: i64,
    /// Entries of what was refused or failed.
    refused: i64,
}

/// Entries of one action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActionCount)]
struct ActionEntries {
    /// The action.
    action: String,
    /// How many.
    entries: i64,
}

/// Entries of one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditPersonCount)]
struct PersonEntries {
    /// Who.
    actor: AuditActor,
    /// How many.
    entries: i64,
    /// How many of them were refused or failed.
    refused: i64,
}

/// The counts of a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditCounts)]
struct Counts {
    /// From when on was counted.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Up to when.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// Minutes by which the desk's clock is ahead of UTC: days and hours of the week go by it.
    utc_offset_minutes: i64,
    /// How many of the log's entries have been counted so far.
    counted: i64,
    /// How many entries the log has.
    entries: i64,
    /// By hour, those without entries left out.
    hours: Vec<Hour>,
    /// By action, most first.
    actions: Vec<ActionEntries>,
    /// By person, the twenty with the most; without a filter in whole days.
    people: Vec<PersonEntries>,
}

async fn counts(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<CountsQuery>,
) -> Result<Json<Counts>, AuditError> {
    let counting = query.understood(desk.store.clock().now())?;
    let scope = desk.policy.scope::<List, AuditEntry>(&caller)?;
    let mut event = Event::of_scope(&scope).with("part", Detail::code("counts"));
    if !counting.filters.is_empty() {
        event = event.with("filters", Detail::names(counting.filters.iter().copied()));
    }
    let org = scope.org();
    let offset = desk.settings(org).await?.utc_offset_minutes;
    desk.catch_up_a_little(org).await?;
    let (from, to) = (counting.from, counting.to);
    let (state, hours, actions, people) = desk
        .search(async move |desk| {
            let mut tx = desk.store.read().await?;
            let state = tx.tally_state(&scope).await?;
            let hours = tx.tally_hours(&scope, &counting.filter).await?;
            let actions = tx.tally_actions(&scope, &counting.filter).await?;
            drop(tx);
            let people = desk.busiest(&scope, &counting, offset).await?;
            Ok((state, hours, actions, people))
        })
        .await?;
    let names = (desk.names)(org, people.iter().map(|person| person.0).collect()).await;
    let mut by_hour: BTreeMap<Timestamp, (i64, i64)> = BTreeMap::new();
    for hour in hours {
        let sums = by_hour.entry(hour.at).or_default();
        match hour.outcome.as_str() {
            "allowed" => sums.0 += hour.entries,
            _ => sums.1 += hour.entries,
        }
    }
    desk.sink.record(event).await?;
    Ok(Json(Counts {
        from,
        to,
        utc_offset_minutes: offset,
        counted: state.counted,
        entries: state.entries,
        hours: by_hour
            .into_iter()
            .map(|(at, (allowed, refused))| Hour {
                at,
                allowed,
                refused,
            })
            .collect(),
        actions: actions
            .into_iter()
            .map(|count| ActionEntries {
                action: count.action,
                entries: count.entries,
            })
            .collect(),
        people: people
            .into_iter()
            .map(|(actor, entries, refused)| PersonEntries {
                actor: AuditActor::user(actor, &names),
                entries,
                refused,
            })
            .collect(),
    }))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReadersQuery {
    /// So many days up to today, 1 to 92; 14 if not given.
    days: Option<u32>,
}

/// A person's unusual day.
#[derive(Debug, Serialize, ToSchema)]
struct UnusualReader {
    /// Who.
    actor: AuditActor,
    /// When the day begins.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// Different customers opened, revealed or changed on that day.
    customers: i64,
    /// Values revealed.
    reveals: i64,
    /// Exports of customers.
    exports: i64,
    /// What is usual: the median of the days before.
    usual: f64,
    /// From how many on a day counts as unusual.
    limit: f64,
    /// How far from usual: the modified z-score.
    score: f64,
    /// Whether what is usual was taken from everybody, for want of days of their own.
    by_peers: bool,
    /// Customers on the days before that had any, oldest first.
    before: Vec<i64>,
}

/// The unusual days, and how they were found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnusualReaders)]
struct Readers {
    /// The days, most unusual first.
    items: Vec<UnusualReader>,
    /// How many days before a day say what is usual.
    baseline_days: i64,
    /// With fewer days of their own, a person is compared with everybody.
    least_own_days: usize,
    /// The modified z-score from which on a day counts as unusual.
    score: f64,
    /// And so many customers above the usual at the least.
    excess: f64,
}

async fn readers(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<ReadersQuery>,
) -> Result<Json<Readers>, AuditError> {
    let scope = desk.policy.scope::<List, AuditEntry>(&caller)?;
    let event = Event::of_scope(&scope).with("part", Detail::code("readers"));
    let org = scope.org();
    let offset = desk.settings(org).await?.utc_offset_minutes * 60_000;
    desk.catch_up_a_little(org).await?;
    let days = query.days.unwrap_or(READER_DAYS.0).clamp(1, READER_DAYS.1);
    let today = (desk.store.clock().now().millis() + offset).div_euclid(DAY_MS);
    let window = (today - i64::from(days) + 1, today);
    let thresholds = Thresholds::default();
    let found = desk
        .search(async move |desk| desk.unusual_days(&scope, window, thresholds).await)
        .await?;
    let names = (desk.names)(org, found.iter().map(|it| it.day.actor).collect()).await;
    let event = event.with("rows", Detail::count(found.len() as u64));
    desk.sink.record(event).await?;
    let items = found.into_iter().map(|unusual| {
        let from = Timestamp::from_millis(unusual.day.day * DAY_MS - offset);
        UnusualReader {
            actor: AuditActor::user(unusual.day.actor, &names),
            from,
            to: from.plus_millis(DAY_MS),
            customers: unusual.day.customers,
            reveals: unusual.day.reveals,
            exports: unusual.day.exports,
            usual: unusual.usual.median,
            limit: unusual
                .usual
                .limit(thresholds.score)
                .max(unusual.usual.median + thresholds.excess)
                .ceil(),
            score: unusual.score,
            by_peers: unusual.by_peers,
            before: unusual.before,
        }
    });
    Ok(Json(Readers {
        items: items.collect(),
        baseline_days: BASELINE_DAYS,
        least_own_days: LEAST_OWN_DAYS,
        score: thresholds.score,
        excess: thresholds.excess,
    }))
}

/// One person and one record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditSighting)]
struct SightingItem {
    /// Who.
    actor: AuditActor,
    /// Which record.
    resource: AuditResource,
    /// On how many days.
    days: i64,
    /// Times opened.
    reads: i64,
    /// Values revealed.
    reveals: i64,
    /// Everything else that was done to it.
    changes: i64,
    /// Attempts refused or failed.
    refused: i64,
    /// The first time.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// The last time.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
}

async fn sightings(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<SightingsQuery>,
) -> Result<Json<Page<SightingItem>>, AuditError> {
    let asked = query.understood(desk.store.clock().now())?;
    let scope = desk.policy.scope::<List, AuditEntry>(&caller)?;
    let (part, id) = match asked.of {
        SightingOf::Record(id) => ("who_saw", id),
        SightingOf::Person(id) => ("what_seen", id),
    };
    let event = Event::of_scope(&scope)
        .with("part", Detail::code(part))
        .with("about", Detail::id(id));
    let org = scope.org();
    let offset = desk.settings(org).await?.utc_offset_minutes;
    desk.catch_up_a_little(org).await?;
    let (limit, start) = (asked.limit as usize, asked.offset);
    let mut found = desk
        .search(async move |desk| desk.sightings(&scope, &asked, offset).await)
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let names = (desk.names)(org, found.iter().map(|it| it.actor).collect()).await;
    let event = event.with("rows", Detail::count(found.len() as u64));
    desk.sink.record(event).await?;
    let items: Vec<SightingItem> = found
        .into_iter()
        .map(|seen| SightingItem {
            actor: AuditActor::user(seen.actor, &names),
            resource: AuditResource::one(seen.resource_type, seen.resource),
            days: seen.days,
            reads: seen.reads,
            reveals: seen.reveals,
            changes: seen.changes,
            refused: seen.refused,
            first_at: seen.first_at,
            last_at: seen.last_at,
        })
        .collect();
    Ok(Json(Page {
        next_cursor: more.then(|| (start + items.len() as i64).to_string()),
        items,
        total: None,
    }))
}
