//! Jobs on the wire.

use crate::JobsError;
use crate::jobs::Jobs;
use crate::queue::{Seen, State as JobState};
use crate::resources::{JobResource, ScheduleResource};
use crate::schedules::SeenSchedule;
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, Operation, Page, PageQuery, PathId, Problem, QueryParams};
use custos_kernel::policy::actions;
use custos_values::{JobId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Work in the queue. What it is about is not shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
struct JobView {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: JobId,
    /// What kind of work it is, such as `jobs_sweep`.
    kind: String,
    /// Whether it comes by a schedule.
    scheduled: bool,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// When it was to be done.
    #[schema(value_type = String, format = "date-time")]
    due_at: Timestamp,
    /// When the next attempt is due; null when there will be none.
    #[schema(value_type = Option<String>, format = "date-time")]
    next_attempt_at: Option<Timestamp>,
    /// Attempts begun at the step it is at.
    attempts: i64,
    /// How much of long work is done.
    done: i64,
    /// Of how much, if that is known.
    total: Option<i64>,
    /// Whether it ends after the step it is at.
    ending: bool,
    /// What came of it, or why the last attempt failed: a code.
    code: Option<String>,
    /// Whether it can be tried again at once.
    retryable: bool,
    /// Whether it can be ended.
    cancellable: bool,
    /// When it was queued.
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = "date-time")]
    ended_at: Option<Timestamp>,
}

impl From<Seen> for JobView {
    fn from(seen: Seen) -> Self {
        Self {
            retryable: seen.retryable(),
            cancellable: seen.cancellable(),
            id: seen.id,
            kind: seen.kind,
            scheduled: seen.scheduled,
            state: seen.state.name(),
            due_at: seen.due_at,
            next_attempt_at: seen.next_at,
            attempts: seen.attempts,
            done: seen.progress.0,
            total: seen.progress.1,
            ending: seen.ending,
            code: seen.code,
            created_at: seen.created_at,
            ended_at: seen.ended_at,
        }
    }
}

/// Work that comes again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobSchedule)]
struct ScheduleView {
    /// Its name, a code.
    name: String,
    /// What kind of work it is.
    kind: String,
    /// When it comes: minute, hour, day of the month, month, day of the week.
    cron: String,
    /// In which time zone, a name of the IANA database.
    zone: String,
    /// What becomes of missed times: `once` or `skip`.
    catch_up: String,
    /// When it comes next; null when it does not any more.
    #[schema(value_type = Option<String>, format = "date-time")]
    next_at: Option<Timestamp>,
    /// The time it came for last.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_at: Option<Timestamp>,
    /// Why it does not come any more, a code.
    code: Option<String>,
}

impl From<SeenSchedule> for ScheduleView {
    fn from(seen: SeenSchedule) -> Self {
        Self {
            name: seen.name,
            kind: seen.kind,
            cron: seen.cron,
            zone: seen.zone,
            catch_up: seen.catch_up.to_owned(),
            next_at: seen.next_at,
            last_at: seen.last_at,
            code: seen.code,
        }
    }
}

/// What comes again, and which kinds of work there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobSchedules)]
struct SchedulesView {
    /// Every schedule, by name.
    schedules: Vec<ScheduleView>,
    /// Every kind of work that is done here.
    kinds: Vec<String>,
}

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those of this kind.
    kind: Option<String>,
    /// Only those in this state: `waiting`, `running`, `done`, `failed` or `cancelled`.
    state: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Jobs>>> {
    vec![
        Operation::new(
            Method::GET,
            "/jobs",
            "job_list",
            Access::to::<actions::List, JobResource>(),
            list,
        )
        .query::<PageQuery>()
        .query::<Filter>()
        .answers_page::<JobView>(),
        Operation::new(
            Method::POST,
            "/jobs/{id}/retry",
            "job_retry",
            Access::to::<actions::Update, JobResource>(),
            retry,
        )
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/jobs/{id}/cancellation",
            "job_cancel",
            Access::to::<actions::Update, JobResource>(),
            cancel,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            "/jobs/schedules",
            "job_schedule_list",
            Access::to::<actions::List, ScheduleResource>(),
            schedules,
        )
        .answers::<SchedulesView>(200),
    ]
}

async fn list(
    State(jobs): State<Arc<Jobs>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<PageQuery>,
    QueryParams(filter): QueryParams<Filter>,
) -> Result<Json<Page<JobView>>, JobsError> {
    let bad_cursor = |_| Problem::bad_request("request.cursor_invalid");
    let before = query.cursor.as_deref().map(str::parse).transpose();
    let before = before.map_err(bad_cursor)?;
    let malformed = || Problem::bad_request("request.query_malformed");
    let state = match filter.state.as_deref() {
        None | Some("") => None,
        Some(name) => Some(JobState::from_name(name).ok_or_else(malformed)?),
    };
    let wanted = (filter.kind.as_deref(), state);
    let limit = query.limit();
    let (mut listed, total) = jobs.list(&caller, wanted, before, limit + 1).await?;
    let more = listed.len() > limit;
    listed.truncate(limit);
    let next_cursor = listed
        .last()
        .filter(|_| more)
        .map(|last| last.id.to_string());
    Ok(Json(Page {
        items: listed.into_iter().map(JobView::from).collect(),
        next_cursor,
        total: Some(total),
    }))
}

async fn retry(
    State(jobs): State<Arc<Jobs>>,
    Api(caller): Api,
    PathId(id): PathId<JobId>,
) -> Result<StatusCode, JobsError> {
    jobs.retry(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cancel(
    State(jobs): State<Arc<Jobs>>,
    Api(caller): Api,
    PathId(id): PathId<JobId>,
) -> Result<StatusCode, JobsError> {
    jobs.cancel(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn schedules(
    State(jobs): State<Arc<Jobs>>,
    Api(caller): Api,
) -> Result<Json<SchedulesView>, JobsError> {
    let seen = jobs.schedules(&caller).await?;
    Ok(Json(SchedulesView {
        schedules: seen.into_iter().map(ScheduleView::from).collect(),
        kinds: jobs.kinds().into_iter().map(str::to_owned).collect(),
    }))
}
