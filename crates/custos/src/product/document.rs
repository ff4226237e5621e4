//! `GET /openapi.json`: the API described, itself an operation of the API.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use custos_http::{Access, Operation, Registry, document};
use http::{HeaderValue, Method, header};
use std::sync::{Arc, OnceLock};

/// The OpenAPI document. It can be written only when every operation, this one included, is registered.
#[derive(Default)]
pub struct ApiDocument(OnceLock<Bytes>);

impl ApiDocument {
    pub(super) fn operations() -> Vec<Operation<Arc<Self>>> {
        let access = Access::Public;
        vec![
            Operation::new(Method::GET, "/openapi.json", "openapi_read", access, read)
                .answers_file("application/json"),
        ]
    }

    pub(super) fn describe(&self, registry: &Registry, version: &str) {
        self.0
            .get_or_init(|| Bytes::from(document(registry, version).to_string()));
    }
}

async fn read(State(document): State<Arc<ApiDocument>>) -> Response {
    let text = document.0.get().cloned().unwrap_or_default();
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
