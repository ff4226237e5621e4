//! The data folder: the lock that keeps it to one process, and its keys.

use crate::cli::Failure;
use crate::config::Settings;
use crate::keys::{self, KeptKeys};
use crate::system::create_private_folder;
use crate::words::Message;
use custos_kernel::crypto::Share;
use custos_values::Random;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open data folder. Nobody else can open it while this lives.
pub struct DataFolder {
    path: PathBuf,
    /// The lock goes with the file, also when the process is killed.
    _lock: File,
    keys: Arc<KeptKeys>,
    /// Whether the key was made just now.
    pub fresh: bool,
}

/// Where things are in a data folder.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a>(pub &'a Path);

impl Places<'_> {
    /// The root key's file.
    pub fn root_key(&self) -> PathBuf {
        self.0.join("keys/root.key")
    }

    /// The embedded database.
    pub fn database(&self) -> PathBuf {
        self.0.join("custos.db")
    }

    /// The certificate the server made itself, and its key.
    pub fn own_certificate(&self) -> (PathBuf, PathBuf) {
        (
            self.0.join("tls/certificate.pem"),
            self.0.join("tls/key.pem"),
        )
    }

    /// Uploaded files, sealed.
    pub fn uploads(&self) -> PathBuf {
        self.0.join("uploads")
    }

    /// The file that is locked.
    pub fn lock(&self) -> PathBuf {
        self.0.join("custos.lock")
    }
}

impl DataFolder {
    /// Opens the folder, making it and its key where `create` allows. `shares` are those of the root key, if people have it and
    /// were asked before.
    ///
    /// # Errors
    /// [`Failure`] when another process has it, when others can read the key, or when the key is missing or does not
    /// open.
    pub fn open(
        settings: &Settings,
        create: bool,
        shares: &[Share],
        random: Arc<dyn Random>,
    ) -> Result<Self, Failure> {
        let path = settings.data.clone();
        let places = Places(&path);
        if !create && !places.root_key().exists() {
            return Err(Message::new("data-none")
                .with("path", path.display())
                .into());
        }
        create_private_folder(&path)?;
        let lock = lock(&places.lock())?;
        let key_file = places.root_key();
        let fresh = !key_file.exists();
        let keys = if fresh {
            keys::make(&places, settings, random)?
        } else {
            keys::open(&key_file, settings, shares, false, random)?
        };
        Ok(Self {
            path,
            _lock: lock,
            keys,
            fresh,
        })
    }

    /// The keys everything in it is sealed under.
    pub fn keys(&self) -> &Arc<KeptKeys> {
        &self.keys
    }

    /// Where things are in it.
    pub fn places(&self) -> Places<'_> {
        Places(&self.path)
    }
}

fn lock(path: &Path) -> Result<File, Failure> {
    let unusable = |error: std::io::Error| {
        Failure::from(
            Message::new("file-unusable")
                .with("path", path.display())
                .with("reason", error),
        )
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Message::new("data-in-use")
            .with("path", path.display())
            .into()),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

#[cfg(test)]
mod tests;
