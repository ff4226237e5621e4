//! Signing in by passkey, on the wire.

use super::http::{NextStep, signed_in, to_its_end};
use super::passkey::Answer;
use super::step_up_http::fresh;
use crate::error::IdentityError;
use crate::factors::PasskeyChallenge;
use crate::identity::Identity;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use custos_http::{Access, Api, JsonBody, Operation};
use custos_kernel::policy::Origin;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A passkey's answer to a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasskeyAnswer {
    /// What was given out with the options.
    state: String,
    /// The credential, in the JSON form of WebAuthn.
    #[schema(value_type = Object)]
    credential: serde_json::Value,
}

impl From<PasskeyAnswer> for Answer {
    fn from(body: PasskeyAnswer) -> Self {
        Self {
            state: body.state,
            credential: body.credential,
        }
    }
}

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    use Access::{Own, PreAuth};
    vec![
        Operation::new(
            Method::POST,
            "/session/passkey/options",
            "session_passkey_options",
            PreAuth,
            sign_in_options,
        )
        .answers::<PasskeyChallenge>(200),
        Operation::new(
            Method::POST,
            "/session/passkey",
            "session_passkey",
            PreAuth,
            sign_in,
        )
        .body::<PasskeyAnswer>()
        .answers::<NextStep>(200),
        Operation::new(
            Method::POST,
            "/session/second-factor/passkey/options",
            "session_second_factor_passkey_options",
            PreAuth,
            second_factor_options,
        )
        .answers::<PasskeyChallenge>(200),
        Operation::new(
            Method::POST,
            "/session/second-factor/passkey",
            "session_second_factor_passkey",
            PreAuth,
            second_factor,
        )
        .body::<PasskeyAnswer>()
        .answers::<NextStep>(200),
        Operation::new(
            Method::POST,
            "/session/step-up/passkey/options",
            "session_step_up_passkey_options",
            Own,
            step_up_options,
        )
        .answers::<PasskeyChallenge>(200),
        Operation::new(
            Method::POST,
            "/session/step-up/passkey",
            "session_step_up_passkey",
            Own,
            step_up,
        )
        .body::<PasskeyAnswer>()
        .answers::<super::step_up_http::FreshSession>(200),
    ]
}

fn given((options, state): (serde_json::Value, String)) -> axum::Json<PasskeyChallenge> {
    axum::Json(PasskeyChallenge { options, state })
}

async fn sign_in_options(
    State(identity): State<Arc<Identity>>,
) -> Result<axum::Json<PasskeyChallenge>, IdentityError> {
    Ok(given(identity.begin_passkey_sign_in().await?))
}

async fn sign_in(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PasskeyAnswer>,
) -> Result<Response, IdentityError> {
    let attempt = async move {
        identity
            .sign_in_with_passkey(&headers, body.into(), origin)
            .await
    };
    signed_in(attempt).await
}

async fn second_factor_options(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
) -> Result<axum::Json<PasskeyChallenge>, IdentityError> {
    let begun = identity.begin_passkey_second_factor(&headers, &origin);
    Ok(given(begun.await?))
}

async fn second_factor(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PasskeyAnswer>,
) -> Result<Response, IdentityError> {
    let attempt = async move {
        identity
            .prove_second_factor_by_passkey(&headers, body.into(), origin)
            .await
    };
    signed_in(attempt).await
}

async fn step_up_options(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<PasskeyChallenge>, IdentityError> {
    Ok(given(identity.begin_passkey_step_up(&caller).await?))
}

async fn step_up(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PasskeyAnswer>,
) -> Result<Response, IdentityError> {
    let attempt = to_its_end(async move {
        identity
            .step_up_by_passkey(&headers, &caller, body.into())
            .await
    });
    Ok(fresh(&attempt.await?))
}
