//! What can go wrong, and how it is answered.

use axum::response::{IntoResponse, Response};
use custos_http::Problem;
use custos_kernel::audit::{CheckpointError, NoteError};
use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::Denied;
use custos_outbox::OutboxError;
use custos_store::StoreError;
use thiserror::Error;

/// A failed operation of this crate.
#[derive(Debug, Error)]
pub enum TransparencyError {
    /// The database, or the log in it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy refused.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Anything that already has its answer.
    #[error("{}", .0.code())]
    Problem(Problem),
    /// The newest checkpoint is not one of the log's.
    #[error("the newest checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A key cannot sign.
    #[error("a key cannot sign: {0}")]
    Key(#[from] NoteError),
    /// A message cannot be queued.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// A published file cannot be read or written.
    #[error("a published checkpoint cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// A thread of the server ended unexpectedly.
    #[error("the work was interrupted")]
    Interrupted,
}

impl From<Problem> for TransparencyError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<CryptoError> for TransparencyError {
    fn from(error: CryptoError) -> Self {
        Self::Store(error.into())
    }
}

impl From<TransparencyError> for Problem {
    fn from(error: TransparencyError) -> Self {
        match error {
            TransparencyError::Store(error) => error.fault().into(),
            TransparencyError::Denied(denied) => denied.into(),
            TransparencyError::Problem(problem) => problem,
            TransparencyError::Outbox(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for TransparencyError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
