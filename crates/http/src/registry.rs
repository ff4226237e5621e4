//! The registry: every operation of the product, and the router made of them.

use crate::guard::{Gatekeeper, Guard, guard};
use crate::{Operation, Problem};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;

/// Where the API lives.
pub const BASE_PATH: &str = "/api/v1";

/// All operations, in the order of registration.
#[derive(Default)]
pub struct Registry {
    pub(crate) operations: Vec<Operation<()>>,
}

impl Registry {
    /// No operations yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a feature's operations with the state its handlers share.
    ///
    /// # Panics
    /// When two operations have the same id, or the same method and path, or one that takes posts of other sites needs
    /// a session: a mistake that must not reach a release.
    pub fn add<S: Clone + Send + Sync + 'static>(
        &mut self,
        state: S,
        operations: Vec<Operation<S>>,
    ) {
        for operation in operations {
            let twin = |o: &Operation<()>| {
                o.id == operation.id || (o.path == operation.path && o.method == operation.method)
            };
            assert!(
                !self.operations.iter().any(twin),
                "operation {} is registered twice",
                operation.id
            );
            assert!(
                !operation.cross_site || operation.access == crate::Access::PreAuth,
                "operation {} takes posts of other sites and needs a session",
                operation.id
            );
            self.operations.push(operation.with_state(state.clone()));
        }
    }

    /// The operations' ids, methods, paths and access, for tests that sweep all of them.
    pub fn operations(
        &self,
    ) -> impl Iterator<Item = (&'static str, &http::Method, &'static str, crate::Access)> {
        self.operations
            .iter()
            .map(|o| (o.id, &o.method, o.path, o.access))
    }

    /// The ids of the operations to which another site's page may post.
    pub fn cross_site(&self) -> impl Iterator<Item = &'static str> {
        self.operations
            .iter()
            .filter(|o| o.cross_site)
            .map(|o| o.id)
    }

    /// The router: every handler behind its guard and body limit, and nothing else.
    pub fn into_router(self, gatekeeper: &Arc<dyn Gatekeeper>) -> Router {
        let mut router = Router::new();
        for operation in self.operations {
            let state = Guard {
                gatekeeper: Arc::clone(gatekeeper),
                access: operation.access,
                cross_site: operation.cross_site,
            };
            let handler = operation
                .handler
                .layer(DefaultBodyLimit::max(operation.max_body))
                .layer(from_fn_with_state(state, guard));
            router = router.route(&format!("{BASE_PATH}{}", operation.path), handler);
        }
        let unknown = async || Problem::not_found();
        router.route(BASE_PATH, axum::routing::any(unknown)).route(
            &format!("{BASE_PATH}/{{*rest}}"),
            axum::routing::any(unknown),
        )
    }
}
