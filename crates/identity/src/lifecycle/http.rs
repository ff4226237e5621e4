//! Moving and leaving on the wire.

use super::model::{Kind, Stage, Successors};
use super::operations::{Progress, Reached};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::Directory;
use crate::resources::UserResource;
use crate::schema::Named;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, PathId, Problem, QueryParams};
use custos_kernel::policy::actions;
use custos_values::{DepartmentId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The department a move would lead to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveQuery {
    /// The department; none takes the person out of theirs.
    #[param(value_type = Option<String>, format = "uuid")]
    department_id: Option<DepartmentId>,
}

/// What somebody reaches.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MoveReach {
    /// Their department.
    department: Option<Named>,
    /// The departments whose customers they reach besides their own customers; null for all.
    departments: Option<Vec<Named>>,
    /// How many customers these are.
    customers: u64,
}

/// What a move would change. Roles and data scope stay: changing them is for the security administrator.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MovePreview {
    /// How many customers are the person's own.
    own_customers: u64,
    /// What they reach now.
    before: MoveReach,
    /// What they would reach, if their own customers go along.
    after: MoveReach,
    /// Who may take their customers over.
    takers: Vec<Named>,
}

/// What leaving would end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LeavePreview {
    /// How many customers are to be handed over.
    own_customers: u64,
    /// Who may take them over.
    takers: Vec<Named>,
    /// Who would share them if the leads of the department do.
    leads: Vec<Named>,
}

/// Who takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TakeOver {
    /// Nobody: the customers go along with the person, or there are none.
    Nobody,
    /// One colleague.
    Colleague,
    /// The leads of the department, or of the nearest above that has one.
    Leads,
}

/// Somebody's move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveBody {
    /// The department; null takes the person out of theirs.
    #[schema(value_type = Option<String>, format = "uuid")]
    department_id: Option<DepartmentId>,
    /// Who takes the customers over.
    #[schema(inline)]
    to: TakeOver,
    /// The colleague, if one does.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    colleague_id: Option<UserId>,
}

/// Who takes over what somebody who left owns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandoverBody {
    /// Who takes the customers over.
    #[schema(inline)]
    to: TakeOver,
    /// The colleague, if one does.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    colleague_id: Option<UserId>,
}

/// How far a handover has come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Handover {
    /// Why it is done.
    #[schema(inline)]
    kind: Kind,
    /// Whether it goes on.
    running: bool,
    /// Whether it waits for somebody to be named who takes over, and for their approval if a rule asks for it.
    waiting: bool,
    /// Who takes over.
    takers: Vec<Named>,
    /// How many customers there were.
    total: u64,
    /// How many are still to be handed over.
    left: u64,
    /// When it began.
    #[schema(value_type = String, format = "date-time")]
    begun_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = "date-time")]
    ended_at: Option<Timestamp>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let update = Access::to::<actions::Update, UserResource>();
    let delete = Access::to::<actions::Delete, UserResource>();
    let assign = Access::to::<actions::Assign, UserResource>();
    vec![
        Operation::new(
            Method::GET,
            "/users/{id}/move",
            "user_move_preview",
            update,
            preview_move,
        )
        .query::<MoveQuery>()
        .answers::<MovePreview>(200),
        Operation::new(
            Method::POST,
            "/users/{id}/move",
            "user_move",
            assign,
            begin_move,
        )
        .needs_header("If-Match")
        .body::<MoveBody>()
        .answers_nothing(202)
        .approvable(),
        Operation::new(
            Method::GET,
            "/users/{id}/leaving",
            "user_leave_preview",
            delete,
            preview_leave,
        )
        .answers::<LeavePreview>(200),
        Operation::new(
            Method::POST,
            "/users/{id}/leaving",
            "user_leave",
            delete,
            begin_leave,
        )
        .needs_header("If-Match")
        .answers_nothing(202),
        Operation::new(
            Method::POST,
            "/users/{id}/handover",
            "user_handover",
            assign,
            hand_over,
        )
        .body::<HandoverBody>()
        .answers_nothing(202)
        .approvable(),
        Operation::new(
            Method::GET,
            "/users/{id}/handover",
            "user_handover_read",
            delete,
            handover,
        )
        .answers::<Handover>(200),
    ]
}

fn people(directory: &Directory, ids: Vec<UserId>) -> Vec<Named> {
    let named = |id: UserId| {
        Some(Named {
            id: id.to_string(),
            name: directory.user_name(id)?.to_owned(),
        })
    };
    ids.into_iter().filter_map(named).collect()
}

fn department(directory: &Directory, id: DepartmentId) -> Option<Named> {
    Some(Named {
        id: id.to_string(),
        name: directory.department_name(id)?.to_owned(),
    })
}

fn reach(directory: &Directory, reached: Reached) -> MoveReach {
    let named = |id| department(directory, id);
    MoveReach {
        department: reached.department.and_then(named),
        departments: reached
            .departments
            .map(|ids| ids.into_iter().filter_map(named).collect()),
        customers: reached.customers,
    }
}

fn successors(
    to: TakeOver,
    colleague: Option<UserId>,
) -> Result<Option<Successors>, IdentityError> {
    match (to, colleague) {
        (TakeOver::Nobody, None) => Ok(None),
        (TakeOver::Leads, None) => Ok(Some(Successors::Leads)),
        (TakeOver::Colleague, Some(id)) => Ok(Some(Successors::Colleague(id))),
        _ => Err(IdentityError::invalid_field(
            "colleague_id",
            "handover.taker",
        )),
    }
}

async fn preview_move(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    QueryParams(query): QueryParams<MoveQuery>,
) -> Result<axum::Json<MovePreview>, IdentityError> {
    let preview = identity
        .preview_move(&caller, id, query.department_id)
        .await?;
    let directory = identity.directory(caller.org()).await?;
    Ok(axum::Json(MovePreview {
        own_customers: preview.own_customers,
        before: reach(&directory, preview.before),
        after: reach(&directory, preview.after),
        takers: people(&directory, preview.takers),
    }))
}

async fn begin_move(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<MoveBody>,
) -> Result<StatusCode, IdentityError> {
    let successors = successors(body.to, body.colleague_id)?;
    identity
        .move_person(&caller, id, version, body.department_id, successors)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

async fn preview_leave(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
) -> Result<axum::Json<LeavePreview>, IdentityError> {
    let preview = identity.preview_leave(&caller, id).await?;
    let directory = identity.directory(caller.org()).await?;
    Ok(axum::Json(LeavePreview {
        own_customers: preview.own_customers,
        takers: people(&directory, preview.takers),
        leads: people(&directory, preview.leads),
    }))
}

async fn begin_leave(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, IdentityError> {
    identity.let_leave(&caller, id, version).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn hand_over(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    JsonBody(body): JsonBody<HandoverBody>,
) -> Result<StatusCode, IdentityError> {
    let successors = named(successors(body.to, body.colleague_id)?)?;
    identity.hand_over_to(&caller, id, successors).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Those who take over, of whom there have to be some.
fn named(successors: Option<Successors>) -> Result<Successors, IdentityError> {
    successors.ok_or_else(|| IdentityError::invalid_field("to", "handover.taker"))
}

/// Who takes over by the body of a move, or of a handover.
pub(super) fn successors_in(body: &[u8], moves: bool) -> Result<Option<Successors>, IdentityError> {
    let malformed = |_| Problem::bad_request("request.malformed");
    if moves {
        let body: MoveBody = serde_json::from_slice(body).map_err(malformed)?;
        return successors(body.to, body.colleague_id);
    }
    let body: HandoverBody = serde_json::from_slice(body).map_err(malformed)?;
    named(successors(body.to, body.colleague_id)?).map(Some)
}

async fn handover(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
) -> Result<axum::Json<Handover>, IdentityError> {
    let Progress { handover, left } = identity.handover(&caller, id).await?;
    let directory = identity.directory(caller.org()).await?;
    Ok(axum::Json(Handover {
        kind: handover.kind,
        running: handover.stage == Stage::Running,
        waiting: handover.stage == Stage::Waiting,
        takers: people(&directory, handover.takers),
        total: handover.total,
        left,
        begun_at: handover.begun_at,
        ended_at: handover.ended_at,
    }))
}
