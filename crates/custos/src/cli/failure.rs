//! Why a command was not done.

use crate::config::ConfigError;
use crate::system::PrivateFileError;
use crate::words::Message;
use custos_http::Problem;
use custos_store::StoreError;
use std::fmt::Display;

/// Exit code of a command that was done and found something wrong.
pub const EXIT_FINDINGS: u8 = 1;
/// Exit code of a command that could not be done.
pub const EXIT_UNUSABLE: u8 = 2;

/// A command that could not be done: what to say and how to exit.
#[derive(Debug)]
pub struct Failure {
    /// What to say: what is wrong, where, and what helps.
    pub message: Message,
    /// The exit code.
    pub exit: u8,
}

impl Failure {
    /// Something that should not happen.
    pub fn internal(reason: &dyn Display) -> Self {
        Message::new("failed").with("reason", reason).into()
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self {
            message,
            exit: EXIT_UNUSABLE,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        error.0.into()
    }
}

impl From<PrivateFileError> for Failure {
    fn from(error: PrivateFileError) -> Self {
        Message::new("file-unusable")
            .with("path", error.path.display())
            .with("reason", error.source)
            .into()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = match &error {
            StoreError::TooNew(_) => Message::new("database-too-new"),
            StoreError::Open(_) => Message::new("database-not-opened"),
            StoreError::Busy => Message::new("database-busy"),
            _ => Message::new("database-failed"),
        };
        message.with("reason", error).into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let code = problem.code();
        Message::new(format!("error-{}", code.replace('.', "-")))
            .with("code", code)
            .into()
    }
}
