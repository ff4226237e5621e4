//! Codes by mail and text message, on the wire.

use super::http::{CodeBody, NextStep, signed_in, to_its_end};
use super::second_factor::Code;
use super::step_up_http::{FreshSession, fresh};
use crate::contact::Kind;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::one_time_code;
use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use custos_http::{Access, Api, JsonBody, Operation};
use custos_kernel::policy::Origin;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Where a code is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeRequest {
    /// The kind of address.
    #[schema(inline)]
    kind: Kind,
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeSent {
    /// The address with its middle hidden.
    sent_to: String,
    /// For how many minutes the code works.
    minutes: i64,
    /// After how many seconds another one can be asked for.
    again_seconds: i64,
}

impl CodeSent {
    fn to(sent_to: String) -> (StatusCode, Json<Self>) {
        let sent = Self {
            sent_to,
            minutes: one_time_code::LIFE_MIN,
            again_seconds: one_time_code::PAUSE_MS / 1_000,
        };
        (StatusCode::ACCEPTED, Json(sent))
    }
}

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    use Access::{Own, PreAuth};
    vec![
        Operation::new(
            Method::POST,
            "/session/code/message",
            "session_code_message",
            PreAuth,
            send,
        )
        .body::<CodeRequest>()
        .answers::<CodeSent>(202),
        Operation::new(Method::POST, "/session/code", "session_code", PreAuth, code)
            .body::<CodeBody>()
            .answers::<NextStep>(200),
        Operation::new(
            Method::POST,
            "/session/step-up/code/message",
            "session_step_up_code_message",
            Own,
            send_step_up,
        )
        .body::<CodeRequest>()
        .answers::<CodeSent>(202),
        Operation::new(
            Method::POST,
            "/session/step-up/code",
            "session_step_up_code",
            Own,
            step_up,
        )
        .body::<CodeBody>()
        .answers::<FreshSession>(200),
    ]
}

async fn send(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeRequest>,
) -> Result<(StatusCode, Json<CodeSent>), IdentityError> {
    let sent = identity.send_sign_in_code(&headers, body.kind, origin);
    Ok(CodeSent::to(sent.await?))
}

async fn code(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Response, IdentityError> {
    let proof = async move {
        let code = Code::Sent(&body.code);
        identity.expects_code(&headers, &origin).await?;
        identity.prove_second_factor(&headers, code, origin).await
    };
    signed_in(proof).await
}

async fn send_step_up(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeRequest>,
) -> Result<(StatusCode, Json<CodeSent>), IdentityError> {
    let sent = identity.send_step_up_code(&headers, &caller, body.kind);
    Ok(CodeSent::to(sent.await?))
}

async fn step_up(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Response, IdentityError> {
    let attempt = to_its_end(async move {
        let code = Code::Sent(&body.code);
        identity.step_up_by_code(&headers, &caller, code).await
    });
    Ok(fresh(&attempt.await?))
}
