//! The operations of reviews of access.

use super::asking::{DecisionsBody, HandedBody, ReassignBody, StartBody, Started};
use super::begin::Start;
use super::decide::Deciding;
use super::model::Scope;
use super::paper::Reader;
use super::report::file_name;
use super::sql::LinesOf;
use super::wire::{
    LineBody, PreviewBody, ReviewBody, ReviewsBody, line_body, preview_body, review_body,
    reviews_body,
};
use crate::{Access as Shared, AccessError, AccessReviewLineResource, AccessReviewResource};
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use custos_http::{
    Access, Api, JsonBody, Operation, Page, PageQuery, PathId, Problem, QueryParams,
};
use custos_kernel::policy::actions;
use custos_values::{ReviewId, UserId};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `open` for those nobody has decided on, `all` for all.
    view: String,
    /// One's own only, also for whoever sees all.
    #[serde(default)]
    own: bool,
    /// Those of one reviewer, for whoever sees all.
    #[param(value_type = Option<String>, format = "uuid")]
    reviewer: Option<UserId>,
}

/// As what a report is given out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReportFormat {
    /// What is signed and kept.
    #[default]
    Json,
    /// Pages made of it, signed likewise.
    Pdf,
}

/// Languages of the PDF.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
enum ReportLanguage {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// How a report is to be told.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// `json` or `pdf`.
    #[serde(default)]
    #[param(inline)]
    format: ReportFormat,
    /// Language of the PDF.
    #[serde(default)]
    #[param(inline)]
    lang: ReportLanguage,
    /// Minutes east of UTC of the times in the PDF.
    #[serde(default)]
    #[param(minimum = -840, maximum = 840)]
    utc_offset: i16,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Shared>>> {
    let update = Access::to::<actions::Update, AccessReviewResource>;
    vec![
        Operation::new(
            Method::GET,
            "/access-reviews",
            "access_review_list",
            Access::to::<actions::List, AccessReviewResource>(),
            list,
        )
        .answers::<ReviewsBody>(200),
        Operation::new(
            Method::POST,
            "/access-reviews/preview",
            "access_review_preview",
            Access::to::<actions::List, AccessReviewResource>(),
            preview,
        )
        .body::<Scope>()
        .answers::<PreviewBody>(200),
        Operation::new(
            Method::POST,
            "/access-reviews",
            "access_review_start",
            Access::to::<actions::Create, AccessReviewResource>(),
            start,
        )
        .body::<StartBody>()
        .answers::<Started>(201),
        Operation::new(
            Method::GET,
            "/access-reviews/own",
            "access_review_own",
            Access::to::<actions::List, AccessReviewLineResource>(),
            own,
        )
        .answers::<ReviewsBody>(200),
        Operation::new(
            Method::GET,
            "/access-reviews/{id}",
            "access_review_read",
            Access::to::<actions::Read, AccessReviewResource>(),
            read,
        )
        .answers::<ReviewBody>(200),
        Operation::new(
            Method::GET,
            "/access-reviews/{id}/lines",
            "access_review_lines",
            Access::to::<actions::List, AccessReviewLineResource>(),
            lines,
        )
        .query::<PageQuery>()
        .query::<Filter>()
        .answers_page::<LineBody>(),
        Operation::new(
            Method::PUT,
            "/access-reviews/{id}/decisions",
            "access_review_decide",
            Access::to::<actions::Update, AccessReviewLineResource>(),
            decide,
        )
        .body::<DecisionsBody>()
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/access-reviews/{id}/reassignments",
            "access_review_reassign",
            update(),
            reassign,
        )
        .body::<ReassignBody>()
        .answers::<HandedBody>(200),
        Operation::new(
            Method::POST,
            "/access-reviews/{id}/end",
            "access_review_end",
            update(),
            end,
        )
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/access-reviews/{id}/cancel",
            "access_review_cancel",
            update(),
            cancel,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            "/access-reviews/{id}/report",
            "access_review_report",
            Access::to::<actions::Export, AccessReviewResource>(),
            report,
        )
        .query::<ReportQuery>()
        .answers_file("application/octet-stream"),
    ]
}

async fn list(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
) -> Result<Json<ReviewsBody>, AccessError> {
    let views = access.list_reviews(&caller).await?;
    let people = access.people().all(caller.org()).await?;
    Ok(Json(reviews_body(views, &people)))
}

async fn own(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
) -> Result<Json<ReviewsBody>, AccessError> {
    let views = access.own_reviews(&caller).await?;
    let people = access.people().all(caller.org()).await?;
    Ok(Json(reviews_body(views, &people)))
}

async fn preview(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    JsonBody(scope): JsonBody<Scope>,
) -> Result<Json<PreviewBody>, AccessError> {
    let (preview, roster) = access.preview_review(&caller, &scope).await?;
    Ok(Json(preview_body(preview, &roster.people)))
}

async fn start(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<StartBody>,
) -> Result<(StatusCode, Json<Started>), AccessError> {
    let start = Start {
        name: body.name,
        scope: body.scope,
        days: body.days,
        remind_days: body.remind_days,
    };
    let id = access.start_review(&caller, start).await?;
    Ok((StatusCode::CREATED, Json(Started { id })))
}

async fn read(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
) -> Result<Json<ReviewBody>, AccessError> {
    let view = access.read_review(&caller, id).await?;
    let people = access.people().all(caller.org()).await?;
    Ok(Json(review_body(view, &people)))
}

/// A place in a list: whom the last line was about, and the line.
fn place(cursor: &str) -> Option<([u8; 16], [u8; 16])> {
    let bytes = hex::decode(cursor).ok()?;
    let (subject, line) = bytes.split_at_checked(16)?;
    Some((subject.try_into().ok()?, line.try_into().ok()?))
}

async fn lines(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
    QueryParams(page): QueryParams<PageQuery>,
    QueryParams(filter): QueryParams<Filter>,
) -> Result<Json<Page<LineBody>>, AccessError> {
    let malformed = || Problem::bad_request("request.malformed");
    let after = page.cursor.as_deref();
    let after = after.map(|text| place(text).ok_or_else(malformed));
    let of = LinesOf {
        review: id,
        reviewer: filter.reviewer,
        open: match filter.view.as_str() {
            "open" => true,
            "all" => false,
            _ => return Err(malformed().into()),
        },
        after: after.transpose()?,
        limit: i64::try_from(page.limit()).unwrap_or(1),
    };
    let found = access.review_lines(&caller, of, filter.own).await?;
    let people = access.people().all(caller.org()).await?;
    let departments = access.people().departments(caller.org()).await?;
    let items = found.lines.into_iter();
    let cursor = |(subject, line): ([u8; 16], [u8; 16])| hex::encode([subject, line].concat());
    Ok(Json(Page {
        items: items
            .map(|view| line_body(view, &people, &departments))
            .collect(),
        next_cursor: found.next.map(cursor),
        total: None,
    }))
}

async fn decide(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
    JsonBody(body): JsonBody<DecisionsBody>,
) -> Result<StatusCode, AccessError> {
    let decisions = body.decisions.into_iter().map(|it| Deciding {
        line: it.line,
        verdict: it.verdict,
        note: it.note,
    });
    access
        .decide_lines(&caller, id, decisions.collect())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reassign(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
    JsonBody(body): JsonBody<ReassignBody>,
) -> Result<Json<HandedBody>, AccessError> {
    let handed = access
        .hand_lines_over(&caller, id, body.from, body.to)
        .await?;
    Ok(Json(HandedBody {
        moved: handed.moved,
        barred: handed.barred,
    }))
}

async fn end(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
) -> Result<StatusCode, AccessError> {
    access.end_review(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cancel(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
) -> Result<StatusCode, AccessError> {
    access.cancel_review(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn report(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ReviewId>,
    QueryParams(query): QueryParams<ReportQuery>,
) -> Result<impl IntoResponse, AccessError> {
    if !(-840..=840).contains(&query.utc_offset) {
        return Err(Problem::bad_request("request.malformed").into());
    }
    let (ending, kind, reader) = match query.format {
        ReportFormat::Json => ("json", "application/json", None),
        ReportFormat::Pdf => {
            let reader = Reader {
                language: match query.lang {
                    ReportLanguage::Chinese => "zh-CN",
                    ReportLanguage::English => "en",
                },
                utc_offset: query.utc_offset,
            };
            ("pdf", "application/pdf", Some(reader))
        }
    };
    let file = access.read_report(&caller, id, reader).await?;
    let disposition = format!("attachment; filename=\"{}\"", file_name(id, ending));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file))
}
