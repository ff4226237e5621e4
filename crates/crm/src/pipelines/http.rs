//! The operations on pipelines.

use super::model::{Content, Pipeline, Stage, problems};
use super::{Pipelines, sql};
use crate::opportunities::OPPORTUNITY;
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation, PathId, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, actions};
use custos_search::{Filters, Query};
use custos_values::RecordId;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Most pipelines of an organisation.
const MOST: usize = 20;

/// A pipeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// The version, also the entity tag.
    pub version: i64,
    /// Its name; none for the one that comes with the product, for which the page has a word.
    pub name: Option<String>,
    /// Whether new opportunities go into it.
    pub is_default: bool,
    /// Its stages in order.
    pub stages: Vec<Stage>,
}

/// The pipelines of the organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineList {
    /// The usual one first.
    pub items: Vec<PipelineBody>,
}

/// A new stage, or a changed one if it has an id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageInput {
    /// Its id; a new one if missing.
    #[schema(value_type = Option<String>)]
    pub id: Option<RecordId>,
    /// Its name, 1 to 40 characters; may be missing where there is a code.
    pub name: Option<String>,
    /// The code of a stage that comes with the product.
    pub code: Option<String>,
    /// `open`, `won` or `lost`.
    pub kind: String,
    /// How likely a deal in it is won, in percent.
    pub win_rate: u8,
    /// After how many days in it a deal counts as stagnant.
    pub stagnant_days: Option<u32>,
    /// Fields of an opportunity that must be filled in it.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// A new or changed pipeline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineInput {
    /// Its name, 1 to 40 characters.
    pub name: String,
    /// Its stages in order, 3 to 20, the first one open.
    pub stages: Vec<StageInput>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    vec![
        Operation::new(
            Method::GET,
            "/pipelines",
            "pipeline_list",
            Access::to::<actions::List, Pipelines>(),
            list,
        )
        .answers::<PipelineList>(200),
        Operation::new(
            Method::POST,
            "/pipelines",
            "pipeline_create",
            Access::to::<actions::Create, Pipelines>(),
            create,
        )
        .body::<PipelineInput>()
        .answers::<PipelineBody>(201),
        Operation::new(
            Method::PUT,
            "/pipelines/{id}",
            "pipeline_update",
            Access::to::<actions::Update, Pipelines>(),
            update,
        )
        .body::<PipelineInput>()
        .needs_header("If-Match")
        .answers::<PipelineBody>(200),
        Operation::new(
            Method::DELETE,
            "/pipelines/{id}",
            "pipeline_delete",
            Access::to::<actions::Delete, Pipelines>(),
            delete,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
    ]
}

fn body(pipeline: Pipeline, is_default: bool) -> PipelineBody {
    PipelineBody {
        id: pipeline.id,
        version: pipeline.version,
        name: pipeline.name,
        is_default,
        stages: pipeline.stages,
    }
}

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
) -> Result<Json<PipelineList>, CrmError> {
    let scope = crm.policy.scope::<actions::List, Pipelines>(&caller)?;
    let pipelines = crm.pipelines(&caller).await?;
    let shown = Detail::count(pipelines.len() as u64);
    crm.record_read(Event::of_scope(&scope).with("shown", shown))
        .await?;
    let items = pipelines.into_iter().enumerate();
    let items = items
        .map(|(at, pipeline)| body(pipeline, at == 0))
        .collect();
    Ok(Json(PipelineList { items }))
}

async fn create(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    JsonBody(input): JsonBody<PipelineInput>,
) -> Result<ETag<PipelineBody>, CrmError> {
    let id = RecordId::new(crm.store.clock(), crm.store.random());
    let facts = Facts::<Pipelines>::shared(caller.org(), *id.as_bytes(), 0);
    let permit = crm
        .policy
        .permit::<actions::Create, Pipelines>(&caller, &facts)?;
    let content = checked(&crm, input)?;
    if crm.pipelines(&caller).await?.len() >= MOST {
        let full = Problem::new(StatusCode::CONFLICT, "pipeline.most");
        return Err(full.with("max", MOST).into());
    }
    let keys = crm.keys(caller.org()).await?;
    let mut tx = crm.store.write(&caller).await?;
    sql::insert(&mut tx, &keys, &permit, &content, crm.store.random()).await?;
    tx.finish(Event::of(&permit)).await?;
    shown(&crm, &caller, id, StatusCode::CREATED).await
}

async fn update(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    IfMatch(version): IfMatch,
    JsonBody(input): JsonBody<PipelineInput>,
) -> Result<ETag<PipelineBody>, CrmError> {
    let facts = Facts::<Pipelines>::shared(caller.org(), *id.as_bytes(), version);
    let permit = crm
        .policy
        .permit::<actions::Update, Pipelines>(&caller, &facts)?;
    let stored = known(&crm, &caller, id).await?;
    if stored.version != version {
        return Err(CrmError::Stale);
    }
    let content = checked(&crm, input)?;
    let kept = |stage: &Stage| content.stages.iter().any(|other| other.id == stage.id);
    for stage in stored.stages.iter().filter(|stage| !kept(stage)) {
        refuse_if_used(&crm, &caller, "stage", stage.id)?;
    }
    let keys = crm.keys(caller.org()).await?;
    let mut tx = crm.store.write(&caller).await?;
    if stored.version == 0 {
        sql::insert(&mut tx, &keys, &permit, &content, crm.store.random()).await?;
    } else {
        sql::update(&mut tx, &keys, &permit, &content, crm.store.random()).await?;
    }
    tx.finish(Event::of(&permit)).await?;
    shown(&crm, &caller, id, StatusCode::OK).await
}

async fn delete(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, CrmError> {
    let facts = Facts::<Pipelines>::shared(caller.org(), *id.as_bytes(), version);
    let permit = crm
        .policy
        .permit::<actions::Delete, Pipelines>(&caller, &facts)?;
    let stored = known(&crm, &caller, id).await?;
    if stored.version == 0 {
        return Err(Problem::new(StatusCode::CONFLICT, "pipeline.built_in").into());
    }
    if stored.version != version {
        return Err(CrmError::Stale);
    }
    refuse_if_used(&crm, &caller, super::FIELD, id)?;
    let mut tx = crm.store.write(&caller).await?;
    sql::delete(&mut tx, &permit).await?;
    tx.finish(Event::of(&permit)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn known(crm: &Crm, caller: &Caller, id: RecordId) -> Result<Pipeline, CrmError> {
    let pipelines = crm.pipelines(caller).await?;
    let mut found = pipelines.into_iter().filter(|pipeline| pipeline.id == id);
    found.next().ok_or(CrmError::NotFound)
}

async fn shown(
    crm: &Crm,
    caller: &Caller,
    id: RecordId,
    status: StatusCode,
) -> Result<ETag<PipelineBody>, CrmError> {
    let pipelines = crm.pipelines(caller).await?;
    let mut all = pipelines.into_iter().enumerate();
    let (at, pipeline) = all
        .find(|(_, pipeline)| pipeline.id == id)
        .ok_or(CrmError::NotFound)?;
    Ok(ETag(status, pipeline.version, body(pipeline, at == 0)))
}

fn checked(crm: &Crm, input: PipelineInput) -> Result<Content, CrmError> {
    let stage = |stage: StageInput| Stage {
        id: stage
            .id
            .unwrap_or_else(|| RecordId::new(crm.store.clock(), crm.store.random())),
        name: stage
            .name
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty()),
        code: stage.code,
        kind: stage.kind,
        win_rate: stage.win_rate,
        stagnant_days: stage.stagnant_days,
        needs: stage.needs,
    };
    let stages: Vec<Stage> = input.stages.into_iter().map(stage).collect();
    let problems = problems(&input.name, &stages, OPPORTUNITY.fields);
    if !problems.is_empty() {
        return Err(CrmError::Invalid(problems));
    }
    Ok(Content {
        name: Some(input.name.trim().to_owned()),
        stages,
    })
}

/// A stage or pipeline in which there are opportunities stays: they would be in none.
fn refuse_if_used(crm: &Crm, caller: &Caller, field: &str, id: RecordId) -> Result<(), CrmError> {
    let shared = crm.indexes_of(OPPORTUNITY.name).ready(caller.org())?;
    let index = shared.read();
    let field = index.schema().field(field).ok_or(CrmError::NotFound)?;
    let query = Query {
        scope: custos_search::Scope::All,
        filters: Filters {
            choices: vec![(field, vec![Some(id.to_string())])],
            ..Filters::default()
        },
        ..Query::default()
    };
    let found = index
        .query(&query)
        .map_err(crate::customers::query_problem)?;
    if found.total == 0 {
        return Ok(());
    }
    let used = Problem::new(StatusCode::CONFLICT, "pipeline.in_use");
    Err(used.with("count", found.total).into())
}
