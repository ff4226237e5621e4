//! What can go wrong, and how it is answered.

use axum::response::{IntoResponse, Response};
use custos_http::{FieldProblem, Problem};
use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::{Denied, SessionRefusal};
use custos_outbox::OutboxError;
use custos_store::StoreError;
use thiserror::Error;

/// A failed operation of this crate.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The database, or the audit log in it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy refused.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The session is not accepted.
    #[error(transparent)]
    Session(#[from] SessionRefusal),
    /// Anything that already has its answer.
    #[error("{}", .0.code())]
    Problem(Problem),
}

impl IdentityError {
    /// Values that cannot be accepted.
    pub(crate) fn invalid(fields: Vec<FieldProblem>) -> Self {
        Self::Problem(Problem::invalid(fields))
    }

    /// One value that cannot be accepted.
    pub(crate) fn invalid_field(field: &str, code: &'static str) -> Self {
        Self::invalid(vec![FieldProblem::new(field, code)])
    }
}

impl From<Problem> for IdentityError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<OutboxError> for IdentityError {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::Store(error) => Self::Store(error),
            OutboxError::Denied(denied) => Self::Denied(denied),
            OutboxError::Problem(problem) => Self::Problem(problem),
        }
    }
}

impl From<CryptoError> for IdentityError {
    fn from(error: CryptoError) -> Self {
        Self::Store(error.into())
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Store(error) => error.fault().into(),
            IdentityError::Denied(denied) => denied.into(),
            IdentityError::Session(refusal) => refusal.into(),
            IdentityError::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for IdentityError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
