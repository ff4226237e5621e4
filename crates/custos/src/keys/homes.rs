//! The homes of the root key that are outside the key file: asked for it, and given a new one.

use super::secrets::{pin, token};
use super::{pkcs11, transit};
use crate::cli::Failure;
use crate::config::Settings;
use crate::words::Message;
use custos_kernel::crypto::{Home, RootKey};
use custos_values::Random;

/// A home gave back something else than it was given.
pub(super) struct Mismatch;

/// Whether a home gave back what it was given.
pub(super) fn checked(given: &RootKey, back: &RootKey) -> Result<(), Mismatch> {
    // Both are ours, and a home that lies knows what it was given: there is nothing to learn from how long this takes.
    match given.expose() == back.expose() {
        true => Ok(()),
        false => Err(Mismatch),
    }
}

/// A home outside the key file, as somebody names it who moves the root key there.
#[derive(Debug, Clone)]
pub enum Outside {
    /// A key of a security module's token, by their labels.
    Pkcs11 {
        /// The token.
        token: String,
        /// The key.
        key: String,
    },
    /// A key of a service, by name.
    Transit {
        /// Where the engine is mounted.
        mount: String,
        /// The key.
        key: String,
    },
}

impl Outside {
    /// The place of a home; none if it is in the key file or with people.
    pub fn of(home: &Home) -> Option<Self> {
        match home.clone() {
            Home::Pkcs11 { token, key, .. } => Some(Self::Pkcs11 { token, key }),
            Home::Transit { mount, key, .. } => Some(Self::Transit { mount, key }),
            Home::File { .. } | Home::Passphrase { .. } | Home::Shares { .. } => None,
        }
    }

    /// Gives it a root key, and has it give it back once.
    ///
    /// # Errors
    /// [`Failure`] naming what is not configured, missing, refused or wrong.
    pub fn wrap(
        &self,
        settings: &Settings,
        root: &RootKey,
        random: &dyn Random,
    ) -> Result<Home, Failure> {
        match self {
            Self::Pkcs11 { token, key } => {
                let place = place(settings, token, key)?;
                pkcs11::wrap(place, &pin(settings, token)?, root, random)
            }
            Self::Transit { mount, key } => service(settings, mount, key)?.wrap(root),
        }
    }
}

/// The root key of a home outside the key file; none if it is in the file or with people.
///
/// # Errors
/// See [`Outside::wrap`].
pub fn fetch(home: &Home, settings: &Settings) -> Result<Option<RootKey>, Failure> {
    match home {
        Home::Pkcs11 {
            token,
            key,
            wrapped,
        } => {
            let place = place(settings, token, key)?;
            pkcs11::unwrap(place, &pin(settings, token)?, wrapped).map(Some)
        }
        Home::Transit {
            mount,
            key,
            ciphertext,
        } => service(settings, mount, key)?.unwrap(ciphertext).map(Some),
        Home::File { .. } | Home::Passphrase { .. } | Home::Shares { .. } => Ok(None),
    }
}

/// Whether a home can be asked, and given a new key, without a person on the machine.
pub fn unattended(home: &Home, settings: &Settings) -> bool {
    let homes = &settings.homes;
    match home {
        Home::File { .. } => true,
        Home::Passphrase { .. } => {
            settings.passphrase.is_some() || settings.passphrase_file.is_some()
        }
        Home::Pkcs11 { .. } => homes.pkcs11_pin.is_some() || homes.pkcs11_pin_file.is_some(),
        Home::Transit { .. } => true,
        Home::Shares { .. } => false,
    }
}

fn place<'a>(
    settings: &'a Settings,
    token: &'a str,
    key: &'a str,
) -> Result<pkcs11::Place<'a>, Failure> {
    let module = settings.homes.pkcs11_module.as_deref();
    let unset = || Failure::from(Message::new("pkcs11-module-unset"));
    Ok(pkcs11::Place {
        module: module.ok_or_else(unset)?,
        token,
        key,
    })
}

fn service<'a>(
    settings: &'a Settings,
    mount: &'a str,
    key: &'a str,
) -> Result<transit::Service<'a>, Failure> {
    let url = settings.homes.transit_url.as_deref();
    let unset = || Failure::from(Message::new("transit-url-unset"));
    Ok(transit::Service {
        url: url.ok_or_else(unset)?,
        ca: settings.homes.transit_ca_file.as_deref(),
        token: token(settings)?,
        mount,
        key,
    })
}
