//! Sealing of files in chunks, so that any size can be written, read from any offset and checked for truncation.
//!
//! Each chunk is an AEAD message bound to file key, chunk number and "is last", after the STREAM construction
//! (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance).

use super::Suite;
use super::aead::{AeadKey, CryptoError, OVERHEAD};
use custos_values::Random;

/// Plaintext bytes in every chunk but the last.
pub const CHUNK_SIZE: usize = 64 * 1024;

/// Seals chunks in order.
pub struct StreamSealer {
    key: AeadKey,
    next: u64,
}

impl StreamSealer {
    /// Starts a file under its own key.
    pub fn new(suite: Suite, key: &[u8; 32]) -> Self {
        Self {
            key: AeadKey::new(suite, key),
            next: 0,
        }
    }

    /// Seals the next chunk: [`CHUNK_SIZE`] bytes, or fewer (even none) for the last.
    pub fn seal(&mut self, chunk: &[u8], last: bool, random: &dyn Random) -> Vec<u8> {
        let sealed = self.key.seal(1, &context(self.next, last), chunk, random);
        self.next += 1;
        sealed
    }
}

/// Opens chunks in any order.
pub struct StreamOpener {
    key: AeadKey,
}

impl StreamOpener {
    /// Bytes of a full chunk once sealed.
    pub const SEALED_CHUNK: usize = CHUNK_SIZE + OVERHEAD;

    /// Opens a file with its own key, whatever its suite.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            key: AeadKey::new(Suite::default(), key),
        }
    }

    /// Opens chunk `number`; `last` must be true exactly for the final chunk of the file.
    ///
    /// # Errors
    /// [`CryptoError`] when the chunk was altered, moved, or the file was cut off.
    pub fn open(&self, number: u64, last: bool, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.key.open(&context(number, last), sealed)
    }
}

fn context(number: u64, last: bool) -> [u8; 15] {
    let mut out = *b"stream\0\0\0\0\0\0\0\0\0";
    out[6..14].copy_from_slice(&number.to_be_bytes());
    out[14] = u8::from(last);
    out
}
