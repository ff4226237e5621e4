//! Random bearer tokens (session cookies, one-time links) and the hash that is stored in their place.

use super::{constant_time_eq, sha256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_values::Random;
use zeroize::ZeroizeOnDrop;

/// A 256-bit random secret handed to a person or browser. Shown once, never stored; no Debug, no Display.
#[derive(ZeroizeOnDrop)]
pub struct Token([u8; 32]);

/// What is stored of a token. A token has full entropy, so a plain SHA-256 cannot be searched backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl Token {
    /// A new random token.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads the text form; `None` if it is not 43 characters of unpadded base64url.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The text form, for the one moment in which it is handed over.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What to store and to look up by.
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&self.0))
    }

    /// A second secret derived from this one, such as the CSRF token of a session.
    pub fn derive(&self, purpose: &str) -> String {
        let digest = sha256(&[purpose.as_bytes(), b"\0", &self.0].concat());
        URL_SAFE_NO_PAD.encode(digest)
    }
}

impl TokenHash {
    /// Constant-time comparison.
    pub fn matches(&self, other: &TokenHash) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}
