//! `/external-auditors`.

use super::model::{ExternalAuditor, NewExternalAuditor};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::Directory;
use crate::resources::ExternalAuditorResource;
use crate::schema::Named;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, PathId};
use custos_kernel::policy::{Engagement, actions};
use custos_values::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// An external auditor.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalAuditor)]
struct View {
    /// The account's id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
    /// The login name.
    login: String,
    /// Whom they come from.
    firm: String,
    /// The beginning of the period of the log that they see.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// The end of that period, which is not part of it.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// From then on the account opens nothing.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// Whether it can be used now.
    active: bool,
    /// Who invited them.
    invited_by: Named,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The version to base a change on.
    version: i64,
}

/// All of them.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalAuditors)]
struct Views {
    /// Newest first.
    items: Vec<View>,
}

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExternalAuditor)]
struct Invitation {
    /// The display name, at most 100 characters.
    name: String,
    /// The login name: 2 to 64 letters, digits and `.`, `_`, `-`, `@`. Case does not matter.
    login: String,
    /// Whom they come from, at most 100 characters.
    firm: String,
    /// The beginning of the period of the log that they are to see.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Its end, which is not part of it.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// When the account's time is over; at most 90 days from now.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
}

/// What they look at, and until when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExternalAuditorPeriod)]
struct Period {
    /// The beginning of the period of the log.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Its end, which is not part of it.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// When the account's time is over; at most 90 days from now.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
}

impl From<Period> for Engagement {
    fn from(period: Period) -> Self {
        Self {
            from: period.from,
            to: period.to,
            ends_at: period.ends_at,
        }
    }
}

/// An account just made.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalAuditorInvited)]
struct Invited {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The one-time link for its owner; it works for 24 hours.
    sign_in_link: String,
}

/// A one-time link.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalAuditorLink)]
struct Link {
    /// It works for 24 hours.
    sign_in_link: String,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let update = Access::to::<actions::Update, ExternalAuditorResource>();
    vec![
        Operation::new(
            Method::GET,
            "/external-auditors",
            "external_auditor_list",
            Access::to::<actions::List, ExternalAuditorResource>(),
            list,
        )
        .answers::<Views>(200),
        Operation::new(
            Method::POST,
            "/external-auditors",
            "external_auditor_create",
            Access::to::<actions::Create, ExternalAuditorResource>(),
            invite,
        )
        .body::<Invitation>()
        .answers::<Invited>(201),
        Operation::new(
            Method::PUT,
            "/external-auditors/{id}",
            "external_auditor_update",
            update,
            change,
        )
        .needs_header("If-Match")
        .body::<Period>()
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/external-auditors/{id}/sign-in-link",
            "external_auditor_link",
            update,
            link,
        )
        .answers::<Link>(200),
        Operation::new(
            Method::DELETE,
            "/external-auditors/{id}",
            "external_auditor_end",
            Access::to::<actions::Delete, ExternalAuditorResource>(),
            end,
        )
        .answers_nothing(204),
    ]
}

fn view(auditor: ExternalAuditor, directory: &Directory) -> View {
    let inviter = directory.user_name(auditor.invited_by).unwrap_or_default();
    View {
        invited_by: Named {
            id: auditor.invited_by.to_string(),
            name: inviter.to_owned(),
        },
        id: auditor.id,
        name: auditor.name,
        login: auditor.login,
        firm: auditor.firm,
        from: auditor.engagement.from,
        to: auditor.engagement.to,
        ends_at: auditor.engagement.ends_at,
        active: auditor.active,
        created_at: auditor.created_at,
        version: auditor.version,
    }
}

async fn list(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Views>, IdentityError> {
    let found = identity.external_auditors(&caller).await?;
    let directory = identity.directory(caller.org()).await?;
    let items = found.into_iter().map(|one| view(one, &directory));
    Ok(axum::Json(Views {
        items: items.collect(),
    }))
}

async fn invite(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<Invitation>,
) -> Result<(StatusCode, axum::Json<Invited>), IdentityError> {
    let new = NewExternalAuditor {
        name: body.name,
        login: body.login,
        firm: body.firm,
        engagement: Engagement {
            from: body.from,
            to: body.to,
            ends_at: body.ends_at,
        },
    };
    let (id, link) = identity.invite_external_auditor(&caller, new).await?;
    let sign_in_link = link.path();
    Ok((
        StatusCode::CREATED,
        axum::Json(Invited { id, sign_in_link }),
    ))
}

async fn change(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<Period>,
) -> Result<StatusCode, IdentityError> {
    identity
        .change_engagement(&caller, id, version, body.into())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn link(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
) -> Result<axum::Json<Link>, IdentityError> {
    let link = identity.link_external_auditor(&caller, id).await?;
    Ok(axum::Json(Link {
        sign_in_link: link.path(),
    }))
}

async fn end(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
) -> Result<StatusCode, IdentityError> {
    identity.end_engagement(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
