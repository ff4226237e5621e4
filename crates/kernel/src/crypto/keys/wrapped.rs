//! Keys under other keys, as stored.

use super::{KeyBytes, KeyState};
use crate::crypto::aead::{AeadKey, CryptoError};
use crate::crypto::{Suite, sealed_under};
use zeroize::Zeroizing;

/// The first byte of a wrapped key that also hangs on what an erasure destroys. No suite has this id.
pub(super) const ERASABLE: u8 = 0xE1;

/// A key encrypted under the key above it; safe to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey(pub(super) Vec<u8>);

impl WrappedKey {
    /// Takes stored bytes back.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether opening it needs more than the key above it: a secret of its own outside the database.
    pub fn is_erasable(&self) -> bool {
        self.0.first() == Some(&ERASABLE)
    }

    /// The ciphertext without the mark.
    pub(super) fn sealed(&self) -> &[u8] {
        match self.0.split_first() {
            Some((&ERASABLE, rest)) => rest,
            _ => &self.0,
        }
    }

    /// Suite and version of the key it is wrapped under.
    ///
    /// # Errors
    /// [`CryptoError`] when the bytes are not of the form.
    pub fn under(&self) -> Result<(Suite, u32), CryptoError> {
        sealed_under(self.sealed())
    }
}

/// One version of an organisation's key, as stored.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its number, from 1.
    pub version: u32,
    /// The suite it seals with.
    pub suite: Suite,
    /// What it is used for.
    pub state: KeyState,
    /// The key, under the keyring.
    pub wrapped: WrappedKey,
}

pub(super) fn unwrap(
    key: &AeadKey,
    context: &[u8],
    sealed: &[u8],
) -> Result<KeyBytes, CryptoError> {
    let plain = Zeroizing::new(key.open(context, sealed)?);
    let bytes = plain
        .as_slice()
        .try_into()
        .map_err(|_| CryptoError::Malformed)?;
    Ok(Zeroizing::new(bytes))
}
