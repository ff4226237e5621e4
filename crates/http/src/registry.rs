//! The registry: every operation of the product, and the router made of them.

use crate::guard::{Gatekeeper, Guard, guard};
use crate::{Operation, Problem, scim};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::any;
use std::sync::Arc;

/// Where the API lives.
pub const BASE_PATH: &str = "/api/v1";
/// Where identity providers keep their accounts.
pub const SCIM_PATH: &str = "/scim/v2";

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
    /// a session, or one that may need approval is not decided by policy or takes an upload: a mistake that must not reach a release.
    pub fn add<S: Clone + Send + Sync + 'static>(
        &mut self,
        state: S,
        operations: Vec<Operation<S>>,
    ) {
        for operation in operations {
            let twin = |o: &Operation<()>| {
                let route = (operation.base(), operation.path, &operation.method);
                o.id == operation.id || (o.base(), o.path, &o.method) == route
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
            let acts = matches!(operation.access, crate::Access::Action { .. });
            assert!(
                !operation.approvable || (acts && operation.upload.is_none()),
                "operation {} cannot be held up for approval",
                operation.id
            );
            self.operations.push(operation.with_state(state.clone()));
        }
    }

    /// The operations' ids, methods, paths and access, for tests that sweep all of them. Paths are below that of the API,
    /// those of provisioning below [`SCIM_PATH`].
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

    /// The ids of the operations that may need the approval of others, with resource and action.
    pub fn approvable(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        self.operations.iter().filter_map(|o| match o.access {
            crate::Access::Action { resource, action } if o.approvable => {
                Some((o.id, resource, action))
            }
            _ => None,
        })
    }

    /// The router: every handler behind its guard and body limit, and nothing else.
    pub fn into_router(self, gatekeeper: &Arc<dyn Gatekeeper>) -> Router {
        let mut router = Router::new();
        for operation in self.operations {
            let path = format!("{}{}", operation.base(), operation.path);
            let state = Guard {
                gatekeeper: Arc::clone(gatekeeper),
                access: operation.access,
                cross_site: operation.cross_site,
                approvable: operation
                    .approvable
                    .then_some((operation.id, operation.max_body)),
            };
            let handler = operation
                .handler
                .layer(DefaultBodyLimit::max(operation.max_body))
                .layer(from_fn_with_state(state, guard));
            router = router.route(&path, handler);
        }
        let unknown = async || Problem::not_found();
        let unknown_scim = async || scim::answer(Problem::not_found().into_response());
        router
            .route(BASE_PATH, any(unknown))
            .route(&format!("{BASE_PATH}/{{*rest}}"), any(unknown))
            .route(SCIM_PATH, any(unknown_scim))
            .route(&format!("{SCIM_PATH}/{{*rest}}"), any(unknown_scim))
    }
}
