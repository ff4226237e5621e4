//! `GET /log/checkpoint`: the newest checkpoint, for anybody, where that was set.

use crate::{Transparency, TransparencyError};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Operation, Problem};
use http::{HeaderValue, Method, header};
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Transparency>>> {
    vec![
        Operation::new(
            Method::GET,
            "/log/checkpoint",
            "log_checkpoint_read",
            Access::Public,
            read,
        )
        .answers_file("text/plain"),
    ]
}

/// Says no more than how many entries there are.
async fn read(
    State(transparency): State<Arc<Transparency>>,
) -> Result<Response, TransparencyError> {
    let store = transparency.store();
    for org in store.logs().await? {
        if !transparency.job_settings(org).await?.public {
            continue;
        }
        let scope = transparency.whole_log(org)?;
        if let Some((newest, _)) = store.newest_checkpoint(&scope).await? {
            let mut response = newest.note.into_response();
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, plain);
            let fresh = HeaderValue::from_static("no-cache");
            response.headers_mut().insert(header::CACHE_CONTROL, fresh);
            return Ok(response);
        }
    }
    Err(Problem::not_found().into())
}
