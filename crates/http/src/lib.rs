//! The operation registry: one source for router, OpenAPI document and authorisation matrix.
//!
//! A route exists only as an [`Operation`] with declared [`Access`]. What the registry builds around every handler —
//! credential, cross-site protection, the role's gate, the audit entry of a refusal — cannot be left out by a feature.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod approval;
mod extract;
mod guard;
mod headers;
mod matrix;
mod openapi;
mod operation;
mod page;
mod problem;
mod reason;
mod registry;
mod scim;
mod transfer;
mod written;

pub use approval::{APPROVAL, APPROVAL_REASON, Considered, Content, Held, Wanted};
pub use extract::{Api, ETag, IdempotencyKey, IfMatch, JsonBody, PathId, QueryParams};
pub use guard::{Asked, Authenticated, Gatekeeper, allow_same_site_only};
pub use headers::{CSP_NONCE, content_security_policy, secure_headers};
pub use matrix::matrix;
pub use openapi::document;
pub use operation::{Access, Operation};
pub use page::{Page, PageQuery};
pub use problem::{FieldProblem, Problem};
pub use reason::reason;
pub use registry::{BASE_PATH, Registry, SCIM_PATH};
pub use written::written_body;
