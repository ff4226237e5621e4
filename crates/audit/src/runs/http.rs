//! `/audit/runs`.

use super::sql::RunRow;
use crate::resources::RunResource;
use crate::{AuditError, Desk};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, Operation};
use custos_kernel::policy::actions;
use custos_values::{AuditRunId, Timestamp};
use http::{Method, StatusCode};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/audit/runs",
            "audit_run_list",
            Access::to::<actions::List, RunResource>(),
            list,
        )
        .answers::<Runs>(200),
        Operation::new(
            Method::POST,
            "/audit/runs",
            "audit_run_create",
            Access::to::<actions::Create, RunResource>(),
            begin,
        )
        .answers::<Begun>(202),
    ]
}

/// A run of the automated audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRun)]
struct RunView {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: AuditRunId,
    /// `running` or `finished`.
    state: String,
    /// Whether the schedule began it.
    scheduled: bool,
    /// Who began it; none for the schedule.
    #[schema(required)]
    begun_by: Option<String>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    /// When it ended.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Rules looked at.
    done: i64,
    /// Rules to look at.
    total: i64,
    /// What rules found, old and new.
    found: i64,
    /// Findings that are new.
    opened: i64,
    /// Findings that came back.
    reopened: i64,
    /// Findings that are gone.
    resolved: i64,
    /// Grave findings open at its end.
    high: i64,
    /// Medium ones.
    medium: i64,
    /// Light ones.
    low: i64,
}

/// The newest runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRuns)]
struct Runs {
    /// Newest first.
    items: Vec<RunView>,
}

/// A run that was begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRunBegun)]
struct Begun {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: AuditRunId,
}

async fn list(State(desk): State<Arc<Desk>>, Api(caller): Api) -> Result<Json<Runs>, AuditError> {
    let runs = desk.runs(&caller).await?;
    let people = runs.iter().filter_map(|run| run.begun_by);
    let names = (desk.names)(caller.org(), people.map(|id| *id.as_bytes()).collect()).await;
    let view = |run: RunRow| RunView {
        id: run.id,
        begun_by: run
            .begun_by
            .and_then(|id| names.get(id.as_bytes()).cloned()),
        state: run.state,
        scheduled: run.scheduled,
        begun_at: run.queued_at,
        ended_at: run.ended_at,
        done: run.done,
        total: run.total,
        found: run.tally.found,
        opened: run.tally.opened,
        reopened: run.tally.reopened,
        resolved: run.tally.resolved,
        high: run.open[0],
        medium: run.open[1],
        low: run.open[2],
    };
    Ok(Json(Runs {
        items: runs.into_iter().map(view).collect(),
    }))
}

async fn begin(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
) -> Result<(StatusCode, Json<Begun>), AuditError> {
    let id = desk.begin_run(&caller).await?;
    Ok((StatusCode::ACCEPTED, Json(Begun { id })))
}
