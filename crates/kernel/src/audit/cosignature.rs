//! What witnesses say of a checkpoint: C2SP tlog-cosignature (<https://c2sp.org/tlog-cosignature>), version 1.
//!
//! A witness signs that it saw a checkpoint at a time, and that it continues every checkpoint of that log it signed
//! before. Whoever rewrites a log cannot make the witness take its word back.

use super::checkpoint::{Checkpoint, CheckpointError, parse_text};
use super::note::{KeyKind, NoteError, NoteKey, NoteSigner, OpenedNote};

/// Signs other people's checkpoints.
pub struct Cosigner(NoteSigner);

impl Cosigner {
    /// A witness of this name (such as `witness.example.com/w1`; rules as for the origin of a
    /// [`CheckpointSigner`](super::CheckpointSigner)) from the 32 secret bytes of an Ed25519 key that is used for nothing
    /// else.
    ///
    /// # Errors
    /// [`NoteError::InvalidName`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        NoteSigner::new(name, KeyKind::Cosignature, seed).map(Self)
    }

    /// The public key as text, for those who rely on this witness.
    pub fn witness_key(&self) -> String {
        self.0.key().to_string()
    }

    /// The signature line on a note that was checked, at this second since 1970-01-01 UTC.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if it is not a note.
    pub fn cosign(&self, note: &str, seconds: u64) -> Result<String, NoteError> {
        Ok(self.0.cosign(OpenedNote::open(note)?.text, seconds))
    }
}

/// The public key of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey(NoteKey);

impl WitnessKey {
    /// Reads a key as [`Cosigner::witness_key`] gives it.
    ///
    /// # Errors
    /// [`NoteError::InvalidKey`] or [`NoteError::InvalidName`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NoteKey::parse(text, KeyKind::Cosignature).map(Self)
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The newest second since 1970-01-01 UTC at which this witness says to have seen the checkpoint.
    ///
    /// # Errors
    /// [`NoteError::UnknownKey`] if it does not say so, [`NoteError::WrongSignature`] if somebody put that into its mouth.
    pub fn verify(&self, note: &str) -> Result<u64, NoteError> {
        self.0.verify_cosignature(&OpenedNote::open(note)?)
    }

    /// Takes this witness's signature over `note` out of its answer: the second it was made at, and the line to keep.
    /// Lines of other keys are passed over.
    ///
    /// # Errors
    /// [`NoteError`] if there is none that holds.
    pub fn pick(&self, note: &str, answer: &str) -> Result<(u64, String), NoteError> {
        self.0
            .pick_cosignature(OpenedNote::open(note)?.text, answer)
    }
}

impl std::fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a checkpoint says of itself, before any of its signatures is verified: only to find out whose it claims to be.
///
/// # Errors
/// [`CheckpointError::Note`] or [`CheckpointError::Malformed`].
pub fn claimed_checkpoint(note: &str) -> Result<Checkpoint, CheckpointError> {
    parse_text(OpenedNote::open(note)?.text).ok_or(CheckpointError::Malformed)
}
