//! `/healthz` and `/readyz`, for whatever watches over the process.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use custos_store::Store;
use http::StatusCode;
use std::sync::Arc;

pub(super) fn routes(store: Arc<Store>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(store)
}

/// Ready is who can reach the database.
async fn ready(State(store): State<Arc<Store>>) -> (StatusCode, &'static str) {
    match store.read().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}
