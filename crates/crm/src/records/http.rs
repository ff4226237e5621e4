//! The operations of every kind of record.

use super::board::{Board, BoardQuery};
use super::list::RecordQuery;
use super::record::Record;
use super::write::{Asked, Creation};
use super::{Belonging, Object, info, timeline};
use crate::customers::{DisclosedField, DisclosureInput, Inputs};
use crate::fields::FieldInput;
use crate::timeline::{ActivityInput, TimelineItem};
use crate::{Crm, CrmError, sharing};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use custos_http::{
    Access, Api, ETag, IdempotencyKey, IfMatch, JsonBody, Operation, Page, PageQuery, PathId,
    QueryParams,
};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, actions};
use custos_values::{RecordId, UserId};
use http::{Method, StatusCode};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A new or changed record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordInput {
    /// Values by field name; null empties a field.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldInput>,
    /// The person responsible; the caller if not given on creation.
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<UserId>,
}

impl RecordInput {
    fn asked(&self) -> Asked<'_> {
        let fields: &Inputs = &self.fields;
        Asked {
            fields,
            owner: self.owner_id,
        }
    }
}

/// The operations about all kinds.
pub(crate) fn common_operations() -> Vec<Operation<Arc<Crm>>> {
    vec![info::operation()]
}

/// The operations of one kind.
pub(super) fn operations<R: Object>() -> Vec<Operation<Arc<Crm>>> {
    let named = &R::SPEC.operations;
    let mut all = vec![
        Operation::new(
            Method::GET,
            named.all,
            named.list,
            Access::to::<actions::List, R>(),
            list::<R>,
        )
        .query::<RecordQuery>()
        .answers_page::<Record>(),
        Operation::new(
            Method::POST,
            named.all,
            named.create,
            Access::to::<actions::Create, R>(),
            create::<R>,
        )
        .body::<RecordInput>()
        .needs_header("Idempotency-Key")
        .answers::<Record>(201),
        Operation::new(
            Method::GET,
            named.one,
            named.read,
            Access::to::<actions::Read, R>(),
            read::<R>,
        )
        .answers::<Record>(200),
        Operation::new(
            Method::PATCH,
            named.one,
            named.update,
            Access::to::<actions::Update, R>(),
            update::<R>,
        )
        .body::<RecordInput>()
        .needs_header("If-Match")
        .answers::<Record>(200),
        Operation::new(
            Method::DELETE,
            named.one,
            named.delete,
            Access::to::<actions::Delete, R>(),
            delete::<R>,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
    ];
    all.push(
        Operation::new(
            Method::GET,
            named.timeline,
            named.timeline_list,
            Access::to::<actions::Read, R>(),
            timeline::list::<R>,
        )
        .query::<PageQuery>()
        .answers_page::<TimelineItem>(),
    );
    all.push(
        Operation::new(
            Method::POST,
            named.activities,
            named.activity_add,
            Access::to::<actions::Update, R>(),
            timeline::add::<R>,
        )
        .body::<ActivityInput>()
        .answers::<TimelineItem>(201),
    );
    if R::SPEC.has_secrets() && R::SPEC.belonging == Belonging::Owned {
        all.push(
            Operation::new(
                Method::POST,
                named.disclosures,
                named.reveal,
                Access::to::<actions::Reveal, R>(),
                reveal::<R>,
            )
            .body::<DisclosureInput>()
            .answers::<DisclosedField>(200),
        );
    }
    if R::SPEC.belonging == Belonging::Owned {
        all.extend(sharing::operations::<R>(&named.sharing));
    }
    if R::SPEC.states.is_some() {
        all.push(
            Operation::new(
                Method::GET,
                named.board,
                named.board_read,
                Access::to::<actions::List, R>(),
                board::<R>,
            )
            .query::<BoardQuery>()
            .query::<RecordQuery>()
            .answers::<Board>(200),
        );
    }
    all.extend(R::more_operations());
    all
}

async fn list<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<RecordQuery>,
) -> Result<Json<Page<Record>>, CrmError> {
    let scope = crm.policy.scope::<actions::List, R>(&caller)?;
    let page = crm.list_records(&scope, &query).await?;
    let mut event = Event::of_scope(&scope).with("shown", Detail::count(page.items.len() as u64));
    if let Some(text) = query.text()? {
        // What was searched for may be a name or a number: the log keeps a keyed hash of it.
        let hash = crm.keys(caller.org()).await?.audit_value("search", text);
        event = event.with("search", hash);
    }
    crm.record_read(event).await?;
    Ok(Json(page))
}

async fn board<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<BoardQuery>,
) -> Result<Json<Board>, CrmError> {
    let scope = crm.policy.scope::<actions::List, R>(&caller)?;
    let (board, shown) = crm.board(&scope, &query).await?;
    let event = Event::of_scope(&scope).with("shown", Detail::count(shown));
    crm.record_read(event).await?;
    Ok(Json(board))
}

async fn create<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(input): JsonBody<RecordInput>,
) -> Result<Response, CrmError> {
    let created = crm
        .create_record::<R>(&caller, &input.asked(), key.as_deref())
        .await?;
    match created {
        Creation::New(record) => Ok(changed(StatusCode::CREATED, record.map(|record| *record))),
        Creation::Earlier(id) => {
            let record = show::<R>(&crm, &caller, id, StatusCode::CREATED).await?;
            Ok(record.into_response())
        }
    }
}

/// The changed record, or nothing for somebody who may not see it.
fn changed(status: StatusCode, record: Option<Record>) -> Response {
    match record {
        Some(record) => ETag(status, record.version, record).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn read<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
) -> Result<ETag<Record>, CrmError> {
    show::<R>(&crm, &caller, id, StatusCode::OK).await
}

async fn update<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    IfMatch(version): IfMatch,
    JsonBody(input): JsonBody<RecordInput>,
) -> Result<Response, CrmError> {
    let record = crm
        .update_record::<R>(&caller, id, version, &input.asked())
        .await?;
    Ok(changed(StatusCode::OK, record))
}

async fn delete<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, CrmError> {
    crm.delete_record::<R>(&caller, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reveal<R: Object>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    JsonBody(input): JsonBody<DisclosureInput>,
) -> Result<Json<DisclosedField>, CrmError> {
    let value = crm
        .reveal_record_field::<R>(&caller, id, &input.field, &input.reason)
        .await?;
    Ok(Json(DisclosedField {
        field: input.field,
        value,
    }))
}

async fn show<R: Object>(
    crm: &Crm,
    caller: &Caller,
    id: RecordId,
    status: StatusCode,
) -> Result<ETag<Record>, CrmError> {
    let (stored, permit) = crm.record_for::<actions::Read, R>(caller, id).await?;
    let keys = crm.keys(caller.org()).await?;
    let opened = stored.open(&keys, &permit)?;
    let mut disclosures = Disclosures::new();
    let record = crm.show_record(caller, &stored, opened, &mut disclosures);
    crm.record_read(Event::of(&permit).disclosing(disclosures))
        .await?;
    Ok(ETag(status, stored.facts.version, record))
}
