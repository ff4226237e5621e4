//! Keys, sealed values and everything else that touches a cipher.
//!
//! Key hierarchy: [`RootKey`] → [`TenantKey`] → [`RecordKey`]; each level wraps the next with AES-256-GCM.
//! A field is sealed under its record's key and bound by additional data to organisation, table, row, column,
//! key version and suite, so that a ciphertext moved anywhere else does not open.

mod aead;
mod blind;
mod device_key;
mod foreign;
mod hmac;
mod keys;
mod password;
mod sealed;
mod stream;
mod token;
mod totp;

pub use aead::{CryptoError, Suite};
pub use blind::BlindIndex;
pub use device_key::{DEVICE_KEY_LENGTH, DEVICE_SIGNATURE_LENGTH, DeviceKey};
pub use foreign::{ForeignDigest, ForeignSignature};
pub use hmac::hmac_sha256;
pub use keys::{KeyFile, KeyFileError, RecordKey, RootKey, TenantKey, WrappedKey};
pub use password::{PasswordHash, PasswordHasher, PasswordParams};
pub use sealed::{Column, Disclosed, Disclosures, Masked, Plain, Sealed, SealedText};
pub use stream::{CHUNK_SIZE, StreamOpener, StreamSealer};
pub use token::{Token, TokenHash};
pub use totp::{TotpSecret, TotpStep};

/// Compares two byte strings in time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// SHA-256 of `data`, for identifiers of content; not for passwords or keyed hashes.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}
