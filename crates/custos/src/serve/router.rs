//! Everything that is answered, in one router.

use super::assets::{Assets, fallback};
use super::health;
use super::request_log::log_request;
use crate::product::Foundation;
use axum::Router;
use axum::middleware::from_fn;
use custos_http::{Gatekeeper, Registry, secure_headers};
use custos_values::Random;
use std::sync::Arc;

/// The API, the health checks, and the web page for everything else.
pub(super) fn router(
    registry: Registry,
    gatekeeper: &Arc<dyn Gatekeeper>,
    base: &Foundation,
    random: Arc<dyn Random>,
) -> Router {
    let assets = Assets::embedded(random);
    let to_pack = Arc::clone(&assets);
    // Before anybody asks, but not before the server answers.
    tokio::task::spawn_blocking(move || to_pack.pack());
    registry
        .into_router(gatekeeper)
        .merge(health::routes(Arc::clone(&base.store)))
        .merge(Router::new().fallback(fallback).with_state(assets))
        .layer(from_fn(secure_headers))
        .layer(from_fn(log_request))
}
