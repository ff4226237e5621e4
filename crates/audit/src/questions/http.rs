//! `/audit/questions`.

use super::model::Question;
use super::operations::Kept;
use crate::resources::QuestionResource;
use crate::{AuditError, Desk};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, PathId};
use custos_kernel::policy::actions;
use custos_values::{AuditQuestionId, Timestamp};
use http::{Method, StatusCode};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/audit/questions",
            "audit_question_list",
            Access::to::<actions::List, QuestionResource>(),
            list,
        )
        .answers::<Questions>(200),
        Operation::new(
            Method::POST,
            "/audit/questions",
            "audit_question_create",
            Access::to::<actions::Create, QuestionResource>(),
            create,
        )
        .body::<Question>()
        .answers::<Made>(201),
        Operation::new(
            Method::PUT,
            "/audit/questions/{id}",
            "audit_question_update",
            Access::to::<actions::Update, QuestionResource>(),
            change,
        )
        .needs_header("If-Match")
        .body::<Question>()
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/audit/questions/{id}",
            "audit_question_delete",
            Access::to::<actions::Delete, QuestionResource>(),
            remove,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
    ]
}

/// A saved question.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditQuestion)]
struct QuestionItem {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: AuditQuestionId,
    /// Whether it is one's own, to change or forget.
    own: bool,
    /// Whose it is.
    #[schema(required)]
    owner: Option<String>,
    /// The question.
    #[serde(flatten)]
    question: Question,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// The version to base a change on.
    version: i64,
}

/// The questions one can ask.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditQuestions)]
struct Questions {
    /// Oldest first.
    items: Vec<QuestionItem>,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditQuestionMade)]
struct Made {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: AuditQuestionId,
}

async fn list(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
) -> Result<Json<Questions>, AuditError> {
    let kept = desk.questions(&caller).await?;
    let owners = kept.iter().map(|kept| *kept.owner.as_bytes()).collect();
    let names = (desk.names)(caller.org(), owners).await;
    let item = |kept: Kept| QuestionItem {
        id: kept.id,
        own: Some(kept.owner) == caller.user_id(),
        owner: names.get(kept.owner.as_bytes()).cloned(),
        question: kept.question,
        updated_at: kept.updated_at,
        version: kept.version,
    };
    Ok(Json(Questions {
        items: kept.into_iter().map(item).collect(),
    }))
}

async fn create(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    JsonBody(question): JsonBody<Question>,
) -> Result<(StatusCode, Json<Made>), AuditError> {
    let id = desk.keep_question(&caller, &question).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

async fn change(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    PathId(id): PathId<AuditQuestionId>,
    IfMatch(version): IfMatch,
    JsonBody(question): JsonBody<Question>,
) -> Result<StatusCode, AuditError> {
    desk.change_question(&caller, id, version, &question)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    PathId(id): PathId<AuditQuestionId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, AuditError> {
    desk.forget_question(&caller, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
