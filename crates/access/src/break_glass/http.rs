//! Emergency access on the wire.

use super::begin::Wanted;
use super::model::{Conclusion, Reach};
use super::view::{View, Which};
use crate::{Access as Shared, AccessError, BreakGlassResource};
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{
    Access, Api, JsonBody, Operation, Page, PageQuery, PathId, Problem, QueryParams,
};
use custos_kernel::policy::actions;
use custos_values::{CustomerId, DepartmentId, EmergencyId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmergencyPerson)]
struct Named {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
}

/// The review of emergency access.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmergencyReview)]
struct ReviewBody {
    /// Who signed it.
    by: Named,
    /// What came out of it.
    #[schema(inline)]
    conclusion: Conclusion,
    /// What they noted.
    note: String,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
}

/// Emergency access.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Emergency)]
struct EmergencyBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: EmergencyId,
    /// Whose it is.
    user: Named,
    /// `active`, `to_review` or `reviewed`.
    state: &'static str,
    /// The customer it reaches, if it reaches one.
    #[schema(value_type = Option<String>, format = "uuid")]
    customer_id: Option<CustomerId>,
    /// The department whose customers it reaches, if it does.
    #[schema(value_type = Option<String>, format = "uuid")]
    department_id: Option<DepartmentId>,
    /// That department's name.
    department_name: Option<String>,
    /// Why.
    reason: String,
    /// When it began.
    #[schema(value_type = Option<String>, format = "date-time")]
    begun_at: Option<Timestamp>,
    /// Until when, at the longest.
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = "date-time")]
    ended_at: Option<Timestamp>,
    /// Its review.
    review: Option<ReviewBody>,
    /// Whether what is stored of it was written by somebody else than this program.
    tampered: bool,
    /// What the caller can do: `end`, `review`.
    actions: Vec<&'static str>,
}

/// What goes on now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmergencyState)]
struct StateBody {
    /// The caller's own that goes on.
    #[schema(value_type = Option<String>, format = "uuid")]
    own: Option<EmergencyId>,
    /// Until when it does, at the longest.
    #[schema(value_type = Option<String>, format = "date-time")]
    own_until: Option<Timestamp>,
    /// How many go on, for who watches over them.
    active: usize,
    /// How many wait for their review, for the same.
    to_review: usize,
}

/// What is asked for: one customer, or those of one department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencyRequest)]
struct BeginBody {
    /// The customer's whole name, phone, e-mail, code, or id.
    #[serde(default)]
    customer: Option<String>,
    /// The department.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    department_id: Option<DepartmentId>,
    /// Why, 4 to 500 characters.
    reason: String,
    /// For how many minutes, 1 to 60.
    minutes: i64,
}

/// What was begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmergencyBegun)]
struct Begun {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: EmergencyId,
}

/// A review to be signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencyReviewRequest)]
struct SignBody {
    /// What came out of it.
    #[schema(inline)]
    conclusion: Conclusion,
    /// What was found, 4 to 1000 characters.
    note: String,
}

/// Which.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `open` for those that go on or wait for their review, `all` for all.
    view: String,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Shared>>> {
    vec![
        Operation::new(
            Method::GET,
            "/emergencies",
            "emergency_list",
            Access::to::<actions::List, BreakGlassResource>(),
            list,
        )
        .query::<PageQuery>()
        .query::<Filter>()
        .answers_page::<EmergencyBody>(),
        Operation::new(
            Method::POST,
            "/emergencies",
            "emergency_begin",
            Access::to::<actions::Create, BreakGlassResource>(),
            begin,
        )
        .body::<BeginBody>()
        .answers::<Begun>(201),
        Operation::new(
            Method::GET,
            "/emergencies/state",
            "emergency_state",
            Access::to::<actions::List, BreakGlassResource>(),
            state,
        )
        .answers::<StateBody>(200),
        Operation::new(
            Method::POST,
            "/emergencies/{id}/end",
            "emergency_end",
            Access::to::<actions::Update, BreakGlassResource>(),
            end,
        )
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/emergencies/{id}/review",
            "emergency_review",
            Access::to::<actions::Verify, BreakGlassResource>(),
            review,
        )
        .body::<SignBody>()
        .answers_nothing(204),
    ]
}

fn wire(
    view: View,
    names: &BTreeMap<UserId, String>,
    departments: &BTreeMap<DepartmentId, String>,
) -> EmergencyBody {
    let named = |id: UserId| Named {
        id,
        name: names.get(&id).cloned().unwrap_or_default(),
    };
    let reach = view.grant.as_ref().map(|grant| grant.reach);
    let (customer_id, department_id) = match reach {
        Some(Reach::Customer(id)) => (Some(id), None),
        Some(Reach::Department(id)) => (None, Some(id)),
        None => (None, None),
    };
    EmergencyBody {
        id: view.row.id,
        user: named(view.row.user),
        state: view.state(),
        customer_id,
        department_id,
        department_name: department_id.and_then(|id| departments.get(&id).cloned()),
        begun_at: view.grant.as_ref().map(|grant| grant.begun_at),
        until: view
            .grant
            .as_ref()
            .map_or(view.row.until, |grant| grant.until),
        ended_at: view.ended_at(),
        tampered: view.grant.is_none(),
        reason: view.grant.map(|grant| grant.reason).unwrap_or_default(),
        review: view.review.map(|review| ReviewBody {
            by: named(review.by),
            conclusion: review.conclusion,
            note: review.note,
            at: review.at,
        }),
        actions: view.actions,
    }
}

async fn list(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    QueryParams(page): QueryParams<PageQuery>,
    QueryParams(filter): QueryParams<Filter>,
) -> Result<Json<Page<EmergencyBody>>, AccessError> {
    let which = match filter.view.as_str() {
        "open" => Which::Open,
        "all" => Which::All,
        _ => return Err(Problem::bad_request("request.malformed").into()),
    };
    let before = page.cursor.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| Problem::bad_request("request.malformed"))?;
    let limit = page.limit();
    let mut views = access
        .list_emergencies(&caller, which, before, limit + 1)
        .await?;
    let more = views.len() > limit;
    views.truncate(limit);
    let last = views.last().filter(|_| more);
    let next_cursor = last.map(|view| view.row.id.to_string());
    let names = access.names(&caller).await?;
    let departments = access.people().departments(caller.org()).await?;
    let items = views.into_iter();
    Ok(Json(Page {
        items: items.map(|view| wire(view, &names, &departments)).collect(),
        next_cursor,
        total: None,
    }))
}

async fn state(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
) -> Result<Json<StateBody>, AccessError> {
    let standing = access.emergency_state(&caller).await?;
    Ok(Json(StateBody {
        own: standing.own.map(|(id, _)| id),
        own_until: standing.own.map(|(_, until)| until),
        active: standing.active,
        to_review: standing.to_review,
    }))
}

async fn begin(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<BeginBody>,
) -> Result<(StatusCode, Json<Begun>), AccessError> {
    let wanted = Wanted {
        customer: body.customer,
        department: body.department_id,
        reason: body.reason,
        minutes: body.minutes,
    };
    let id = access.begin_emergency(&caller, wanted).await?;
    Ok((StatusCode::CREATED, Json(Begun { id })))
}

async fn end(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<EmergencyId>,
) -> Result<StatusCode, AccessError> {
    access.end_emergency(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn review(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<EmergencyId>,
    JsonBody(body): JsonBody<SignBody>,
) -> Result<StatusCode, AccessError> {
    access
        .review_emergency(&caller, id, body.conclusion, &body.note)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
