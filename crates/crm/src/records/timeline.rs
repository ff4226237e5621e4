//! The timeline of a record: follow-ups, comments, and what the log knows of it.

use super::model::StoredRecord;
use super::{Object, sql};
use crate::fields::ACTIVITY;
use crate::timeline::{ActivityInput, NewActivity, TimelineItem};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Api, JsonBody, Page, PageQuery, PathId, QueryParams};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Permit, actions};
use custos_values::RecordId;
use http::StatusCode;
use std::sync::Arc;

pub(super) async fn list<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    QueryParams(query): QueryParams<PageQuery>,
) -> Result<Json<Page<TimelineItem>>, CrmError> {
    let (stored, permit) = crm.record_for::<actions::Read, R>(&caller, id).await?;
    let keys = crm.keys(caller.org()).await?;
    let key = stored.open_key(&keys)?;
    let mut disclosures = Disclosures::new();
    let of = (&key, Some((R::TYPE, &stored.facts.id)));
    let page = crm
        .timeline_page(&permit, of, &query, &mut disclosures)
        .await?;
    let event = Event::of(&permit).with("timeline", Detail::count(page.items.len() as u64));
    crm.record_read(event.disclosing(disclosures)).await?;
    Ok(Json(page))
}

pub(super) async fn add<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    JsonBody(input): JsonBody<ActivityInput>,
) -> Result<(StatusCode, Json<TimelineItem>), CrmError> {
    let keys = crm.keys(caller.org()).await?;
    let mut tx = crm.store.write(&caller).await?;
    let stored: StoredRecord<R> = sql::find(&mut tx, &keys, &caller, id).await?;
    let permit: Permit<actions::Update, R> = crm.policy.permit(&caller, &stored.facts)?;
    let checked = crm.checked(&caller, &stored.facts, ACTIVITY, &input.fields(), true)?;
    let key = stored.open_key(&keys)?;
    let new = NewActivity::of(&crm, &input, checked);
    let sealed = new.seal(&crm, (&key, Some((R::TYPE, &stored.facts.id))));
    new.insert(&crm, &mut tx, &permit, &sealed).await?;
    let event = Event::of(&permit).with("activity", Detail::id(*new.id.as_bytes()));
    let mut dates = new.dates();
    // A follow-up moves the record's own dates as far as it has any; a comment moves none.
    dates.retain(|(name, _)| !new.is_comment() && R::SPEC.fields.get(name).is_some());
    if dates.is_empty() {
        tx.finish(event).await?;
    } else {
        let access = stored.access.clone();
        let written = crm
            .change_record(
                &mut tx, &caller, &keys, &permit, stored, access, dates, event,
            )
            .await?;
        crm.finish_record(tx, &caller, &keys, written).await?;
    }
    Ok((StatusCode::CREATED, Json(new.item(&crm, &caller))))
}
