//! Signed notes with Ed25519 keys as in C2SP signed-note (<https://c2sp.org/signed-note>).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::hash::sha256;

/// The largest note that is read, in bytes, and the most signatures on it.
const MAX_NOTE_LENGTH: usize = 64 * 1024;
const MAX_SIGNATURES: usize = 64;
const MAX_NAME_LENGTH: usize = 255;
const ED25519_TYPE: u8 = 0x01;
const PUBLIC_KEY_LENGTH: usize = 32;
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Why a note or a key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is too long or carries too many signatures.
    #[error("note too large")]
    TooLarge,
    /// The note does not have the form of a signed note.
    #[error("malformed note")]
    Malformed,
    /// The note carries no signature by the expected key.
    #[error("not signed by the expected key")]
    UnknownKey,
    /// The signature by the expected key is wrong: the text or the signature has been changed.
    #[error("wrong signature")]
    WrongSignature,
    /// The text of a verifier key is malformed, of an unknown type, or its id does not fit.
    #[error("invalid verifier key")]
    InvalidKey,
    /// A key's name is empty, too long, or contains white space, control characters or a plus sign.
    #[error("invalid key name")]
    InvalidName,
}

/// A private key that signs notes.
pub(super) struct NoteSigner {
    key: NoteKey,
    pair: Ed25519KeyPair,
}

impl NoteSigner {
    pub(super) fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::InvalidKey)?;
        let public: [u8; PUBLIC_KEY_LENGTH] = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| NoteError::InvalidKey)?;
        Ok(Self {
            key: NoteKey::new(name, public)?,
            pair,
        })
    }

    pub(super) fn key(&self) -> &NoteKey {
        &self.key
    }

    /// The note over `text`, which must end in a line feed.
    pub(super) fn sign(&self, text: &str) -> String {
        debug_assert!(text.ends_with('\n'));
        let mut signature = self.key.id.to_vec();
        signature.extend(self.pair.sign(text.as_bytes()).as_ref());
        format!(
            "{text}\n{SIGNATURE_MARK}{} {}\n",
            self.key.name,
            BASE64.encode(signature)
        )
    }
}

/// A public key that verifies notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoteKey {
    name: String,
    id: [u8; 4],
    public: [u8; PUBLIC_KEY_LENGTH],
}

impl NoteKey {
    fn new(name: &str, public: [u8; PUBLIC_KEY_LENGTH]) -> Result<Self, NoteError> {
        let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if name.is_empty() || name.len() > MAX_NAME_LENGTH || !name.chars().all(allowed) {
            return Err(NoteError::InvalidName);
        }
        let hash = sha256(&[name.as_bytes(), b"\n", &[ED25519_TYPE], &public].concat());
        Ok(Self {
            name: name.to_owned(),
            id: [hash[0], hash[1], hash[2], hash[3]],
            public,
        })
    }

    /// Reads `<name>+<id in hex>+<base64 of type and key>`.
    pub(super) fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::InvalidKey);
        };
        let key = BASE64.decode(key).map_err(|_| NoteError::InvalidKey)?;
        let Some((&ED25519_TYPE, public)) = key.split_first() else {
            return Err(NoteError::InvalidKey);
        };
        let parsed = Self::new(name, public.try_into().map_err(|_| NoteError::InvalidKey)?)?;
        match parsed.to_string() == text {
            true => Ok(parsed),
            false => Err(NoteError::InvalidKey),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The text of a note that this key has signed. Signatures by other keys are passed over.
    pub(super) fn verify<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        if note.len() > MAX_NOTE_LENGTH {
            return Err(NoteError::TooLarge);
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed);
        }
        let split = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let text = &note[..=split];
        let lines = note[split + 2..]
            .strip_suffix('\n')
            .ok_or(NoteError::Malformed)?;
        let mut verified = false;
        for (count, line) in lines.split('\n').enumerate() {
            if count == MAX_SIGNATURES {
                return Err(NoteError::TooLarge);
            }
            let (name, signature) = line
                .strip_prefix(SIGNATURE_MARK)
                .and_then(|rest| rest.split_once(' '))
                .ok_or(NoteError::Malformed)?;
            let signature = BASE64.decode(signature).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = signature
                .split_first_chunk::<4>()
                .ok_or(NoteError::Malformed)?;
            if name.is_empty() || signature.is_empty() {
                return Err(NoteError::Malformed);
            }
            if name == self.name && *id == self.id {
                UnparsedPublicKey::new(&ED25519, &self.public)
                    .verify(text.as_bytes(), signature)
                    .map_err(|_| NoteError::WrongSignature)?;
                verified = true;
            }
        }
        match verified {
            true => Ok(text),
            false => Err(NoteError::UnknownKey),
        }
    }
}

impl std::fmt::Display for NoteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [&[ED25519_TYPE], &self.public[..]].concat();
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.id),
            BASE64.encode(key)
        )
    }
}
