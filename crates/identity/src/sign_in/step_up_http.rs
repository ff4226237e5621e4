//! Proving a factor again, on the wire.

use super::http::{CodeBody, to_its_end};
use super::second_factor::Code;
use super::step_up::SteppedUp;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::sessions::{cookie, csrf_token};
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, JsonBody, Operation};
use custos_values::Timestamp;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A session with a freshly proven factor. It goes on under a new cookie.
#[derive(Serialize, ToSchema)]
pub(super) struct FreshSession {
    /// What `X-CSRF-Token` must be from now on.
    csrf_token: String,
    /// Until when the factor counts as fresh.
    #[schema(value_type = String, format = "date-time")]
    fresh_until: Timestamp,
}

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::POST,
            "/session/step-up/totp",
            "session_step_up_totp",
            Access::Own,
            totp,
        )
        .body::<CodeBody>()
        .answers::<FreshSession>(200),
    ]
}

pub(super) fn fresh(session: &SteppedUp) -> Response {
    let body = FreshSession {
        csrf_token: csrf_token(&session.token),
        fresh_until: session.fresh_until,
    };
    let mut response = axum::Json(body).into_response();
    cookie::set_session(response.headers_mut(), &session.token);
    response
}

async fn totp(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Response, IdentityError> {
    let attempt = to_its_end(async move {
        identity
            .step_up_by_code(&headers, &caller, Code::Totp(&body.code))
            .await
    });
    Ok(fresh(&attempt.await?))
}
