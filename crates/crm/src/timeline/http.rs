//! The operations of the timeline.

use super::activity::NewActivity;
use super::entry::TimelineItem;
use crate::customers::Customer;
use crate::fields::{ACTIVITY, FieldInput};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, JsonBody, Operation, Page, PageQuery, PathId, QueryParams};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use custos_values::{CustomerId, Timestamp};
use http::{Method, StatusCode};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A follow-up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityInput {
    /// `call`, `visit`, `message`, `email`, `note` or `comment`.
    pub kind: String,
    /// What was said or done.
    pub content: String,
    /// When; now if not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// When to contact the customer next.
    pub next_contact_at: Option<String>,
}

impl ActivityInput {
    /// What it says, by field.
    pub(crate) fn fields(&self) -> BTreeMap<String, FieldInput> {
        let next = self.next_contact_at.clone();
        let next = next.filter(|next| !next.trim().is_empty());
        let texts = [
            ("kind", Some(self.kind.clone())),
            ("content", Some(self.content.clone())),
            ("next_contact_at", next),
        ];
        let texts = texts.into_iter();
        texts
            .filter_map(|(name, text)| Some((name.to_owned(), FieldInput::Text(text?))))
            .collect()
    }
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

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    QueryParams(page): QueryParams<PageQuery>,
) -> Result<Json<Page<TimelineItem>>, CrmError> {
    let (stored, permit) = crm.readable(&caller, id).await?;
    let keys = crm.keys(caller.org()).await?;
    let key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
    let mut disclosures = Disclosures::new();
    let page = crm
        .timeline_page(&permit, (&key, None), &page, &mut disclosures)
        .await?;
    let event = Event::of(&permit).with("timeline", Detail::count(page.items.len() as u64));
    crm.record_read(event.disclosing(disclosures)).await?;
    Ok(Json(page))
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
    let values = crm.checked(&caller, &stored.facts, ACTIVITY, &input.fields(), true)?;
    let keys = crm.keys(caller.org()).await?;
    let key = keys.tenant.open_record_key(customer, &stored.key)?;
    let new = NewActivity::of(&crm, &input, values);
    let sealed = new.seal(&crm, (&key, None));
    let mut tx = crm.store.write(&caller).await?;
    new.insert(&crm, &mut tx, &permit, &sealed).await?;
    let event = Event::of(&permit).with("activity", Detail::id(*new.id.as_bytes()));
    // A follow-up moves the customer's own dates; a comment is none.
    let dates = match new.is_comment() {
        true => Vec::new(),
        false => new.dates(),
    };
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
    Ok((StatusCode::CREATED, Json(new.item(&crm, &caller))))
}
