//! The one place that calls an authenticated cipher.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use custos_values::Random;
use thiserror::Error;

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
}

/// Algorithm ids written into every ciphertext, so that suites can coexist during a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Suite {
    /// AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D).
    Aes256Gcm = 1,
}

impl Suite {
    pub(super) fn from_id(id: u8) -> Result<Self, CryptoError> {
        match id {
            1 => Ok(Self::Aes256Gcm),
            other => Err(CryptoError::UnknownSuite(other)),
        }
    }
}

/// Bytes a ciphertext is longer than its plaintext: suite, key version, nonce, tag.
pub(super) const OVERHEAD: usize = 1 + 4 + NONCE_LEN + 16;
const HEADER: usize = 1 + 4;

/// A 256-bit key ready for use with the AEAD.
pub(super) struct AeadKey(LessSafeKey);

impl AeadKey {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        // The length is right by type, and that is the only way construction fails.
        let unbound =
            UnboundKey::new(&AES_256_GCM, bytes).unwrap_or_else(|_| unreachable!("32-byte key"));
        Self(LessSafeKey::new(unbound))
    }

    /// `suite(1) ‖ key version(4, big endian) ‖ nonce(12) ‖ ciphertext ‖ tag(16)`.
    pub(super) fn seal(
        &self,
        key_version: u32,
        context: &[u8],
        plain: &[u8],
        random: &dyn Random,
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut out = Vec::with_capacity(plain.len() + OVERHEAD);
        out.push(Suite::Aes256Gcm as u8);
        out.extend_from_slice(&key_version.to_be_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let body = HEADER + NONCE_LEN;
        let aad = additional_data(&out[..HEADER], context);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut out[body..],
            )
            .unwrap_or_else(|_| unreachable!("plaintext is bounded far below the GCM limit"));
        out.extend_from_slice(tag.as_ref());
        out
    }

    pub(super) fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if sealed.len() < OVERHEAD {
            return Err(CryptoError::Malformed);
        }
        Suite::from_id(sealed[0])?;
        let nonce = Nonce::try_assume_unique_for_key(&sealed[HEADER..HEADER + NONCE_LEN])
            .map_err(|_| CryptoError::Malformed)?;
        let aad = additional_data(&sealed[..HEADER], context);
        let mut body = sealed[HEADER + NONCE_LEN..].to_vec();
        let length = self
            .0
            .open_in_place(nonce, Aad::from(aad), &mut body)
            .map_err(|_| CryptoError::DoesNotOpen)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

/// The key version a ciphertext says it was sealed under.
pub(super) fn key_version(sealed: &[u8]) -> Result<u32, CryptoError> {
    let bytes: [u8; 4] = sealed
        .get(1..HEADER)
        .and_then(|b| b.try_into().ok())
        .ok_or(CryptoError::Malformed)?;
    Ok(u32::from_be_bytes(bytes))
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
        let sealed = AeadKey::new(&key).seal(7, b"context", "守客 Custos".as_bytes(), &Fixed);
        assert_eq!(
            hex::encode(&sealed),
            "0100000007a5a5a5a5a5a5a5a5a5a5a5a5c4e914459c3e08ca5ddfd78ddb1e9dd15a367a541c6e01e0e8e9ae5a6a"
        );
        assert_eq!(key_version(&sealed), Ok(7));
        let opened = AeadKey::new(&key).open(b"context", &sealed).unwrap();
        assert_eq!(opened, "守客 Custos".as_bytes());
    }

    /// Any boundary moved between header and context is another message.
    #[test]
    fn binds_the_header() {
        let key = AeadKey::new(&[3; 32]);
        let mut sealed = key.seal(7, b"context", b"value", &Fixed);
        sealed[4] = 8;
        assert_eq!(key.open(b"context", &sealed), Err(CryptoError::DoesNotOpen));
    }
}
