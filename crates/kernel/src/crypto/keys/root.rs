//! The topmost key: what a home keeps.

use super::keyring::Keyring;
use super::{KeyBytes, generate};
use crate::crypto::aead::AeadKey;
use crate::crypto::{CryptoError, Suite};
use custos_values::Random;
use zeroize::Zeroizing;

/// The installation's topmost key, which opens its keyring and nothing else. A home keeps it: a file, a passphrase, people
/// with shares, a security module, a service.
pub struct RootKey(KeyBytes);

const CONTEXT: &[u8] = b"keyring";

impl RootKey {
    /// A new random root key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(generate(random))
    }

    /// A root key as a home gave it back; none unless it has 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The key itself, to be given to a home.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals a keyring.
    pub fn seal_keyring(&self, keyring: &Keyring, suite: Suite, random: &dyn Random) -> Vec<u8> {
        AeadKey::new(suite, &self.0).seal(2, CONTEXT, &keyring.encode(), random)
    }

    /// Opens a sealed keyring.
    ///
    /// # Errors
    /// [`CryptoError`] when it was sealed under another root key, or altered.
    pub fn open_keyring(&self, sealed: &[u8]) -> Result<Keyring, CryptoError> {
        let bytes = Zeroizing::new(AeadKey::new(Suite::Aes, &self.0).open(CONTEXT, sealed)?);
        Keyring::decode(&bytes)
    }
}
