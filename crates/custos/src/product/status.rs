//! `GET /status`: what the page has to know before anybody is signed in.

use crate::VERSION;
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Operation, Problem};
use custos_identity::Identity;
use http::Method;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The state of the installation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Status {
    /// The server's version.
    version: &'static str,
    /// Whether there is no organisation yet.
    setup_required: bool,
    /// Whether it was started as a demonstration.
    demo: bool,
    /// Always false: who is signed in asks for the session.
    signed_in: bool,
}

/// What the answer is made of.
pub(super) struct Installation {
    pub(super) identity: Arc<Identity>,
    pub(super) demo: bool,
}

pub(super) fn operations() -> Vec<Operation<Arc<Installation>>> {
    vec![
        Operation::new(Method::GET, "/status", "status_read", Access::Public, read)
            .answers::<Status>(200),
    ]
}

async fn read(State(installation): State<Arc<Installation>>) -> Result<Json<Status>, Problem> {
    let required = installation.identity.setup_required().await;
    Ok(Json(Status {
        version: VERSION,
        setup_required: required.map_err(Problem::from)?,
        demo: installation.demo,
        signed_in: false,
    }))
}
