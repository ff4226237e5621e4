//! A forgotten password on the wire.

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::sessions::cookie;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Method, StatusCode};
use custos_http::{Access, JsonBody, Operation, Problem};
use custos_kernel::policy::Origin;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A request for a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetRequest {
    /// The login name.
    login: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordReset {
    /// The part of the link behind `#`.
    token: String,
    /// The new password.
    password: String,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::POST,
            "/session/reset",
            "session_reset",
            Access::PreAuth,
            request,
        )
        .body::<ResetRequest>()
        .answers_nothing(202),
        Operation::new(
            Method::POST,
            "/session/reset/confirmation",
            "session_reset_confirmation",
            Access::PreAuth,
            confirm,
        )
        .body::<PasswordReset>()
        .answers_nothing(204),
    ]
}

async fn request(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ResetRequest>,
) -> Result<StatusCode, IdentityError> {
    let device = cookie::device(&headers);
    identity.request_reset(body.login, device, origin).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn confirm(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    JsonBody(body): JsonBody<PasswordReset>,
) -> Result<StatusCode, IdentityError> {
    // In a task of its own: who hangs up meanwhile has used the link all the same, and it will be in the log.
    let attempt = tokio::spawn(async move {
        identity
            .reset_password(&body.token, body.password, origin)
            .await
    });
    attempt.await.map_err(Problem::internal)??;
    Ok(StatusCode::NO_CONTENT)
}
