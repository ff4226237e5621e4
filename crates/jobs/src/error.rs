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
pub enum JobsError {
    /// The database, or the audit log in it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy refused.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has as many jobs waiting as it may.
    #[error("too many jobs are waiting")]
    Full,
    /// What a job is about is larger than may be kept with it: the mistake of whoever queued it.
    #[error("what the job is about is too large")]
    TooLarge,
    /// Nobody handles jobs of that kind here: the mistake of whoever put the program together.
    #[error("no handler for jobs of kind {0}")]
    Unhandled(String),
    /// Anything that already has its answer.
    #[error("{}", .0.code())]
    Problem(Problem),
}

impl From<Problem> for JobsError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<CryptoError> for JobsError {
    fn from(error: CryptoError) -> Self {
        Self::Store(error.into())
    }
}

impl From<JobsError> for Problem {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Store(error) => error.fault().into(),
            JobsError::Denied(denied) => denied.into(),
            JobsError::Full => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "job.queue_full"),
            JobsError::TooLarge | JobsError::Unhandled(_) => Problem::internal(error),
            JobsError::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for JobsError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
