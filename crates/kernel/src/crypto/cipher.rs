//! The two block ciphers in Galois/counter mode behind one face.

use super::Suite;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{AesGcm, Nonce as GcmNonce, Tag};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sm4::Sm4;
use zeroize::Zeroizing;

/// Bytes of a nonce, the same for both.
pub(super) const NONCE: usize = 12;
/// Bytes of a tag, the same for both.
pub(super) const TAG: usize = 16;

/// A cipher with its key.
pub(super) enum Cipher {
    Aes(Box<LessSafeKey>),
    Sm4(Box<AesGcm<Sm4, U12>>),
}

impl Cipher {
    /// The cipher of a suite. AES-256 takes the key as it is. SM4 has keys of 128 bits: its key is derived, so that no
    /// bit is used with two ciphers.
    pub(super) fn new(suite: Suite, key: &[u8; 32]) -> Self {
        match suite {
            // The length is right by type, and that is the only way construction fails.
            Suite::Aes => Self::Aes(Box::new(LessSafeKey::new(
                UnboundKey::new(&AES_256_GCM, key)
                    .unwrap_or_else(|_| unreachable!("a key of 32 bytes")),
            ))),
            Suite::Sm => {
                let derived = Zeroizing::new(Suite::Sm.expand(key, &[b"custos/sm4-gcm"]));
                Self::sm4(derived.first_chunk().unwrap_or(&[0; 16]))
            }
        }
    }

    /// SM4 with a key of its own.
    pub(super) fn sm4(key: &[u8; 16]) -> Self {
        Self::Sm4(Box::new(AesGcm::new(key.into())))
    }

    /// Encrypts in place and gives the tag. A nonce is used once per key.
    pub(super) fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], text: &mut [u8]) -> [u8; TAG] {
        let mut out = [0; TAG];
        match self {
            Self::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(*nonce);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), text);
                let tag = tag.unwrap_or_else(|_| unreachable!("far below the limit of GCM"));
                out.copy_from_slice(tag.as_ref());
            }
            Self::Sm4(key) => {
                let nonce = GcmNonce::from(*nonce);
                let tag = key.encrypt_inout_detached(&nonce, aad, text.into());
                let tag = tag.unwrap_or_else(|_| unreachable!("far below the limit of GCM"));
                out.copy_from_slice(&tag);
            }
        }
        out
    }

    /// Decrypts `text ‖ tag`; nothing unless the tag is right.
    pub(super) fn open(&self, nonce: &[u8; NONCE], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut body = sealed.to_vec();
        let length = sealed.len().checked_sub(TAG)?;
        match self {
            Self::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(*nonce);
                key.open_in_place(nonce, Aad::from(aad), &mut body).ok()?;
            }
            Self::Sm4(key) => {
                let nonce = GcmNonce::from(*nonce);
                let (text, tag) = body.split_at_mut(length);
                let tag = Tag::try_from(&*tag).ok()?;
                key.decrypt_inout_detached(&nonce, aad, text.into(), &tag)
                    .ok()?;
            }
        }
        body.truncate(length);
        Some(body)
    }
}

#[cfg(test)]
mod tests;
