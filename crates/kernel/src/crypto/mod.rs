//! Keys, sealed values and everything else that touches a cipher.
//!
//! Key hierarchy: [`RootKey`] → [`Keyring`] → [`TenantKey`] → [`RecordKey`]; each level wraps the next with the cipher of a
//! [`Suite`]. A field is sealed under its record's key and bound by additional data to organisation, table, row, column,
//! key version and suite, so that a ciphertext moved anywhere else does not open.

mod aead;
mod blind;
mod cipher;
mod device_key;
mod erasure;
mod foreign;
mod hash;
mod keys;
mod password;
mod sealed;
mod shares;
mod sm2;
mod stream;
mod suite;
mod token;
mod totp;

pub use aead::{CryptoError, sealed_under};
pub use blind::BlindIndex;
pub use device_key::{DEVICE_KEY_LENGTH, DEVICE_SIGNATURE_LENGTH, DeviceKey};
pub use foreign::{ForeignDigest, ForeignSignature};
pub use hash::{hmac_sha256, hmac_sm3, sha256, sm3};
use keys::KeyBytes;
pub use keys::{
    Home, HomeSecret, KeyFile, KeyFileError, KeyState, KeyVersion, Keyring, RecordKey, RootKey,
    StoredKey, TenantKey, WrappedKey,
};
pub use password::{PasswordHash, PasswordHasher, PasswordParams};
pub use sealed::{Column, Disclosed, Disclosures, Masked, Owner, Plain, Sealed, SealedText};
pub use shares::Share;
pub use sm2::{SM2_KEY_LENGTH, SM2_SIGNATURE_LENGTH, Sm2Key, sm2_verify};
pub use stream::{CHUNK_SIZE, StreamOpener, StreamSealer};
pub use suite::Suite;
pub use token::{Token, TokenHash};
pub use totp::{TotpSecret, TotpStep};

/// Compares two byte strings in time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
