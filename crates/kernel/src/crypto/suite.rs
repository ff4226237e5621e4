//! The suites: which cipher, hash and signature belong together.

use super::CryptoError;
use super::hash;

/// Algorithms that belong together. The id is written into every ciphertext, so that suites can coexist during a
/// migration: whatever the suite of a key is today, it opens what it sealed under another one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Suite {
    /// AES-256-GCM (NIST SP 800-38D), SHA-256 (FIPS 180-4), Ed25519 (RFC 8032).
    #[default]
    Aes = 1,
    /// SM4-GCM (GB/T 32907, RFC 8998), SM3 (GB/T 32905), SM2 (GB/T 32918).
    Sm = 2,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 2] = [Self::Aes, Self::Sm];

    /// Its id, as in ciphertexts and in the database.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The suite of an id.
    ///
    /// # Errors
    /// [`CryptoError::UnknownSuite`] when this build knows none such.
    pub fn from_id(id: u8) -> Result<Self, CryptoError> {
        match id {
            1 => Ok(Self::Aes),
            2 => Ok(Self::Sm),
            other => Err(CryptoError::UnknownSuite(other)),
        }
    }

    /// Its name in commands, answers and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes => "aes",
            Self::Sm => "sm",
        }
    }

    /// The suite of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// The keyed hash (RFC 2104) over its hash function.
    pub(super) fn hmac(self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        match self {
            Self::Aes => hash::hmac_sha256_parts(key, parts),
            Self::Sm => hash::hmac_sm3_parts(key, parts),
        }
    }

    /// HKDF-Expand (RFC 5869) to 32 bytes over its hash function; `key` has full entropy.
    pub(super) fn expand(self, key: &[u8; 32], info: &[&[u8]]) -> [u8; 32] {
        // One block of 32 bytes is the first and only one of the RFC: HMAC(key, info ‖ 0x01).
        let mut parts = info.to_vec();
        parts.push(&[1]);
        self.hmac(key, &parts)
    }
}
