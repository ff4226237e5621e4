//! Signatures with SM2 (GB/T 32918.2-2016) over SM3, under the identity that GB/T 35276 and RFC 8998 prescribe.

use super::Suite;
use custos_values::Random;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The signer's identity if nothing else was agreed upon (GB/T 35276-2017, section 10).
const IDENTITY: &str = "1234567812345678";

/// Length of a public key: an uncompressed point.
pub const SM2_KEY_LENGTH: usize = 65;
/// Length of a signature: r and s of 32 bytes each.
pub const SM2_SIGNATURE_LENGTH: usize = 64;

/// A private SM2 key. No Debug, no Display; wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Sm2Key([u8; 32]);

impl Sm2Key {
    /// A key from 32 bytes; none unless they are a number between 1 and the order of the curve less 2.
    pub fn from_bytes(bytes: [u8; 32]) -> Option<Self> {
        let key = Self(bytes);
        key.signer().map(|_| key)
    }

    /// A new random key.
    pub fn generate(random: &dyn Random) -> Self {
        loop {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            if let Some(key) = Self::from_bytes(bytes) {
                return key;
            }
        }
    }

    /// The key that belongs to a seed, always the same.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut bytes = *seed;
        loop {
            bytes = Suite::Sm.expand(&bytes, &[b"custos/sm2"]);
            if let Some(key) = Self::from_bytes(bytes) {
                return key;
            }
        }
    }

    fn signer(&self) -> Option<SigningKey> {
        SigningKey::from_slice(IDENTITY, &self.0).ok()
    }

    /// The public key: `04 ‖ x ‖ y`.
    pub fn public(&self) -> [u8; SM2_KEY_LENGTH] {
        let mut out = [0; SM2_KEY_LENGTH];
        if let Some(signer) = self.signer() {
            let point = signer.verifying_key().as_affine().to_sec1_point(false);
            out.copy_from_slice(point.as_bytes());
        }
        out
    }

    /// Signs a message. The number each signature needs is derived from key and message (RFC 6979): no source of
    /// randomness can give the key away.
    pub fn sign(&self, message: &[u8]) -> Option<[u8; SM2_SIGNATURE_LENGTH]> {
        let signature: Signature = self.signer()?.try_sign(message).ok()?;
        Some(signature.to_bytes().into())
    }
}

/// Whether the holder of the private key signed the message.
pub fn sm2_verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    // A compressed or hybrid form would be a second spelling of one key.
    if public.len() != SM2_KEY_LENGTH || public[0] != 4 {
        return false;
    }
    let Ok(key) = VerifyingKey::from_sec1_bytes(IDENTITY, public) else {
        return false;
    };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
}
