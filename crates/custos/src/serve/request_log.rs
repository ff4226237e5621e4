//! One line per request in the server's own log, without anything about anybody.

use crate::system::Stopwatch;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

/// Method, route, status and time. Never the query string, the ids in the path or the address: those are for the
/// audit log, which says who may read it.
pub(super) async fn log_request(request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let ms = watch.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(%method, route, status = response.status().as_u16(), ms, "request");
    response
}
