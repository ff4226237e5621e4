//! The key file: where the root key lives, and the keyring sealed under it. One file, so that both change in one step.

use super::{KeyBytes, Keyring, RootKey};
use crate::crypto::aead::AeadKey;
use crate::crypto::shares::{self, Share};
use crate::crypto::{CryptoError, Suite};
use argon2::{Algorithm, Argon2, Params, Version};
use custos_values::{Random, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

/// Why a key file cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum KeyFileError {
    /// The text is not a key file of a known format.
    #[error("the key file is not in a known format")]
    Format,
    /// The file is protected by a passphrase and none was given.
    #[error("the key file needs a passphrase")]
    PassphraseNeeded,
    /// The passphrase is wrong, or the file was altered.
    #[error("wrong passphrase, or the key file was altered")]
    WrongPassphrase,
    /// The root key is elsewhere, and what is there was not given.
    #[error("the root key is not in the key file")]
    Elsewhere,
    /// The shares do not give the root key: one is wrong, or they are of different keys.
    #[error("the shares do not belong together")]
    WrongShares,
    /// The keyring does not open with the root key.
    #[error("the keyring does not open with this root key")]
    WrongRoot,
}

/// Where the root key lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Home {
    /// In this file in clear; the file's mode is its protection.
    File {
        /// Hexadecimal key, 64 digits.
        key: String,
    },
    /// In this file under a passphrase: Argon2id (RFC 9106), then an authenticated cipher.
    Passphrase {
        /// Hexadecimal salt, 32 digits.
        salt: String,
        /// Argon2id memory in KiB.
        memory_kib: u32,
        /// Argon2id passes.
        passes: u32,
        /// Hexadecimal wrapped key.
        wrapped: String,
    },
    /// With people, who have shares of it: the server starts sealed until enough of them were given.
    Shares {
        /// How many shares open it.
        threshold: u8,
        /// How many there are.
        total: u8,
        /// What the shares of this key have in common.
        set: String,
    },
    /// Under a key that never leaves a security module. Which library speaks to it is configured.
    Pkcs11 {
        /// The label of the token.
        token: String,
        /// The label of the key on it.
        key: String,
        /// Hexadecimal wrapped key.
        wrapped: String,
    },
    /// Under a key of a service that speaks the protocol of Vault's transit engine. Where it is is configured.
    Transit {
        /// Where the engine is mounted.
        mount: String,
        /// The name of the key.
        key: String,
        /// What the service made of the root key.
        ciphertext: String,
    },
}

impl Home {
    /// Its name in commands, answers and the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Passphrase { .. } => "passphrase",
            Self::Shares { .. } => "shares",
            Self::Pkcs11 { .. } => "pkcs11",
            Self::Transit { .. } => "transit",
        }
    }

    /// In the file, in clear.
    pub fn file(root: &RootKey) -> Self {
        Self::File {
            key: hex::encode(root.expose()),
        }
    }

    /// In the file, under a passphrase.
    pub fn passphrase(root: &RootKey, passphrase: &str, random: &dyn Random) -> Self {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let key = passphrase_key(passphrase, &salt, MEMORY_KIB, PASSES)
            .unwrap_or_else(|| unreachable!("the constants are valid Argon2 parameters"));
        let aead = AeadKey::new(Suite::Aes, &key);
        Self::Passphrase {
            salt: hex::encode(salt),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            wrapped: hex::encode(aead.seal(1, PASSPHRASE_CONTEXT, root.expose(), random)),
        }
    }

    /// With people: any `threshold` of `total` shares give the key. None unless 2 ≤ threshold ≤ total.
    pub fn shares(
        root: &RootKey,
        threshold: u8,
        total: u8,
        random: &dyn Random,
    ) -> Option<(Self, Vec<Share>)> {
        let shares = shares::split(root.expose(), threshold, total, random)?;
        let set = shares.first()?.set();
        let home = Self::Shares {
            threshold,
            total,
            set,
        };
        Some((home, shares))
    }
}

/// What a home needs besides the key file.
pub enum HomeSecret<'a> {
    /// Nothing.
    None,
    /// The passphrase.
    Passphrase(&'a str),
    /// Enough shares.
    Shares(&'a [Share]),
    /// The root key itself, as a module or a service gave it back.
    Root(RootKey),
}

/// A key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    format: u8,
    home: Home,
    /// When the root key was made, in milliseconds since 1970; none if it came from before key files said so.
    #[serde(default)]
    made_at: Option<i64>,
    /// Hexadecimal sealed keyring; none in a file from before keyrings, whose root key is all there is.
    #[serde(default)]
    keyring: Option<String>,
}

/// The form of a file from before keyrings.
#[derive(Deserialize)]
#[serde(tag = "protection", rename_all = "snake_case", deny_unknown_fields)]
enum Former {
    File {
        key: String,
    },
    Passphrase {
        salt: String,
        memory_kib: u32,
        passes: u32,
        wrapped: String,
    },
}

const FORMAT: u8 = 2;
const PASSPHRASE_CONTEXT: &[u8] = b"root-key";
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

impl KeyFile {
    /// The file of a root key, its home and its keyring.
    pub fn new(
        home: Home,
        root: &RootKey,
        keyring: &Keyring,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        Self {
            format: FORMAT,
            home,
            made_at: Some(now.millis()),
            keyring: Some(hex::encode(root.seal_keyring(keyring, Suite::Aes, random))),
        }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`KeyFileError::Format`].
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        if let Ok(file) = serde_json::from_str::<Self>(text) {
            return (file.format == FORMAT)
                .then_some(file)
                .ok_or(KeyFileError::Format);
        }
        let former = serde_json::from_str(text).map_err(|_| KeyFileError::Format)?;
        let home = match former {
            Former::File { key } => Home::File { key },
            Former::Passphrase {
                salt,
                memory_kib,
                passes,
                wrapped,
            } => Home::Passphrase {
                salt,
                memory_kib,
                passes,
                wrapped,
            },
        };
        Ok(Self {
            format: FORMAT,
            home,
            made_at: None,
            keyring: None,
        })
    }

    /// The text to store.
    pub fn text(&self) -> Zeroizing<String> {
        let text = serde_json::to_string_pretty(self);
        Zeroizing::new(text.unwrap_or_else(|_| unreachable!("text and numbers only")))
    }

    /// Where the root key lives.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// When the root key was made, if that is known.
    pub fn made_at(&self) -> Option<Timestamp> {
        self.made_at.map(Timestamp::from_millis)
    }

    /// Whether it is from before keyrings.
    pub fn is_former(&self) -> bool {
        self.keyring.is_none()
    }

    /// The same file with its keyring as it is now.
    pub fn with_keyring(&self, root: &RootKey, keyring: &Keyring, random: &dyn Random) -> Self {
        Self {
            format: FORMAT,
            home: self.home.clone(),
            made_at: self.made_at,
            keyring: Some(hex::encode(root.seal_keyring(keyring, Suite::Aes, random))),
        }
    }

    /// The root key.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn open_root(&self, secret: HomeSecret<'_>) -> Result<RootKey, KeyFileError> {
        match (&self.home, secret) {
            (_, HomeSecret::Root(root)) => Ok(root),
            (Home::File { key }, _) => root_of(&decode(key.trim())?),
            (
                Home::Passphrase {
                    salt,
                    memory_kib,
                    passes,
                    wrapped,
                },
                secret,
            ) => {
                let HomeSecret::Passphrase(passphrase) = secret else {
                    return Err(KeyFileError::PassphraseNeeded);
                };
                // A hostile file must not make us allocate without bound.
                if *memory_kib > 1024 * 1024 || *passes > 16 {
                    return Err(KeyFileError::Format);
                }
                let key = passphrase_key(passphrase, &decode(salt)?, *memory_kib, *passes)
                    .ok_or(KeyFileError::Format)?;
                let opened =
                    AeadKey::new(Suite::Aes, &key).open(PASSPHRASE_CONTEXT, &decode(wrapped)?);
                root_of(&Zeroizing::new(
                    opened.map_err(|_| KeyFileError::WrongPassphrase)?,
                ))
            }
            (Home::Shares { threshold, set, .. }, HomeSecret::Shares(given)) => {
                let right = given.iter().all(|share| share.set() == *set);
                if !right || given.len() < usize::from(*threshold) {
                    return Err(KeyFileError::WrongShares);
                }
                let bytes = shares::join(given).ok_or(KeyFileError::WrongShares)?;
                root_of(&*bytes)
            }
            (Home::Shares { .. } | Home::Pkcs11 { .. } | Home::Transit { .. }, _) => {
                Err(KeyFileError::Elsewhere)
            }
        }
    }

    /// The keyring inside; that of a file from before keyrings is made, and has to be stored with [`Self::with_keyring`].
    ///
    /// # Errors
    /// [`KeyFileError::WrongRoot`] when it does not open.
    pub fn open_keyring(
        &self,
        root: &RootKey,
        random: &dyn Random,
    ) -> Result<Keyring, KeyFileError> {
        let Some(sealed) = &self.keyring else {
            return Ok(Keyring::of_root(root, random));
        };
        root.open_keyring(&decode(sealed)?)
            .map_err(|error| match error {
                CryptoError::Malformed => KeyFileError::Format,
                _ => KeyFileError::WrongRoot,
            })
    }
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let bytes = hex::decode(text).map_err(|_| KeyFileError::Format)?;
    Ok(Zeroizing::new(bytes))
}

fn root_of(bytes: &[u8]) -> Result<RootKey, KeyFileError> {
    RootKey::from_bytes(bytes).ok_or(KeyFileError::Format)
}

fn passphrase_key(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Option<KeyBytes> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).ok()?;
    let mut out = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *out)
        .ok()?;
    Some(out)
}
