//! Why a question was not answered.

use crate::Message;
use custos_kernel::audit::EvidenceError;
use std::io;
use std::path::Path;

/// A question that could not be answered: what to say.
#[derive(Debug)]
pub struct Refusal(pub Message);

impl Refusal {
    /// A file that cannot be read.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let message = Message::new("file-unusable").with("path", path.display());
        Self(match io_reason(error.kind()) {
            Some(reason) => message.with_words("reason", reason),
            None => message.with("reason", error),
        })
    }

    /// Evidence that is none, or does not fit what is known of it.
    pub(crate) fn evidence(path: &Path, error: &EvidenceError) -> Self {
        let message = match error {
            EvidenceError::OtherKey => Message::new("verify-other-key"),
            EvidenceError::Key(_) => Message::new("verify-key-malformed"),
            EvidenceError::Trusted(_) => Message::new("verify-trusted-refused"),
            EvidenceError::Divergence(_) => Message::new("verify-not-provable"),
            _ => Message::new("verify-not-evidence"),
        };
        Self(message.with("path", path.display()).with("reason", error))
    }
}

/// The words for what went wrong with a file, where there are some.
pub fn io_reason(kind: io::ErrorKind) -> Option<Message> {
    Some(match kind {
        io::ErrorKind::NotFound => Message::new("io-not-found"),
        io::ErrorKind::PermissionDenied => Message::new("io-permission-denied"),
        io::ErrorKind::AlreadyExists => Message::new("io-exists"),
        io::ErrorKind::IsADirectory => Message::new("io-is-folder"),
        io::ErrorKind::StorageFull => Message::new("io-storage-full"),
        io::ErrorKind::ReadOnlyFilesystem => Message::new("io-read-only"),
        io::ErrorKind::ConnectionRefused => Message::new("io-connection-refused"),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Message::new("io-connection-lost"),
        io::ErrorKind::TimedOut => Message::new("io-timed-out"),
        _ => return None,
    })
}
