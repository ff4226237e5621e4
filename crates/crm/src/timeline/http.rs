//! The operations of the timeline.

use super::entry::{TimelineItem, actor_of, kind_of, names_of};
use super::sql;
use crate::customers::{Customer, StoredCustomer, open_fields, seal_field};
use crate::fields::{ACTIVITY, FieldInput};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{
    Access, Api, JsonBody, Operation, Page, PageQuery, PathId, Problem, QueryParams,
};
use custos_kernel::audit::{Detail, Entry};
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Permit, actions};
use custos_store::SealedFields;
use custos_values::{ActivityId, CustomerId, Timestamp, UserId};
use http::{Method, StatusCode};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A follow-up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityInput {
    /// `call`, `visit`, `message`, `email` or `note`.
    pub kind: String,
    /// What was said or done.
    pub content: String,
    /// When; now if not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// When to contact the customer next.
    pub next_contact_at: Option<String>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    vec![
        Operation::new(
            Method::GET,
            "/customers/{id}/timeline",
            "timeline_list",
            Access::to::<actions::Read, Customer>(),
            list,
        )
        .query::<PageQuery>()
        .answers_page::<TimelineItem>(),
        Operation::new(
            Method::POST,
            "/customers/{id}/activities",
            "timeline_add",
            Access::to::<actions::Update, Customer>(),
            add,
        )
        .body::<ActivityInput>()
        .answers::<TimelineItem>(201),
    ]
}

/// Where a page of the timeline ended, in both of its sources.
struct Place {
    activity: Option<(i64, [u8; 16])>,
    log: Option<i64>,
}

impl Place {
    /// `at.id.index`, each `-` for the beginning; ids and times of a customer the caller may read are no secret.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (at, id, log) = (parts.next()?, parts.next()?, parts.next()?);
        let activity = match (at, id) {
            ("-", "-") => None,
            _ => Some((at.parse().ok()?, *id.parse::<ActivityId>().ok()?.as_bytes())),
        };
        Some(Self {
            activity,
            log: if log == "-" {
                None
            } else {
                Some(log.parse().ok()?)
            },
        })
    }

    fn format(&self) -> String {
        let activity = self
            .activity
            .map(|(at, id)| format!("{at}.{}", ActivityId::from_bytes(id)));
        let log = self.log.map(|log| log.to_string());
        format!(
            "{}.{}",
            activity.as_deref().unwrap_or("-.-"),
            log.as_deref().unwrap_or("-")
        )
    }
}

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    QueryParams(page): QueryParams<PageQuery>,
) -> Result<Json<Page<TimelineItem>>, CrmError> {
    let (stored, permit) = crm.readable(&caller, id).await?;
    let malformed = || Problem::bad_request("list.cursor_malformed");
    let start = Place {
        activity: None,
        log: None,
    };
    let place = page
        .cursor
        .as_deref()
        .map_or(Some(start), Place::parse)
        .ok_or_else(malformed)?;
    let mut disclosures = Disclosures::new();
    let (items, next) = crm
        .timeline(&stored, &permit, place, page.limit(), &mut disclosures)
        .await?;
    let event = Event::of(&permit).with("timeline", Detail::count(items.len() as u64));
    crm.record_read(event.disclosing(disclosures)).await?;
    Ok(Json(Page {
        items,
        next_cursor: next.map(|place| place.format()),
        total: None,
    }))
}

impl Crm {
    /// Merges follow-ups and log entries by time, newest first.
    async fn timeline(
        &self,
        stored: &StoredCustomer,
        permit: &Permit<actions::Read, Customer>,
        mut place: Place,
        limit: usize,
        disclosures: &mut Disclosures,
    ) -> Result<(Vec<TimelineItem>, Option<Place>), CrmError> {
        let keys = self.keys(permit.org()).await?;
        let key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
        let mut tx = self.store.read().await?;
        let fetch = limit as i64 + 1;
        let mut activities = sql::before(&mut tx, permit, place.activity, fetch)
            .await?
            .into_iter()
            .peekable();
        let mut entries = tx
            .log_of(permit, place.log, fetch)
            .await?
            .into_iter()
            .peekable();
        let mut items = Vec::with_capacity(limit);
        while items.len() < limit {
            let entry_at = |body: &[u8]| Entry::decode(body).ok().map(|entry| entry.at);
            let log_at = entries
                .peek()
                .map(|entry| entry_at(&entry.body).unwrap_or(i64::MAX));
            let activity_at = activities.peek().map(|activity| activity.at.millis());
            if activity_at.is_none() && log_at.is_none() {
                break;
            }
            if activity_at >= log_at {
                let Some(activity) = activities.next() else {
                    break;
                };
                place.activity = Some((activity.at.millis(), activity.id));
                let opened = open_fields(
                    permit,
                    &key,
                    ACTIVITY,
                    &activity.id,
                    &activity.fields,
                    |_| true,
                )?;
                let mut item = TimelineItem {
                    id: ActivityId::from_bytes(activity.id).to_string(),
                    at: activity.at,
                    kind: "note".to_owned(),
                    author: self.owner_reference(permit.org(), activity.author),
                    content: None,
                    next_contact_at: None,
                    changes: Vec::new(),
                };
                for (spec, plain) in opened.into_iter() {
                    let text = plain.disclose(spec.name, disclosures).into_inner();
                    match spec.name {
                        "kind" => item.kind = text,
                        "content" => item.content = Some(text),
                        _ => item.next_contact_at = Some(text),
                    }
                }
                items.push(item);
            } else if let Some(stored_entry) = entries.next() {
                place.log = Some(stored_entry.index);
                let Ok(entry) = Entry::decode(&stored_entry.body) else {
                    continue;
                };
                let Some(kind) = kind_of(&entry) else {
                    continue;
                };
                items.push(TimelineItem {
                    id: format!("log-{}", stored_entry.index),
                    at: Timestamp::from_millis(entry.at),
                    kind: kind.to_owned(),
                    author: self
                        .owner_reference(permit.org(), actor_of(&entry).map(UserId::from_bytes)),
                    content: None,
                    next_contact_at: None,
                    changes: names_of(&entry),
                });
            }
        }
        let more = activities.peek().is_some() || entries.peek().is_some();
        Ok((items, more.then_some(place)))
    }
}

async fn add(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(customer): PathId<CustomerId>,
    JsonBody(input): JsonBody<ActivityInput>,
) -> Result<(StatusCode, Json<TimelineItem>), CrmError> {
    let (stored, permit) = crm
        .permitted_to::<actions::Update>(&caller, customer)
        .await?;
    let now = crm.store.clock().now();
    let at = input.at.unwrap_or(now);
    let next = input
        .next_contact_at
        .clone()
        .filter(|next| !next.trim().is_empty());
    let fields: BTreeMap<String, FieldInput> = [
        ("kind", Some(input.kind)),
        ("content", Some(input.content)),
        ("next_contact_at", next),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name.to_owned(), FieldInput::Text(text?))))
    .collect();
    let values = crm.checked(&caller, &stored.facts, ACTIVITY, &fields, true)?;
    let keys = crm.keys(caller.org()).await?;
    let key = keys.tenant.open_record_key(customer, &stored.key)?;
    let id = ActivityId::new(crm.store.clock(), crm.store.random());
    let mut sealed = SealedFields::new();
    for (name, text) in &values {
        let spec = ACTIVITY.get(name).ok_or(CrmError::NotFound)?;
        sealed.set(
            name,
            seal_field(
                &key,
                ACTIVITY,
                id.as_bytes(),
                spec,
                text,
                crm.store.random(),
            ),
        );
    }
    // A follow-up moves the customer's own dates.
    let value = |name: &str| {
        values
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, text)| text.clone())
    };
    let mut dates = vec![("last_contact_at", at.utc_date().to_string())];
    dates.extend(value("next_contact_at").map(|next| ("next_contact_at", next)));
    let mut tx = crm.store.write(&caller).await?;
    sql::insert(&mut tx, &permit, id, at, now, &sealed).await?;
    let event = Event::of(&permit).with("activity", Detail::id(*id.as_bytes()));
    let written = crm
        .apply_changes(
            &mut tx,
            &keys,
            &permit,
            &stored,
            dates,
            stored.access.clone(),
            event,
        )
        .await?;
    crm.finish_and_index(tx, written).await?;
    let item = TimelineItem {
        id: id.to_string(),
        at,
        kind: value("kind").unwrap_or_default(),
        author: crm.owner_reference(caller.org(), caller.user_id()),
        content: value("content"),
        next_contact_at: value("next_contact_at"),
        changes: Vec::new(),
    };
    Ok((StatusCode::CREATED, Json(item)))
}
