//! What can go wrong, and how it is answered.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use custos_http::{FieldProblem, Problem};
use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::Denied;
use custos_store::StoreError;
use thiserror::Error;

/// A failed operation of this crate.
#[derive(Debug, Error)]
pub enum AccessError {
    /// The database, or the audit log in it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy refused.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Anything that already has its answer.
    #[error("{}", .0.code())]
    Problem(Problem),
}

impl AccessError {
    /// 422, naming a field.
    pub(crate) fn invalid(field: &str, code: &'static str) -> Self {
        Problem::invalid(vec![FieldProblem::new(field, code)]).into()
    }

    /// 409.
    pub(crate) fn conflict(code: &'static str) -> Self {
        Problem::new(StatusCode::CONFLICT, code).into()
    }
}

impl From<Problem> for AccessError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<FieldProblem> for AccessError {
    fn from(problem: FieldProblem) -> Self {
        Problem::invalid(vec![problem]).into()
    }
}

impl From<CryptoError> for AccessError {
    fn from(error: CryptoError) -> Self {
        Self::Store(error.into())
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => error.fault().into(),
            AccessError::Denied(denied) => denied.into(),
            AccessError::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for AccessError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
