//! `/audit/findings`.

use super::model::State;
use super::operations::{Decision, Read};
use super::sql::FindingRow;
use crate::resources::FindingResource;
use crate::rules::{Rule, Trace};
use crate::{AuditError, Desk};
use axum::Json;
use axum::extract::State as Shared;
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, Page, PathId, Problem, QueryParams};
use custos_kernel::policy::actions;
use custos_values::{AuditFindingId, Timestamp, UserId};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/audit/findings",
            "audit_finding_list",
            Access::to::<actions::List, FindingResource>(),
            list,
        )
        .query::<FindingsQuery>()
        .answers_page::<FindingView>(),
        Operation::new(
            Method::PUT,
            "/audit/findings/{id}",
            "audit_finding_update",
            Access::to::<actions::Update, FindingResource>(),
            decide,
        )
        .needs_header("If-Match")
        .body::<DecisionBody>()
        .answers_nothing(204),
    ]
}

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FindingsQuery {
    /// Only `open`, `accepted` or `resolved`.
    state: Option<String>,
    /// Items per page, 1 to 200; 50 if not given.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A finding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditFinding)]
struct FindingView {
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
    /// Where the evidence is.
    trace: Trace,
    /// Who looks after it.
    #[schema(required)]
    owner_id: Option<String>,
    /// Their name.
    #[schema(required)]
    owner: Option<String>,
    /// By when.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// What whoever looks after it says was done.
    #[schema(required)]
    remedy: Option<String>,
    /// When they said so.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    remedy_at: Option<Timestamp>,
    /// Whether that is all there is to do, which is for the auditor to confirm.
    remedied: bool,
    /// Why it was accepted or resolved.
    #[schema(required)]
    reason: Option<String>,
    /// Until when it is accepted.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    accepted_until: Option<Timestamp>,
    /// When it was found first.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// When it was found last.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// When it was accepted or resolved.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// Whether it was resolved because it was no longer so.
    by_itself: bool,
    /// How often it came back.
    reopened: i64,
    /// The version to base a decision on.
    version: i64,
}

/// What is to become of a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditFindingDecision)]
struct DecisionBody {
    /// What becomes of it.
    state: State,
    /// Who looks after it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    owner_id: Option<UserId>,
    /// By when.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// Why; needed to accept or resolve, 2 to 500 characters.
    #[serde(default)]
    reason: Option<String>,
    /// Until when; needed to accept.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    accepted_until: Option<Timestamp>,
    /// What was said to be done is not: it is to be done still.
    #[serde(default)]
    send_back: bool,
}

pub(super) fn subject_user(row: &FindingRow) -> Option<UserId> {
    row.subject.strip_prefix("user:")?.parse().ok()
}

fn view(
    Read {
        row,
        reason,
        remedy,
    }: Read,
    names: &HashMap<[u8; 16], String>,
) -> Option<FindingView> {
    let name = |id: UserId| names.get(id.as_bytes()).cloned();
    let subject_name = subject_user(&row).and_then(name);
    // A rule that a newer build had is not shown by this one.
    let rule = Rule::by_number(row.rule)?;
    Some(FindingView {
        id: row.id,
        rule: rule.code,
        severity: rule.severity.name(),
        state: row.state,
        subject_name,
        subject: row.subject,
        detail: serde_json::from_str(&row.detail).unwrap_or_default(),
        trace: serde_json::from_str(&row.trace).unwrap_or_default(),
        owner: row.owner.and_then(name),
        owner_id: row.owner.map(|id| id.to_string()),
        due_at: row.due_at,
        remedy,
        remedy_at: row.remedy_at,
        remedied: row.remedied,
        reason,
        accepted_until: row.accepted_until,
        first_at: row.first_at,
        last_at: row.last_at,
        closed_at: row.closed_at,
        by_itself: row.by_itself,
        reopened: row.reopened,
        version: row.version,
    })
}

/// How many items, and how many come before them.
pub(super) fn page_of(limit: Option<u32>, cursor: Option<&str>) -> Result<(i64, i64), AuditError> {
    let malformed = || AuditError::Request(Problem::bad_request("request.query_malformed"));
    let limit = i64::from(limit.unwrap_or(50).clamp(1, 200));
    let offset: i64 = match cursor {
        None | Some("") => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|offset| *offset >= 0)
            .ok_or_else(malformed)?,
    };
    Ok((limit, offset))
}

/// A page of what was found, one more than asked for, and the cursor of the next page if there is one.
pub(super) fn cut(
    mut found: Vec<Read>,
    (limit, offset): (i64, i64),
) -> (Vec<Read>, Option<String>) {
    let size = limit as usize;
    let next = (found.len() > size).then(|| (offset + limit).to_string());
    found.truncate(size);
    (found, next)
}

async fn list(
    Shared(desk): Shared<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<FindingsQuery>,
) -> Result<Json<Page<FindingView>>, AuditError> {
    let malformed = || AuditError::Request(Problem::bad_request("request.query_malformed"));
    let state = match query.state.as_deref() {
        None | Some("") => None,
        Some(name) => Some(State::from_name(name).ok_or_else(malformed)?),
    };
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let found = desk.findings(&caller, state, page.0, page.1).await?;
    let (found, next_cursor) = cut(found, page);
    let people = found
        .iter()
        .flat_map(|Read { row, .. }| [row.owner, subject_user(row)])
        .flatten();
    let names = (desk.names)(caller.org(), people.map(|id| *id.as_bytes()).collect()).await;
    let items = found.into_iter().filter_map(|read| view(read, &names));
    Ok(Json(Page {
        items: items.collect(),
        next_cursor,
        total: None,
    }))
}

async fn decide(
    Shared(desk): Shared<Arc<Desk>>,
    Api(caller): Api,
    PathId(id): PathId<AuditFindingId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<StatusCode, AuditError> {
    let decision = Decision {
        state: body.state,
        owner: body.owner_id,
        due_at: body.due_at,
        reason: body.reason,
        accepted_until: body.accepted_until,
        send_back: body.send_back,
    };
    desk.decide(&caller, id, version, decision).await?;
    Ok(StatusCode::NO_CONTENT)
}
