//! Errors of the store.

use custos_kernel::fault::Fault;
use thiserror::Error;

/// What can go wrong between a feature and the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The row was changed since the permit was given, or no longer exists.
    #[error("the record was changed by somebody else")]
    Stale,
    /// A uniqueness rule of the database was violated.
    #[error("the value is already in use")]
    Duplicate,
    /// The stored data does not have the expected form.
    #[error("stored data is not of the expected form: {0}")]
    Corrupt(String),
    /// A sealed value does not open.
    #[error(transparent)]
    Crypto(#[from] custos_kernel::crypto::CryptoError),
    /// The audit entry cannot be written; the action failed with it.
    #[error("the audit entry cannot be written: {0}")]
    Audit(String),
    /// The database was made by a newer version of this program.
    #[error(
        "the database was made by a newer version (migration {0}); install that version or restore a backup"
    )]
    TooNew(String),
    /// The database cannot be opened: wrong key, or not a database.
    #[error("the database cannot be opened: {0}")]
    Open(String),
    /// The engine reports an error.
    #[error("database: {0}")]
    Engine(String),
    /// The database was opened to be looked at, not to be changed.
    #[error("the database was opened for reading only")]
    ReadOnly,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The keyring could not be kept; what hangs on that was not done.
    #[error("the keyring cannot be kept: {0}")]
    Keyring(String),
    /// No connection, or no turn to write, was to be had in time.
    #[error("the database is busy")]
    Busy,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _)
                if failure.code == rusqlite::ErrorCode::ConstraintViolation
                    && matches!(failure.extended_code, 1555 | 2067) =>
            {
                Self::Duplicate
            }
            // The message may quote values; the code alone says enough for an operator.
            rusqlite::Error::SqliteFailure(failure, _) => Self::Engine(failure.to_string()),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(db) if *db.code() == tokio_postgres::error::SqlState::UNIQUE_VIOLATION => {
                Self::Duplicate
            }
            // `detail` may quote values of the row; code and message do not.
            Some(db) => Self::Engine(format!("{} {}", db.code().code(), db.message())),
            None => Self::Engine(error.to_string()),
        }
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Timeout(_) => Self::Busy,
            deadpool_postgres::PoolError::Closed => Self::Closed,
            other => Self::Engine(other.to_string()),
        }
    }
}

impl StoreError {
    /// The same in the neutral vocabulary.
    pub fn fault(self) -> Fault {
        match self {
            Self::Stale => Fault::Stale,
            Self::Duplicate => Fault::InUse,
            Self::Closed | Self::Busy => Fault::Unavailable,
            other => Fault::Internal(other.to_string()),
        }
    }
}
