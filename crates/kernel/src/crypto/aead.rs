//! The one place that calls an authenticated cipher.

use super::cipher::{Cipher, NONCE, TAG};
use super::suite::Suite;
use custos_values::Random;
use std::sync::OnceLock;
use thiserror::Error;
use zeroize::Zeroizing;

/// Why something could not be opened or made. Deliberately says nothing about which part was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// The ciphertext was altered, moved, or belongs to another key.
    #[error("the sealed value does not open: it was altered, moved or sealed under another key")]
    DoesNotOpen,
    /// The algorithm id in the ciphertext is not one this build knows.
    #[error("unknown cipher suite {0}")]
    UnknownSuite(u8),
    /// The bytes are too short or otherwise not of the expected form.
    #[error("malformed sealed value")]
    Malformed,
    /// A record key was used for a record it does not belong to.
    #[error("the permit is for another record")]
    WrongRecord,
    /// What the key hangs on was destroyed with the record it belonged to.
    #[error("the record was erased for good")]
    Erased,
}

/// Bytes a ciphertext is longer than its plaintext: suite, key version, nonce, tag.
pub(super) const OVERHEAD: usize = HEADER + NONCE + TAG;
const HEADER: usize = 1 + 4;

/// A 256-bit key ready for use with the AEAD of any suite; it seals with its own.
pub(super) struct AeadKey {
    bytes: Zeroizing<[u8; 32]>,
    suite: Suite,
    /// By the suite's place in [`Suite::ALL`]; most keys ever need one.
    ciphers: [OnceLock<Cipher>; 2],
}

impl AeadKey {
    pub(super) fn new(suite: Suite, bytes: &[u8; 32]) -> Self {
        Self {
            bytes: Zeroizing::new(*bytes),
            suite,
            ciphers: Default::default(),
        }
    }

    /// The suite it seals with.
    pub(super) fn suite(&self) -> Suite {
        self.suite
    }

    fn cipher(&self, suite: Suite) -> &Cipher {
        let place = usize::from(suite == Suite::Sm);
        self.ciphers[place].get_or_init(|| Cipher::new(suite, &self.bytes))
    }

    /// `suite(1) ‖ key version(4, big endian) ‖ nonce(12) ‖ ciphertext ‖ tag(16)`.
    pub(super) fn seal(
        &self,
        key_version: u32,
        context: &[u8],
        plain: &[u8],
        random: &dyn Random,
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let mut out = Vec::with_capacity(plain.len() + OVERHEAD);
        out.push(self.suite.id());
        out.extend_from_slice(&key_version.to_be_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let aad = additional_data(&out[..HEADER], context);
        let tag = self
            .cipher(self.suite)
            .seal(&nonce, &aad, &mut out[HEADER + NONCE..]);
        out.extend_from_slice(&tag);
        out
    }

    pub(super) fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if sealed.len() < OVERHEAD {
            return Err(CryptoError::Malformed);
        }
        let suite = Suite::from_id(sealed[0])?;
        let (header, rest) = sealed.split_at(HEADER);
        let (nonce, body) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(CryptoError::Malformed)?;
        self.cipher(suite)
            .open(nonce, &additional_data(header, context), body)
            .ok_or(CryptoError::DoesNotOpen)
    }
}

/// Suite and key version a ciphertext says it was sealed under.
///
/// # Errors
/// [`CryptoError`] when it is too short or of no suite this build knows.
pub fn sealed_under(sealed: &[u8]) -> Result<(Suite, u32), CryptoError> {
    let (suite, rest) = sealed.split_first().ok_or(CryptoError::Malformed)?;
    let version = rest.first_chunk().ok_or(CryptoError::Malformed)?;
    Ok((Suite::from_id(*suite)?, u32::from_be_bytes(*version)))
}

/// Suite and key version are authenticated together with the caller's context.
fn additional_data(header: &[u8], context: &[u8]) -> Vec<u8> {
    let mut aad = Vec::with_capacity(header.len() + context.len());
    aad.extend_from_slice(header);
    aad.extend_from_slice(context);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0xA5);
        }
    }

    /// Computed with OpenSSL over the additional data `01 00000007 "context"`.
    #[test]
    fn writes_the_format_another_implementation_writes() {
        let key: [u8; 32] = std::array::from_fn(|i| i as u8);
        let key = AeadKey::new(Suite::Aes, &key);
        let sealed = key.seal(7, b"context", "守客 Custos".as_bytes(), &Fixed);
        assert_eq!(
            hex::encode(&sealed),
            "0100000007a5a5a5a5a5a5a5a5a5a5a5a5c4e914459c3e08ca5ddfd78ddb1e9dd15a367a541c6e01e0e8e9ae5a6a"
        );
        assert_eq!(sealed_under(&sealed), Ok((Suite::Aes, 7)));
        let opened = key.open(b"context", &sealed).unwrap();
        assert_eq!(opened, "守客 Custos".as_bytes());
    }

    /// Any boundary moved between header and context is another message.
    #[test]
    fn binds_the_header() {
        for suite in Suite::ALL {
            let key = AeadKey::new(suite, &[3; 32]);
            let mut sealed = key.seal(7, b"context", b"value", &Fixed);
            sealed[4] = 8;
            assert_eq!(key.open(b"context", &sealed), Err(CryptoError::DoesNotOpen));
        }
    }

    /// A key of either suite opens what it sealed under the other; a ciphertext cannot be relabelled.
    #[test]
    fn opens_either_suite_and_believes_no_other_label() {
        for (suite, other) in [(Suite::Aes, Suite::Sm), (Suite::Sm, Suite::Aes)] {
            let mut sealed = AeadKey::new(suite, &[3; 32]).seal(1, b"c", b"value", &Fixed);
            let later = AeadKey::new(other, &[3; 32]);
            assert_eq!(later.open(b"c", &sealed).as_deref(), Ok(&b"value"[..]));
            sealed[0] = other.id();
            assert_eq!(later.open(b"c", &sealed), Err(CryptoError::DoesNotOpen));
            sealed[0] = 9;
            assert_eq!(later.open(b"c", &sealed), Err(CryptoError::UnknownSuite(9)));
        }
    }
}
