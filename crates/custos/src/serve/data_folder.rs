//! The data folder: the lock that keeps it to one process, and the root key.

use crate::cli::Failure;
use crate::config::Settings;
use crate::system::{create_private_folder, others_may_read, write_private};
use crate::words::Message;
use custos_kernel::crypto::{KeyFile, KeyFileError, RootKey};
use custos_values::Random;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{IsTerminal, stdin};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// An open data folder. Nobody else can open it while this lives.
pub struct DataFolder {
    path: PathBuf,
    /// The lock goes with the file, also when the process is killed.
    _lock: File,
    root: Option<RootKey>,
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
    /// Opens the folder, making it and its key where `create` allows.
    ///
    /// # Errors
    /// [`Failure`] when another process has it, when others can read the key, or when the key is missing or does not
    /// open.
    pub fn open(settings: &Settings, create: bool, random: &dyn Random) -> Result<Self, Failure> {
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
        let root = if fresh {
            make_key(&places, settings, random)?
        } else {
            open_key(&key_file, settings)?
        };
        Ok(Self {
            path,
            _lock: lock,
            root: Some(root),
            fresh,
        })
    }

    /// The key everything in it is sealed under, once: the store keeps it.
    pub fn take_root(&mut self) -> Result<RootKey, Failure> {
        self.root
            .take()
            .ok_or_else(|| Failure::internal(&"the root key was taken already"))
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

fn make_key(
    places: &Places<'_>,
    settings: &Settings,
    random: &dyn Random,
) -> Result<RootKey, Failure> {
    // A new key next to old data would open nothing, and hide that the old key is what has to be found.
    if places.database().exists() {
        let message = Message::new("key-missing").with("path", places.root_key().display());
        return Err(message.into());
    }
    let root = RootKey::generate(random);
    let passphrase = given_passphrase(settings)?;
    let form = KeyFile::protect(&root, passphrase.as_deref().map(String::as_str), random);
    let text = Zeroizing::new(serde_json::to_string_pretty(&form).map_err(|error| {
        Message::new("file-unusable")
            .with("path", places.root_key().display())
            .with("reason", error)
    })?);
    create_private_folder(&places.0.join("keys"))?;
    write_private(&places.root_key(), text.as_bytes())?;
    Ok(root)
}

/// Reads the root key.
///
/// # Errors
/// [`Failure`] when others can read the file, or it does not open.
pub fn open_key(path: &Path, settings: &Settings) -> Result<RootKey, Failure> {
    if others_may_read(path)? {
        return Err(Message::new("key-readable")
            .with("path", path.display())
            .into());
    }
    let unusable = |reason: &dyn std::fmt::Display| {
        Message::new("file-unusable")
            .with("path", path.display())
            .with("reason", reason)
    };
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| unusable(&error))?);
    let form: KeyFile = serde_json::from_str(&text).map_err(|_| unusable(&KeyFileError::Format))?;
    let passphrase = match form.needs_passphrase() {
        true => Some(passphrase(settings, path)?),
        false => None,
    };
    form.open(passphrase.as_deref().map(String::as_str))
        .map_err(|error| match error {
            KeyFileError::WrongPassphrase => Message::new("passphrase-wrong")
                .with("path", path.display())
                .into(),
            other => unusable(&other).into(),
        })
}

/// From the environment, from a file, or else asked for.
fn passphrase(settings: &Settings, key: &Path) -> Result<Zeroizing<String>, Failure> {
    if let Some(given) = given_passphrase(settings)? {
        return Ok(given);
    }
    let missing = || Message::new("passphrase-missing").with("path", key.display());
    if !stdin().is_terminal() {
        return Err(missing().into());
    }
    let prompt = format!("{}: ", key.display());
    let typed = rpassword::prompt_password(prompt).map_err(|_| missing())?;
    Ok(Zeroizing::new(typed))
}

fn given_passphrase(settings: &Settings) -> Result<Option<Zeroizing<String>>, Failure> {
    if let Some(secret) = &settings.passphrase {
        return Ok(Some(Zeroizing::new(secret.reveal().to_owned())));
    }
    let Some(path) = &settings.passphrase_file else {
        return Ok(None);
    };
    if others_may_read(path)? {
        return Err(Message::new("key-readable")
            .with("path", path.display())
            .into());
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| {
        Message::new("file-unusable")
            .with("path", path.display())
            .with("reason", error)
    })?);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Message::new("passphrase-empty")
            .with("path", path.display())
            .into());
    }
    Ok(Some(Zeroizing::new(line.to_owned())))
}

#[cfg(test)]
mod tests;
