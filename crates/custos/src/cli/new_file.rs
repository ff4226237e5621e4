//! A file that is there whole or not at all.

use super::Failure;
use super::failure::with_reason;
use super::interruption::Interruption;
use super::progress::Progress;
use crate::words::Message;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Bytes moved at once.
const PIECE: usize = 64 * 1024;

/// A file being received beside its place, for its owner only. Dropped unfinished, it leaves nothing behind.
pub(super) struct NewFile {
    path: PathBuf,
    replace: bool,
    file: NamedTempFile,
}

impl NewFile {
    /// Whether a file can be made there, said before anything else is begun.
    ///
    /// # Errors
    /// [`Failure`] when it exists and is not to be replaced, or its folder does not.
    pub(super) fn check(path: &Path, replace: bool) -> Result<(), Failure> {
        if path.is_dir() {
            return Err(Failure::file(path, &io::ErrorKind::IsADirectory.into()));
        }
        if path.exists() && !replace {
            let message = Message::new("transfer-exists").with("path", path.display());
            return Err(message.into());
        }
        let folder = folder(path);
        std::fs::metadata(folder)
            .map(drop)
            .map_err(|error| Failure::file(folder, &error))
    }

    /// Begins a file.
    ///
    /// # Errors
    /// As [`Self::check`], and when the folder cannot be written to.
    pub(super) fn create(path: &Path, replace: bool) -> Result<Self, Failure> {
        Self::check(path, replace)?;
        // Mode 0600, as files of secrets have it.
        let file = tempfile::Builder::new()
            .prefix(".custos-")
            .tempfile_in(folder(path))
            .map_err(|error| Failure::file(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            replace,
            file,
        })
    }

    /// Takes in what arrives, syncs it and puts it in its place; how many bytes there were.
    ///
    /// # Errors
    /// [`Failure`] when the connection or the disk fails, or somebody interrupts: then there is no file.
    pub(super) fn receive(
        mut self,
        mut from: impl Read,
        mut progress: Progress<'_>,
        interruption: &Interruption,
    ) -> Result<u64, Failure> {
        let unusable = |error: &io::Error| Failure::file(&self.path, error);
        let mut buffer = vec![0; PIECE];
        let mut received = 0;
        loop {
            let length = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // A server that fails on the way cuts the connection.
                Err(error) => return Err(with_reason(Message::new("transfer-cut"), &error).into()),
            };
            if interruption.happened() {
                return Err(Failure::stopped(Message::new("transfer-stopped")));
            }
            self.file
                .write_all(&buffer[..length])
                .map_err(|error| unusable(&error))?;
            received += length as u64;
            progress.reached(received);
        }
        self.file
            .as_file()
            .sync_all()
            .map_err(|error| unusable(&error))?;
        let placed = if self.replace {
            self.file.persist(&self.path)
        } else {
            self.file.persist_noclobber(&self.path)
        };
        placed
            .map(|_| received)
            .map_err(|error| Failure::file(&self.path, &error.error))
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
