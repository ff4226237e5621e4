//! The settings on the wire.

use super::preview::{Affected, Why};
use super::settings::SecuritySettings;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::SecuritySettingsResource;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation};
use custos_kernel::policy::actions;
use custos_values::UserId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Most names of one list; the total says how many there are.
const MAX_NAMES: usize = 100;

/// Why something would happen to somebody.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AffectedBy {
    /// The network they last came from.
    Network,
    /// The hour it is.
    Hours,
    /// The time a session was not used.
    Idle,
    /// The age of a session.
    Absolute,
    /// The number of sessions.
    Concurrent,
    /// The age of the password.
    PasswordAge,
    /// The second factor, which would no longer do.
    SecondFactor,
}

/// Somebody to whom something would happen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AffectedPerson {
    /// The account's id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
    /// Why.
    #[schema(inline)]
    by: AffectedBy,
    /// How many of their sessions; 0 where it is not about sessions.
    sessions: usize,
}

/// People to whom something would happen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AffectedPeople {
    /// How many.
    total: usize,
    /// The first hundred.
    people: Vec<AffectedPerson>,
}

/// What settings would mean for the people there are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SecurityPreview {
    /// Active accounts.
    accounts: usize,
    /// Those of them whose last address is known.
    located: usize,
    /// Who could not work right now.
    barred: AffectedPeople,
    /// Whose sessions end: at once, or the oldest with the next sign-in where there are too many.
    sessions: AffectedPeople,
    /// Whose password would have to be changed at the next request.
    passwords: AffectedPeople,
    /// Who signs in by codes and would have to set an authenticator app up at the next sign-in.
    factors: AffectedPeople,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let update = Access::to::<actions::Update, SecuritySettingsResource>();
    vec![
        Operation::new(
            Method::GET,
            "/security/settings",
            "security_settings_read",
            Access::to::<actions::Read, SecuritySettingsResource>(),
            read,
        )
        .answers::<SecuritySettings>(200),
        Operation::new(
            Method::PUT,
            "/security/settings",
            "security_settings_update",
            update,
            change,
        )
        .needs_header("If-Match")
        .body::<SecuritySettings>()
        .answers::<SecuritySettings>(200),
        Operation::new(
            Method::POST,
            "/security/settings/preview",
            "security_settings_preview",
            update,
            preview,
        )
        .body::<SecuritySettings>()
        .answers::<SecurityPreview>(200),
    ]
}

async fn read(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<ETag<SecuritySettings>, IdentityError> {
    let (settings, version) = identity.security_settings(&caller).await?;
    Ok(ETag(StatusCode::OK, version, settings))
}

async fn change(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<SecuritySettings>,
) -> Result<ETag<SecuritySettings>, IdentityError> {
    let (settings, version) = identity
        .change_security_settings(&caller, version, body)
        .await?;
    Ok(ETag(StatusCode::OK, version, settings))
}

async fn preview(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<SecuritySettings>,
) -> Result<axum::Json<SecurityPreview>, IdentityError> {
    let preview = identity.preview_security_settings(&caller, body).await?;
    Ok(axum::Json(SecurityPreview {
        accounts: preview.accounts,
        located: preview.located,
        barred: people(preview.barred),
        sessions: people(preview.sessions),
        passwords: people(preview.passwords),
        factors: people(preview.factors),
    }))
}

fn people(affected: Vec<Affected>) -> AffectedPeople {
    let total = affected.len();
    let person = |one: Affected| AffectedPerson {
        id: one.id,
        name: one.name,
        by: match one.why {
            Why::Network => AffectedBy::Network,
            Why::Hours => AffectedBy::Hours,
            Why::Idle => AffectedBy::Idle,
            Why::Absolute => AffectedBy::Absolute,
            Why::Concurrent => AffectedBy::Concurrent,
            Why::PasswordAge => AffectedBy::PasswordAge,
            Why::SecondFactor => AffectedBy::SecondFactor,
        },
        sessions: one.sessions,
    };
    AffectedPeople {
        total,
        people: affected.into_iter().take(MAX_NAMES).map(person).collect(),
    }
}
