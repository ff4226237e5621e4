//! Opening the key file with what its home asks for, and making the first one.

use super::KeptKeys;
use super::kept::OpenError;
use crate::cli::Failure;
use crate::config::Settings;
use crate::serve::Places;
use crate::system::{SystemClock, create_private_folder, others_may_read};
use crate::words::Message;
use custos_kernel::crypto::{Home, HomeSecret, KeyFile, KeyFileError, RootKey, Share};
use custos_values::{Clock, Random};
use std::fmt::Display;
use std::io::{IsTerminal, stdin};
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
    KeptKeys::make(&path, home, root, SystemClock.now(), random)
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
    KeptKeys::open(path, file, root, look_only, random).map_err(|error| match error {
        OpenError::Content(KeyFileError::WrongRoot) => Message::new("key-wrong")
            .with("path", path.display())
            .into(),
        other => unusable(path, &other),
    })
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
    let secret = match (&passphrase, file.home()) {
        (Some(passphrase), _) => HomeSecret::Passphrase(passphrase),
        (None, Home::Shares { .. }) if asked.is_empty() => HomeSecret::Shares(shares),
        (None, Home::Shares { .. }) => HomeSecret::Shares(&asked),
        (None, _) => HomeSecret::None,
    };
    file.open_root(secret).map_err(|error| match error {
        KeyFileError::WrongPassphrase => Message::new("passphrase-wrong")
            .with("path", path.display())
            .into(),
        KeyFileError::WrongShares => Message::new("unseal-wrong").into(),
        other => unusable(path, &other),
    })
}

/// Shares for a command: asked for on a terminal, lines of standard input otherwise.
fn ask_for_shares(threshold: u8) -> Result<Vec<Share>, Failure> {
    let refused = || Failure::from(Message::new("unseal-refused"));
    let mut shares = Vec::new();
    for number in 1..=threshold {
        let text = match stdin().is_terminal() {
            true => {
                let prompt = format!("{number}/{threshold}: ");
                rpassword::prompt_password(prompt).map_err(|_| refused())?
            }
            false => {
                let mut line = String::new();
                stdin().read_line(&mut line).map_err(|_| refused())?;
                line
            }
        };
        let text = Zeroizing::new(text);
        shares.push(Share::parse(&text).ok_or_else(refused)?);
    }
    Ok(shares)
}

/// A passphrase to be used from now on: from a file, or typed twice.
///
/// # Errors
/// [`Failure`] when there is none, or the two are not the same.
pub fn new_passphrase(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    if let Some(path) = file {
        return first_line(path);
    }
    let missing = || Failure::from(Message::new("keys-passphrase-new"));
    if !stdin().is_terminal() {
        return Err(missing());
    }
    let ask = |prompt: &str| {
        let typed = rpassword::prompt_password(prompt).map_err(|_| missing())?;
        Ok::<_, Failure>(Zeroizing::new(typed))
    };
    let (first, second) = (ask("1/2: ")?, ask("2/2: ")?);
    match first.is_empty() || *first != *second {
        true => Err(missing()),
        false => Ok(first),
    }
}

/// From the environment, from a file, or else asked for.
///
/// # Errors
/// [`Failure`] when there is none.
pub fn passphrase(settings: &Settings, key: &Path) -> Result<Zeroizing<String>, Failure> {
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

/// From the environment or from a file.
///
/// # Errors
/// [`Failure`] when the file cannot be read, can be read by others, or is empty.
pub fn given_passphrase(settings: &Settings) -> Result<Option<Zeroizing<String>>, Failure> {
    if let Some(secret) = &settings.passphrase {
        return Ok(Some(Zeroizing::new(secret.reveal().to_owned())));
    }
    settings
        .passphrase_file
        .as_deref()
        .map(first_line)
        .transpose()
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, Failure> {
    if others_may_read(path)? {
        return Err(Message::new("key-readable")
            .with("path", path.display())
            .into());
    }
    let text =
        Zeroizing::new(std::fs::read_to_string(path).map_err(|error| unusable(path, &error))?);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Message::new("passphrase-empty")
            .with("path", path.display())
            .into());
    }
    Ok(Zeroizing::new(line.to_owned()))
}
