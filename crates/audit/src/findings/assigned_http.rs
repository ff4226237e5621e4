//! `/me/findings`.

use super::assigned::Remedy;
use super::http::{cut, page_of, subject_user};
use super::model::State;
use super::operations::Read;
use crate::resources::AssignedFindingResource;
use crate::rules::Rule;
use crate::{AuditError, Desk};
use axum::Json;
use axum::extract::State as Shared;
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, Page, PathId, QueryParams};
use custos_kernel::policy::actions;
use custos_values::{AuditFindingId, Timestamp};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

pub(super) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/me/findings",
            "me_finding_list",
            Access::to::<actions::List, AssignedFindingResource>(),
            list,
        )
        .query::<AssignedQuery>()
        .answers_page::<AssignedView>(),
        Operation::new(
            Method::PUT,
            "/me/findings/{id}/remedy",
            "me_finding_remedy",
            Access::to::<actions::Update, AssignedFindingResource>(),
            remedy,
        )
        .needs_header("If-Match")
        .body::<RemedyBody>()
        .answers_nothing(204),
    ]
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AssignedQuery {
    /// Items per page, 1 to 200; 50 if not given.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A finding, as far as whoever looks after it has to know: nothing of the entries it rests on, nothing of what auditors
/// wrote.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignedFinding)]
struct AssignedView {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: AuditFindingId,
    /// The rule that found it.
    rule: &'static str,
    /// `high`, `medium` or `low`.
    severity: &'static str,
    /// What became of it.
    state: State,
    /// Whom or what it is about: a kind, and mostly an id behind a colon.
    subject: String,
    /// The name of the person it is about.
    #[schema(required)]
    subject_name: Option<String>,
    /// Figures.
    #[schema(value_type = Object)]
    detail: Map<String, Value>,
    /// By when.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// When it was found first.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// What was said to be done.
    #[schema(required)]
    remedy: Option<String>,
    /// When.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    remedy_at: Option<Timestamp>,
    /// Whether that is all there is to do, which the auditor confirms by resolving it.
    remedied: bool,
    /// The version to base what is said on.
    version: i64,
}

/// What was done about a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignedFindingRemedy)]
struct RemedyBody {
    /// In words, 2 to 500 characters.
    note: String,
    /// Whether that is all there is to do.
    #[serde(default)]
    done: bool,
}

fn view(read: Read, names: &HashMap<[u8; 16], String>) -> Option<AssignedView> {
    let Read { row, remedy, .. } = read;
    let subject = subject_user(&row);
    let rule = Rule::by_number(row.rule)?;
    Some(AssignedView {
        id: row.id,
        rule: rule.code,
        severity: rule.severity.name(),
        state: row.state,
        subject_name: subject.and_then(|id| names.get(id.as_bytes()).cloned()),
        subject: row.subject,
        detail: serde_json::from_str(&row.detail).unwrap_or_default(),
        due_at: row.due_at,
        first_at: row.first_at,
        remedy,
        remedy_at: row.remedy_at,
        remedied: row.remedied,
        version: row.version,
    })
}

async fn list(
    Shared(desk): Shared<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<AssignedQuery>,
) -> Result<Json<Page<AssignedView>>, AuditError> {
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let found = desk.assigned_findings(&caller, page.0, page.1).await?;
    let (found, next_cursor) = cut(found, page);
    let people = found
        .iter()
        .filter_map(|Read { row, .. }| subject_user(row));
    let names = (desk.names)(caller.org(), people.map(|id| *id.as_bytes()).collect()).await;
    Ok(Json(Page {
        items: found
            .into_iter()
            .filter_map(|read| view(read, &names))
            .collect(),
        next_cursor,
        total: None,
    }))
}

async fn remedy(
    Shared(desk): Shared<Arc<Desk>>,
    Api(caller): Api,
    PathId(id): PathId<AuditFindingId>,
    IfMatch(version): IfMatch,
    JsonBody(RemedyBody { note, done }): JsonBody<RemedyBody>,
) -> Result<StatusCode, AuditError> {
    desk.remedy(&caller, id, version, Remedy { note, done })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
