//! What can go wrong in this crate, and how it is answered.

use axum::response::{IntoResponse, Response};
use custos_http::{FieldProblem, Problem};
use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::Denied;
use custos_store::StoreError;
use thiserror::Error;

/// An error of the customer features.
#[derive(Debug, Error)]
pub enum CrmError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy.
    #[error(transparent)]
    Denied(#[from] Box<Denied>),
    /// A sealed value does not open.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// Values that are not acceptable.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such record for this caller.
    #[error("not found")]
    NotFound,
    /// The record is not at the version the change is based on.
    #[error("stale")]
    Stale,
    /// The index is still being read.
    #[error("the index is loading")]
    IndexLoading,
    /// A coded answer.
    #[error("{}", .0.code())]
    Problem(Problem),
}

impl From<Denied> for CrmError {
    fn from(denied: Denied) -> Self {
        Self::Denied(Box::new(denied))
    }
}

impl From<FieldProblem> for CrmError {
    fn from(problem: FieldProblem) -> Self {
        Self::Invalid(vec![problem])
    }
}

impl From<Problem> for CrmError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<CrmError> for Problem {
    fn from(error: CrmError) -> Self {
        match error {
            CrmError::Denied(denied) => (*denied).into(),
            // About to be removed: the key is gone already.
            CrmError::Crypto(CryptoError::Erased)
            | CrmError::Store(StoreError::Crypto(CryptoError::Erased)) => Problem::not_found(),
            CrmError::Store(error) => error.fault().into(),
            CrmError::Crypto(error) => Problem::internal(error),
            CrmError::Invalid(fields) => Problem::invalid(fields),
            CrmError::NotFound => Problem::not_found(),
            CrmError::Stale => custos_kernel::fault::Fault::Stale.into(),
            CrmError::IndexLoading => {
                Problem::new(http::StatusCode::SERVICE_UNAVAILABLE, "index.loading").retry_after(1)
            }
            CrmError::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for CrmError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
