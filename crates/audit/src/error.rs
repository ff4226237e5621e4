//! What can go wrong at the desk.

use axum::response::{IntoResponse, Response};
use custos_http::Problem;
use custos_kernel::audit::{EvidenceError, VerificationError};
use custos_kernel::policy::Denied;
use custos_store::StoreError;
use http::StatusCode;
use thiserror::Error;

/// A failure of a desk's operation.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The log cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The log cannot be read while it is verified, or the verification was stopped.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The evidence cannot be written.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// Another verification or export is under way.
    #[error("the log is being verified or exported already")]
    Busy,
    /// The log has no checkpoint yet.
    #[error("the log has no checkpoint yet")]
    NoCheckpoint,
    /// The newest checkpoint does not hold.
    #[error("the newest checkpoint is not valid")]
    CheckpointInvalid,
    /// The request's values are not acceptable.
    #[error("the request is not acceptable")]
    Request(Problem),
    /// A thread of the server ended unexpectedly.
    #[error("the work was interrupted")]
    Interrupted,
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Store(error) => error.fault().into(),
            AuditError::Denied(denied) => denied.into(),
            AuditError::Request(problem) => problem,
            AuditError::Verification(VerificationError::Stopped) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "audit.too_long")
            }
            AuditError::Busy => Self::new(StatusCode::CONFLICT, "audit.busy").retry_after(5),
            AuditError::NoCheckpoint | AuditError::Evidence(EvidenceError::NoCheckpoint) => {
                Self::new(StatusCode::CONFLICT, "audit.no_checkpoint").retry_after(1)
            }
            AuditError::Evidence(EvidenceError::TooLarge) => {
                Self::new(StatusCode::CONFLICT, "audit.too_large")
            }
            AuditError::CheckpointInvalid => {
                Self::new(StatusCode::CONFLICT, "audit.checkpoint_invalid")
            }
            AuditError::Verification(error) => Self::internal(error),
            AuditError::Evidence(error) => Self::internal(error),
            AuditError::Interrupted => Self::internal(error),
        }
    }
}

impl IntoResponse for AuditError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
