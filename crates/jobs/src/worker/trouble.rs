//! Why an attempt failed.

use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::Denied;
use custos_store::StoreError;

/// Why an attempt failed. Of it the code is kept, shown and logged, and nothing else: what is said in words may quote
/// customers. The words of a code are `job-code-<code>`.
#[derive(Debug)]
pub struct Trouble {
    pub(super) code: &'static str,
    pub(super) passing: bool,
    /// The job passed to another node, or was ended: nothing is to be written down.
    pub(super) lost: bool,
}

impl Trouble {
    /// It may go better later; there is another attempt after a pause. The code consists of small letters and `_`.
    pub fn passing(code: &'static str) -> Self {
        Self {
            code,
            passing: true,
            lost: false,
        }
    }

    /// It will not go better; the job failed.
    pub fn lasting(code: &'static str) -> Self {
        Self {
            passing: false,
            ..Self::passing(code)
        }
    }

    /// The job is another's by now.
    pub(super) fn lost() -> Self {
        Self {
            lost: true,
            ..Self::passing("lost")
        }
    }

    /// The code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether the job is no longer this node's, so that nothing it did came to be.
    pub fn is_lost(&self) -> bool {
        self.lost
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::passing("changed_meanwhile"),
            StoreError::Corrupt(_) | StoreError::Crypto(_) => {
                tracing::error!(%error, "a job cannot be done");
                Self::lasting("damaged")
            }
            error => {
                tracing::warn!(%error, "an attempt at a job failed");
                Self::passing("database")
            }
        }
    }
}

impl From<CryptoError> for Trouble {
    fn from(error: CryptoError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<Denied> for Trouble {
    fn from(_: Denied) -> Self {
        Self::lasting("denied")
    }
}
