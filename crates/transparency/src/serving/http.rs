//! `POST /witness/add-checkpoint`.

use crate::{Transparency, TransparencyError};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Operation};
use custos_kernel::audit::{MAX_SUBMISSION, WitnessRefusal};
use http::{HeaderValue, Method, StatusCode, header};
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Transparency>>> {
    vec![
        Operation::new(
            Method::POST,
            "/witness/add-checkpoint",
            "witness_checkpoint_add",
            Access::Public,
            add,
        )
        .upload("text/plain", MAX_SUBMISSION)
        .answers_file("text/plain"),
    ]
}

/// Whoever holds a checkpoint signed by a log that is watched may bring it: the signature is the proof.
async fn add(
    State(transparency): State<Arc<Transparency>>,
    body: String,
) -> Result<Response, TransparencyError> {
    let judged = transparency.add_checkpoint(&body).await?;
    let (status, kind, text) = match judged {
        Ok(line) => (StatusCode::OK, "text/plain; charset=utf-8", line),
        Err(refusal) => {
            let kind = match refusal {
                WitnessRefusal::OtherSize { .. } | WitnessRefusal::Forked { .. } => {
                    "text/x.tlog.size"
                }
                _ => "text/plain; charset=utf-8",
            };
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, kind, refusal.body())
        }
    };
    let mut response = (status, text).into_response();
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
