//! Why a command was not done.

use crate::config::ConfigError;
use crate::system::PrivateFileError;
use crate::words::Message;
use custos_http::Problem;
use custos_store::StoreError;
use custos_verify::io_reason;
use std::fmt::Display;
use std::io;
use std::path::Path;

/// Exit code of a command that was done and found something wrong.
pub const EXIT_FINDINGS: u8 = 1;
/// Exit code of a command that could not be done.
pub const EXIT_UNUSABLE: u8 = 2;
/// Exit code of a command that was stopped with Ctrl-C: 128 and the signal's number, as shells have it.
pub const EXIT_STOPPED: u8 = 130;

/// A command that could not be done: what to say and how to exit.
#[derive(Debug)]
pub struct Failure {
    /// What to say: what is wrong, where, and what helps.
    pub message: Message,
    /// The exit code.
    pub exit: u8,
    /// The field or option it is about, as the API or the command line names it.
    pub field: Option<String>,
}

impl Failure {
    /// Something that should not happen.
    pub fn internal(reason: &dyn Display) -> Self {
        Message::new("failed").with("reason", reason).into()
    }

    /// A command stopped with Ctrl-C.
    pub fn stopped(message: Message) -> Self {
        Self {
            exit: EXIT_STOPPED,
            ..message.into()
        }
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path, error: &io::Error) -> Self {
        with_reason(
            Message::new("file-unusable").with("path", path.display()),
            error,
        )
        .into()
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self {
            message,
            exit: EXIT_UNUSABLE,
            field: None,
        }
    }
}

/// Adds the parameter `reason`: in words where the kind of error has some, else as the system says it.
pub(super) fn with_reason(message: Message, error: &io::Error) -> Message {
    match io_reason(error.kind()) {
        Some(reason) => message.with_words("reason", reason),
        None => message.with("reason", error),
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        error.0.into()
    }
}

impl From<PrivateFileError> for Failure {
    fn from(error: PrivateFileError) -> Self {
        Self::file(&error.path, &error.source)
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
