//! The operations on imports.

use super::details::ImportOptions;
use super::model::Import;
use super::rejected::RejectedQuery;
use super::sql;
use super::upload::MAX_BYTES;
use super::wire::{ImportPatch, ImportRecord, Preview, PreviewRequest};
use crate::{Crm, CrmError};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use custos_http::{
    Access, Api, IdempotencyKey, JsonBody, Operation, Page, PageQuery, PathId, Problem, QueryParams,
};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, actions};
use custos_values::ImportId;
use http::{HeaderMap, Method, StatusCode};
use std::sync::Arc;

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    let one = "/imports/{id}";
    let read = Access::to::<actions::Read, Import>();
    let update = Access::to::<actions::Update, Import>();
    vec![
        Operation::new(
            Method::POST,
            "/imports",
            "imports_create",
            Access::to::<actions::Create, Import>(),
            create,
        )
        .upload(
            "application/octet-stream",
            usize::try_from(MAX_BYTES).unwrap_or(usize::MAX),
        )
        .needs_header("X-File-Name")
        .answers::<ImportRecord>(201),
        Operation::new(
            Method::GET,
            "/imports",
            "imports_list",
            Access::to::<actions::List, Import>(),
            list,
        )
        .query::<PageQuery>()
        .answers_page::<ImportRecord>(),
        Operation::new(Method::GET, one, "imports_get", read, get).answers::<ImportRecord>(200),
        Operation::new(Method::PATCH, one, "imports_correct", update, correct)
            .body::<ImportPatch>()
            .answers::<ImportRecord>(200),
        Operation::new(
            Method::POST,
            "/imports/{id}/preview",
            "imports_preview",
            read,
            preview,
        )
        .body::<PreviewRequest>()
        .answers::<Preview>(200),
        Operation::new(
            Method::POST,
            "/imports/{id}/start",
            "imports_start",
            update,
            start,
        )
        .body::<ImportOptions>()
        .answers::<ImportRecord>(202),
        Operation::new(
            Method::POST,
            "/imports/{id}/cancel",
            "imports_cancel",
            update,
            cancel,
        )
        .answers::<ImportRecord>(202),
        Operation::new(
            Method::POST,
            "/imports/{id}/resume",
            "imports_resume",
            update,
            resume,
        )
        .answers::<ImportRecord>(202),
        Operation::new(
            Method::DELETE,
            one,
            "imports_delete",
            Access::to::<actions::Delete, Import>(),
            delete,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            "/imports/{id}/rejected",
            "imports_rejected",
            read,
            rejected,
        )
        .query::<RejectedQuery>()
        .answers_file("application/octet-stream"),
    ]
}

async fn create(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    IdempotencyKey(key): IdempotencyKey,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<ImportRecord>), CrmError> {
    let import = crm.upload(&caller, &headers, key.as_deref(), body).await?;
    Ok((StatusCode::CREATED, Json(crm.import_record(import))))
}

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    QueryParams(page): QueryParams<PageQuery>,
) -> Result<Json<Page<ImportRecord>>, CrmError> {
    let scope = crm.policy.scope::<actions::List, Import>(&caller)?;
    let malformed = |_| Problem::bad_request("list.cursor_malformed");
    let before = page
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(malformed)?;
    let keys = crm.keys(caller.org()).await?;
    let limit = page.limit();
    let mut tx = crm.store.read().await?;
    let (mut imports, total) = sql::page(&mut tx, &scope, &keys, before, limit + 1).await?;
    drop(tx);
    let more = imports.len() > limit;
    imports.truncate(limit);
    let shown = Detail::count(imports.len() as u64);
    crm.record_read(Event::of_scope(&scope).with("shown", shown))
        .await?;
    let next = imports
        .last()
        .filter(|_| more)
        .map(|import| import.id().to_string());
    Ok(Json(Page {
        items: imports
            .into_iter()
            .map(|import| crm.import_record(import))
            .collect(),
        next_cursor: next,
        total: Some(total),
    }))
}

async fn get(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
) -> Result<Json<ImportRecord>, CrmError> {
    show(&crm, &caller, id).await
}

async fn correct(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
    JsonBody(patch): JsonBody<ImportPatch>,
) -> Result<Json<ImportRecord>, CrmError> {
    crm.correct_import(&caller, id, patch).await?;
    show(&crm, &caller, id).await
}

async fn preview(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
    JsonBody(request): JsonBody<PreviewRequest>,
) -> Result<Json<Preview>, CrmError> {
    Ok(Json(crm.preview_import(&caller, id, request.into()).await?))
}

async fn start(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
    JsonBody(options): JsonBody<ImportOptions>,
) -> Result<(StatusCode, Json<ImportRecord>), CrmError> {
    crm.start_import(&caller, id, options).await?;
    Ok((StatusCode::ACCEPTED, show(&crm, &caller, id).await?))
}

async fn cancel(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
) -> Result<(StatusCode, Json<ImportRecord>), CrmError> {
    crm.cancel_import(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, show(&crm, &caller, id).await?))
}

async fn resume(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
) -> Result<(StatusCode, Json<ImportRecord>), CrmError> {
    crm.resume_import(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, show(&crm, &caller, id).await?))
}

async fn delete(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
) -> Result<StatusCode, CrmError> {
    crm.delete_import(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn rejected(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ImportId>,
    QueryParams(query): QueryParams<RejectedQuery>,
) -> Result<Response, CrmError> {
    crm.rejected_rows(&caller, id, query).await
}

async fn show(crm: &Crm, caller: &Caller, id: ImportId) -> Result<Json<ImportRecord>, CrmError> {
    let (import, permit) = crm.import_for::<actions::Read>(caller, id).await?;
    crm.record_read(Event::of(&permit)).await?;
    Ok(Json(crm.import_record(import)))
}
