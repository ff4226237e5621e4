//! Keys of registered devices: ECDSA on P-256 with SHA-256 (FIPS 186-5; `ES256` of RFC 7518), verified only. Their
//! private halves never leave the devices.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey, UnparsedPublicKey};

/// Length of a public key: an uncompressed point (SEC 1, section 2.3.3), as WebCrypto exports it as `raw`.
pub const DEVICE_KEY_LENGTH: usize = 65;
/// Length of a signature: r and s of 32 bytes each (RFC 7518, section 3.4), as WebCrypto makes it.
pub const DEVICE_SIGNATURE_LENGTH: usize = 64;

/// The public key of a device: a point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceKey([u8; DEVICE_KEY_LENGTH]);

impl DeviceKey {
    /// Reads a key; `None` unless it is an uncompressed point of the curve.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let key: [u8; DEVICE_KEY_LENGTH] = bytes.try_into().ok()?;
        // A compressed or hybrid form would be a second spelling of one key.
        if key[0] != 4 {
            return None;
        }
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).ok()?;
        Some(Self(key))
    }

    /// The key, as stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the holder of the private key signed the message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        signature.len() == DEVICE_SIGNATURE_LENGTH
            && UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0)
                .verify(message, signature)
                .is_ok()
    }
}
