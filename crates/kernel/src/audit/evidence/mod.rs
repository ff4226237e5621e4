//! Evidence files: a log in one file that somebody else can verify, without the database and without trust in
//! whoever runs it.
//!
//! An evidence file is a tar archive (ustar). Its members are those of a C2SP tlog-tiles log, `checkpoint`,
//! `tile/<level>/<index>` and `tile/entries/<index>`, and besides these `checkpoints/<size>` (older
//! checkpoints), `verifier-key.txt` (the public key) and `meta.json`. It may hold the entries of a period
//! only, in whole bundles of 256; the hashes of all entries are always there. An empty entry in a bundle stands
//! for one that was missing in the log.

mod file;
mod write;

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::checkpoint::{CheckpointError, CheckpointVerifier};
use super::note::NoteError;
use super::source::SourceError;
use super::verify::{VerificationError, VerificationReport, verify_log};
use file::EvidenceFile;
pub use write::write_evidence;

const FORMAT: &str = "custos-evidence-1";
const CHECKPOINT: &str = "checkpoint";
const CHECKPOINTS: &str = "checkpoints/";
const VERIFIER_KEY: &str = "verifier-key.txt";
const META: &str = "meta.json";

/// The most members of a file. With a tile and a bundle for every 256 entries this is enough for 250 million.
const MAX_MEMBERS: u64 = 1 << 21;

/// What an evidence file says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    format: String,
    origin: String,
    size: u64,
    from: u64,
    to: u64,
    exported_at: i64,
}

/// Why an evidence file cannot be written or read. What is wrong with the log in it is not an error but a
/// finding.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Reading or writing the file failed.
    #[error("the file cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// The log could not be read, or the verification was stopped.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The log has no checkpoint yet, so there is nothing to give evidence of.
    #[error("the log has no checkpoint")]
    NoCheckpoint,
    /// The log is too large for one file.
    #[error("the log is too large for an evidence file")]
    TooLarge,
    /// The file is not a tar archive with regular files only, or is cut short.
    #[error("not an evidence file: {0}")]
    NotAnArchive(&'static str),
    /// A member that does not belong in an evidence file of this size and period.
    #[error("unexpected member {0:?}")]
    UnexpectedMember(String),
    /// A member occurs twice.
    #[error("member {0:?} occurs twice")]
    DuplicateMember(String),
    /// A member is larger than its kind can be.
    #[error("member {0:?} is too large")]
    MemberTooLarge(String),
    /// A member is missing.
    #[error("member {0:?} is missing")]
    MissingMember(&'static str),
    /// A member cannot be read.
    #[error("member {0:?} is malformed")]
    MalformedMember(&'static str),
    /// The key in the file or the expected key is malformed.
    #[error("verifier key: {0}")]
    Key(#[source] NoteError),
    /// The file comes with another key than the expected one.
    #[error("the evidence is signed with another key than expected")]
    OtherKey,
    /// The trusted checkpoint is not one of this log.
    #[error("trusted checkpoint: {0}")]
    Trusted(#[source] CheckpointError),
}

impl From<SourceError> for EvidenceError {
    fn from(error: SourceError) -> Self {
        Self::Verification(error.into())
    }
}

/// The result of verifying an evidence file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceReport {
    /// The log's name.
    pub origin: String,
    /// The public key that the checkpoints were verified with.
    pub verifier_key: String,
    /// Whether that key was given by the caller. If not, it came with the file, and anybody could have made
    /// the whole file: the key must then be compared with one obtained elsewhere.
    pub key_expected: bool,
    /// The file holds the entries from this index on ...
    pub from: u64,
    /// ... up to but not including this one. All others are present by their hashes only.
    pub to: u64,
    /// When the file says it was made: milliseconds since 1970-01-01 UTC. Nothing proves it.
    pub exported_at: i64,
    /// What the verification of the log found.
    pub verification: VerificationReport,
}

impl EvidenceReport {
    /// Whether nothing is wrong with the log.
    pub fn is_ok(&self) -> bool {
        self.verification.is_ok()
    }
}

/// Verifies an evidence file. The file may come from anybody: sizes, names and numbers in it are limited.
///
/// `expected_key` is the log's public key as known from elsewhere; `trusted` is an older checkpoint of the log
/// (a signed note) kept since then, which the log must continue. `progress` is as for [`verify_log`].
///
/// # Errors
/// [`EvidenceError`] if the file is not an evidence file, its key is not the expected one, the trusted
/// checkpoint is not of this log, or `progress` said to stop.
pub fn verify_evidence<R: Read + Seek>(
    reader: R,
    expected_key: Option<&str>,
    trusted: Option<&str>,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<EvidenceReport, EvidenceError> {
    let mut file = EvidenceFile::open(reader)?;
    let verifier = CheckpointVerifier::parse(&file.verifier_key()?).map_err(EvidenceError::Key)?;
    if let Some(expected) = expected_key
        && CheckpointVerifier::parse(expected.trim()).map_err(EvidenceError::Key)? != verifier
    {
        return Err(EvidenceError::OtherKey);
    }
    let trusted = trusted
        .map(|note| verifier.verify(note))
        .transpose()
        .map_err(EvidenceError::Trusted)?;
    let meta = file.meta().clone();
    if meta.origin != verifier.origin() {
        return Err(EvidenceError::MalformedMember(META));
    }
    let verification = verify_log(&mut file, &verifier, trusted.as_ref(), progress)?;
    Ok(EvidenceReport {
        origin: meta.origin,
        verifier_key: verifier.verifier_key(),
        key_expected: expected_key.is_some(),
        from: meta.from,
        to: meta.to,
        exported_at: meta.exported_at,
        verification,
    })
}
