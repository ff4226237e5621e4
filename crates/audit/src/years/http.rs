//! `/audit/years` and `/audit/retention`.

use super::operations::YearView;
use super::retention::{LEAST_YEARS, Retention};
use crate::resources::{RetentionResource, YearResource};
use crate::{AuditEntry, AuditError, Desk};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, PathId, Problem, written_body};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Scope, actions};
use custos_values::Timestamp;
use http::{HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A year that is over and sealed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditYear)]
struct YearItem {
    /// The year, by the organisation's clock.
    year: i64,
    /// The place of its first entry.
    from: u64,
    /// The place after its last: the size of the log that was sealed.
    to: u64,
    /// The root of the log at that size, hexadecimal.
    root: String,
    /// When it was sealed.
    #[schema(value_type = String, format = DateTime)]
    sealed_at: Timestamp,
    /// The place of the entry that states size and root.
    sealed_index: u64,
    /// When it was last archived.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    archived_at: Option<Timestamp>,
    /// When its entries were removed from the database.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    removed_at: Option<Timestamp>,
    /// Whether the time its entries have to stay is over.
    removable: bool,
}

/// The sealed years, and how long entries stay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditYears)]
struct Years {
    /// Oldest first.
    items: Vec<YearItem>,
    /// Whole years that entries stay; 0 for ever.
    retention_years: i64,
    /// The fewest that can be set.
    least_years: i64,
    /// The version to base a change on.
    retention_version: i64,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/audit/years",
            "audit_year_list",
            Access::to::<actions::List, YearResource>(),
            list,
        )
        .answers::<Years>(200),
        Operation::new(
            Method::GET,
            "/audit/years/{year}/archive",
            "audit_year_archive",
            Access::to::<actions::Export, YearResource>(),
            archive,
        )
        .answers_file("application/x-tar"),
        Operation::new(
            Method::PUT,
            "/audit/retention",
            "audit_retention_update",
            Access::to::<actions::Update, RetentionResource>(),
            change,
        )
        .needs_header("If-Match")
        .body::<Retention>()
        .answers_nothing(204)
        .approvable(),
    ]
}

fn item(YearView { year, removable }: YearView) -> YearItem {
    YearItem {
        year: year.year,
        from: year.first,
        to: year.end,
        root: hex::encode(year.root),
        sealed_at: year.sealed_at,
        sealed_index: year.sealed_index,
        archived_at: year.archived_at,
        removed_at: year.removed_at,
        removable,
    }
}

async fn list(State(desk): State<Arc<Desk>>, Api(caller): Api) -> Result<Json<Years>, AuditError> {
    let scope: Scope<actions::List, YearResource> = desk.policy.scope(&caller)?;
    let years = desk.years(&scope).await?;
    let (retention, retention_version) = desk.retention(scope.org()).await?;
    let event = Event::of_scope(&scope).with("rows", Detail::count(years.len() as u64));
    desk.sink.record(event).await?;
    Ok(Json(Years {
        items: years.into_iter().map(item).collect(),
        retention_years: retention.years,
        least_years: LEAST_YEARS,
        retention_version,
    }))
}

async fn archive(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    PathId(year): PathId<i64>,
) -> Result<Response, AuditError> {
    let turn = Arc::clone(&desk.whole_log)
        .try_acquire_owned()
        .map_err(|_| AuditError::Busy)?;
    let scope: Scope<actions::Export, YearResource> = desk.policy.scope(&caller)?;
    let log: Scope<actions::Export, AuditEntry> = desk.policy.scope(&caller)?;
    let missing = || AuditError::Request(Problem::not_found());
    let years = desk.years(&scope).await?;
    let found = years.into_iter().find(|view| view.year.year == year);
    let found = found.ok_or_else(missing)?.year;
    let file = desk.archive_of(&log, &found).await?;
    let gone = || AuditError::Request(Problem::new(StatusCode::CONFLICT, "log_year.no_archive"));
    let file = file.ok_or_else(gone)?;
    desk.archived(&caller, year).await?;
    let body = written_body("archive", move |out| {
        let _turn = turn;
        file.write(out)
    });
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-tar"),
    );
    let name = format!("attachment; filename=\"custos-log-{year}.tar\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

async fn change(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(wanted): JsonBody<Retention>,
) -> Result<StatusCode, AuditError> {
    desk.change_retention(&caller, version, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}
