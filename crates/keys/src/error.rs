//! What can go wrong, and how it is answered.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use custos_http::Problem;
use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::Denied;
use custos_store::StoreError;
use thiserror::Error;

/// A failed operation of this crate.
#[derive(Debug, Error)]
pub enum KeysError {
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

impl From<Problem> for KeysError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<CryptoError> for KeysError {
    fn from(error: CryptoError) -> Self {
        Self::Store(error.into())
    }
}

impl From<KeysError> for Problem {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => error.fault().into(),
            KeysError::Denied(denied) => denied.into(),
            KeysError::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for KeysError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

pub(crate) fn conflict(code: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code)
}
