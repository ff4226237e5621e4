//! Opening the key file with what its home asks for, and making the first one.

use super::KeptKeys;
use super::homes::fetch;
use super::kept::OpenError;
use super::secrets::{ask_for_shares, given_passphrase, passphrase};
use crate::cli::Failure;
use crate::config::Settings;
use crate::serve::Places;
use crate::system::{SystemClock, create_private_folder, others_may_read};
use crate::words::Message;
use custos_kernel::crypto::{Home, HomeSecret, KeyFile, KeyFileError, RootKey, Share};
use custos_values::{Clock, Random};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

fn unusable(path: &Path, reason: &dyn Display) -> Failure {
    Message::new("file-unusable")
        .with("path", path.display())
        .with("reason", reason)
        .into()
}

/// Makes the first key of a data folder, in a file, under a passphrase if one is given.
///
/// # Errors
/// [`Failure`] when there is old data beside it, or the file cannot be written.
pub fn make(
    places: &Places<'_>,
    settings: &Settings,
    random: Arc<dyn Random>,
) -> Result<Arc<KeptKeys>, Failure> {
    let path = places.root_key();
    // A new key next to old data would open nothing, and hide that the old key is what has to be found.
    if places.database().exists() {
        return Err(Message::new("key-missing")
            .with("path", path.display())
            .into());
    }
    let root = RootKey::generate(&*random);
    let home = match given_passphrase(settings)? {
        Some(passphrase) => Home::passphrase(&root, &passphrase, &*random),
        None => Home::file(&root),
    };
    create_private_folder(&places.0.join("keys"))?;
    KeptKeys::make(&path, settings, home, root, SystemClock.now(), random)
        .map_err(|error| unusable(&path, &error))
}

/// Reads the key file and opens its keyring. With `look_only` nothing is written.
///
/// # Errors
/// [`Failure`] when others can read the file, or it does not open.
pub fn open(
    path: &Path,
    settings: &Settings,
    shares: &[Share],
    look_only: bool,
    random: Arc<dyn Random>,
) -> Result<Arc<KeptKeys>, Failure> {
    let file = read(path)?;
    let root = root(&file, path, settings, shares)?;
    let wrong = wrong_root(file.home(), path);
    KeptKeys::open(path, settings, file, root, look_only, random).map_err(|error| match error {
        OpenError::Content(KeyFileError::WrongRoot) => wrong.into(),
        other => unusable(path, &other),
    })
}

/// What to say when the keyring does not open with what its home gave.
fn wrong_root(home: &Home, path: &Path) -> Message {
    let id = match home {
        // A service is not believed: that it answered says nothing about what it answered.
        Home::Pkcs11 { .. } | Home::Transit { .. } => "key-wrong-from-home",
        Home::File { .. } | Home::Passphrase { .. } | Home::Shares { .. } => "key-wrong",
    };
    Message::new(id).with("path", path.display())
}

/// Reads the key file.
///
/// # Errors
/// [`Failure`] when others can read it, or it is of no known form.
pub fn read(path: &Path) -> Result<KeyFile, Failure> {
    if others_may_read(path)? {
        return Err(Message::new("key-readable")
            .with("path", path.display())
            .into());
    }
    let text = std::fs::read_to_string(path).map_err(|error| unusable(path, &error))?;
    KeyFile::parse(&Zeroizing::new(text)).map_err(|error| unusable(path, &error))
}

fn root(
    file: &KeyFile,
    path: &Path,
    settings: &Settings,
    shares: &[Share],
) -> Result<RootKey, Failure> {
    let passphrase = match file.home() {
        Home::Passphrase { .. } => Some(passphrase(settings, path)?),
        _ => None,
    };
    let asked = match file.home() {
        Home::Shares { threshold, .. } if shares.is_empty() => ask_for_shares(*threshold)?,
        _ => Vec::new(),
    };
    let secret = match (&passphrase, fetch(file.home(), settings)?) {
        (Some(passphrase), _) => HomeSecret::Passphrase(passphrase),
        (None, Some(root)) => HomeSecret::Root(root),
        (None, None) if asked.is_empty() => HomeSecret::Shares(shares),
        (None, None) => HomeSecret::Shares(&asked),
    };
    file.open_root(secret).map_err(|error| match error {
        KeyFileError::WrongPassphrase => Message::new("passphrase-wrong")
            .with("path", path.display())
            .into(),
        KeyFileError::WrongShares => Message::new("unseal-wrong").into(),
        other => unusable(path, &other),
    })
}
