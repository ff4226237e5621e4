//! What people and files know and the key file does not: passphrases, PINs, tokens, shares. Never from a command line, which
//! everybody on the machine sees.

use crate::cli::Failure;
use crate::config::{Secret, Settings};
use crate::system::others_may_read;
use crate::words::Message;
use custos_kernel::crypto::Share;
use std::io::{IsTerminal, stdin};
use std::path::Path;
use zeroize::Zeroizing;

/// Shares for a command: asked for on a terminal, lines of standard input otherwise.
///
/// # Errors
/// [`Failure`] when one is missing or is none.
pub(super) fn ask_for_shares(threshold: u8) -> Result<Vec<Share>, Failure> {
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

/// The passphrase of a key file: from the environment, from a file, or else asked for.
///
/// # Errors
/// [`Failure`] when there is none.
pub(super) fn passphrase(settings: &Settings, key: &Path) -> Result<Zeroizing<String>, Failure> {
    let missing = Message::new("passphrase-missing").with("path", key.display());
    match given_passphrase(settings)? {
        Some(given) => Ok(given),
        None => ask(&key.display().to_string(), missing),
    }
}

/// The passphrase from the environment or from a file, if it is there.
///
/// # Errors
/// [`Failure`] when the file cannot be read, can be read by others, or is empty.
pub(super) fn given_passphrase(settings: &Settings) -> Result<Option<Zeroizing<String>>, Failure> {
    given(
        settings.passphrase.as_ref(),
        settings.passphrase_file.as_deref(),
    )
}

/// The PIN of a token: from the environment, from a file, or else asked for.
///
/// # Errors
/// [`Failure`] when there is none.
pub(super) fn pin(settings: &Settings, label: &str) -> Result<Zeroizing<String>, Failure> {
    let homes = &settings.homes;
    let missing = Message::new("pkcs11-pin-missing").with("token", label);
    match given(homes.pkcs11_pin.as_ref(), homes.pkcs11_pin_file.as_deref())? {
        Some(given) => Ok(given),
        None => ask(&format!("PIN ({label})"), missing),
    }
}

/// The token for a key service: from the environment or from a file.
///
/// # Errors
/// [`Failure`] when there is none.
pub(super) fn token(settings: &Settings) -> Result<Zeroizing<String>, Failure> {
    let homes = &settings.homes;
    let given = given(
        homes.transit_token.as_ref(),
        homes.transit_token_file.as_deref(),
    )?;
    given.ok_or_else(|| Message::new("transit-token-missing").into())
}

fn given(
    secret: Option<&Secret>,
    file: Option<&Path>,
) -> Result<Option<Zeroizing<String>>, Failure> {
    match secret {
        Some(secret) => Ok(Some(Zeroizing::new(secret.reveal().to_owned()))),
        None => file.map(first_line).transpose(),
    }
}

fn ask(prompt: &str, missing: Message) -> Result<Zeroizing<String>, Failure> {
    if !stdin().is_terminal() {
        return Err(missing.into());
    }
    let typed = rpassword::prompt_password(format!("{prompt}: ")).map_err(|_| missing)?;
    Ok(Zeroizing::new(typed))
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let about = |id| Failure::from(Message::new(id).with("path", path.display()));
    if others_may_read(path)? {
        return Err(about("key-readable"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let text = Zeroizing::new(text);
    match text.lines().next() {
        None | Some("") => Err(about("secret-empty")),
        Some(line) => Ok(Zeroizing::new(line.to_owned())),
    }
}
