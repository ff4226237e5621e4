//! Checkpoints as in C2SP tlog-checkpoint (<https://c2sp.org/tlog-checkpoint>): a signed statement of the
//! size and the root hash of a log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::hash::Hash;
use super::note::{KeyKind, NoteError, NoteKey, NoteSigner};
use super::tile::MAX_SIZE;

/// The state of a log at one moment, as signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log. It is also the name of the key that signs its checkpoints.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
}

/// Why a checkpoint is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The signed note around it is not accepted.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The signed text is not a checkpoint.
    #[error("malformed checkpoint")]
    Malformed,
    /// It belongs to another log.
    #[error("checkpoint of another log")]
    WrongOrigin,
    /// It states another size than the one under which it is stored.
    #[error("checkpoint of another size")]
    WrongSize,
}

impl CheckpointError {
    /// A code for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Note(NoteError::TooLarge) => "too_large",
            Self::Note(NoteError::UnknownKey) => "unknown_key",
            Self::Note(NoteError::WrongSignature) => "wrong_signature",
            Self::Note(NoteError::Malformed | NoteError::InvalidKey | NoteError::InvalidName)
            | Self::Malformed => "malformed",
            Self::WrongOrigin => "wrong_origin",
            Self::WrongSize => "wrong_size",
        }
    }
}

/// Signs the checkpoints of one log.
pub struct CheckpointSigner(NoteSigner);

impl CheckpointSigner {
    /// A signer for the log named `origin` (such as `crm.example.cn/audit/<organisation>`: no white space, no
    /// plus sign, at most 255 bytes) from the 32 secret bytes of an Ed25519 key.
    ///
    /// # Errors
    /// [`NoteError::InvalidName`] if the origin cannot be the name of a key.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        NoteSigner::new(origin, KeyKind::Note, seed).map(Self)
    }

    /// The log this signer signs for.
    pub fn origin(&self) -> &str {
        self.0.key().name()
    }

    /// The public key as text, to give to auditors: `<origin>+<key id>+<key>`.
    pub fn verifier_key(&self) -> String {
        self.0.key().to_string()
    }

    /// The verifier of this signer's checkpoints.
    pub fn verifier(&self) -> CheckpointVerifier {
        CheckpointVerifier(self.0.key().clone())
    }

    /// The checkpoint for a size and a root, as a signed note.
    pub fn sign(&self, size: u64, root: &Hash) -> String {
        self.0.sign(&format!(
            "{}\n{size}\n{}\n",
            self.origin(),
            BASE64.encode(root)
        ))
    }
}

impl CheckpointSigner {
    pub(super) fn sign_text(&self, text: &str) -> String {
        self.0.sign(text)
    }
}

impl CheckpointVerifier {
    pub(super) fn verified_text<'n>(&self, note: &'n str) -> Result<&'n str, CheckpointError> {
        Ok(self.0.verify(note)?)
    }
}

/// Verifies the checkpoints of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointVerifier(NoteKey);

impl CheckpointVerifier {
    /// Reads a public key as [`CheckpointSigner::verifier_key`] gives it.
    ///
    /// # Errors
    /// [`NoteError::InvalidKey`] or [`NoteError::InvalidName`].
    pub fn parse(verifier_key: &str) -> Result<Self, NoteError> {
        NoteKey::parse(verifier_key, KeyKind::Note).map(Self)
    }

    /// The log whose checkpoints this verifies.
    pub fn origin(&self) -> &str {
        self.0.name()
    }

    /// The public key as text.
    pub fn verifier_key(&self) -> String {
        self.0.to_string()
    }

    /// Reads a checkpoint after checking that this key has signed it. Signatures by other keys (witnesses)
    /// and extension lines are allowed and passed over.
    ///
    /// # Errors
    /// [`CheckpointError`] if the signature is missing or wrong or the text is not a checkpoint of this log.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = parse_text(self.0.verify(note)?).ok_or(CheckpointError::Malformed)?;
        match checkpoint.origin == self.origin() {
            true => Ok(checkpoint),
            false => Err(CheckpointError::WrongOrigin),
        }
    }

    /// The note with this key's signature alone, without those of witnesses.
    ///
    /// # Errors
    /// See [`Self::verify`].
    pub fn own_note(&self, note: &str) -> Result<String, CheckpointError> {
        Ok(self.0.own_note(note)?)
    }
}

/// The checkpoint in a note's text.
pub(super) fn parse_text(text: &str) -> Option<Checkpoint> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
    let size = parse_size(lines.next()?)?;
    let root = BASE64.decode(lines.next()?).ok()?.try_into().ok()?;
    lines
        .all(|extension| !extension.is_empty())
        .then_some(Checkpoint { origin, size, root })
}

/// A decimal number without leading zeros.
fn parse_size(text: &str) -> Option<u64> {
    let size: u64 = text.parse().ok()?;
    (size <= MAX_SIZE && size.to_string() == text).then_some(size)
}
