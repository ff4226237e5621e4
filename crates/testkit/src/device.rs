//! A device with a key of its own, as a browser with WebCrypto has one.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

/// An ECDSA key on P-256.
pub struct DeviceSigner(EcdsaKeyPair);

impl Default for DeviceSigner {
    fn default() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self(pair.expect("randomness for a key"))
    }
}

impl DeviceSigner {
    /// The uncompressed point.
    pub fn public_key(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    /// r and s, 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.0.sign(&SystemRandom::new(), message);
        signature.expect("a signature").as_ref().to_vec()
    }
}
