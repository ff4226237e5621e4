//! Evidence files: a log in one file that somebody else can verify, without the database and without trust in
//! whoever runs it.
//!
//! An evidence file is a tar archive (ustar). Its members are those of a C2SP tlog-tiles log, `checkpoint`,
//! `tile/<level>/<index>` and `tile/entries/<index>`, and besides these `checkpoints/<size>` (older
//! checkpoints), `verifier-key.txt` (the public key), `meta.json`, `policies/<sha256>` (the texts of the policies that
//! were in force), `announcements/<index>` (the entries that name them) and `witnesses.txt` (whose signatures the log's
//! keeper asks for). It may hold the entries of a period only; the hashes of all entries are always there. An empty entry
//! in a bundle stands for one that was missing in the log, or that is outside the period.

mod attached;
mod file;
mod member;
mod write;

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::checkpoint::{CheckpointError, CheckpointVerifier};
use super::divergence::{DivergenceError, EntryProof, Relation, Side, compare, prove_entry};
use super::note::NoteError;
use super::quorum::{Cosigned, Quorum};
use super::source::{LogSource, SourceError};
use super::verify::{VerificationError, VerificationReport, verify_log};
use file::EvidenceFile;
pub use write::{Announcement, Attachments, write_evidence};

const FORMAT: &str = "custos-evidence-3";
/// Formats before: the first without policies, announcements and witnesses, both in whole bundles only.
const WHOLE_BUNDLES: [&str; 2] = ["custos-evidence-1", "custos-evidence-2"];
/// The action of an entry that names the policy in force, and the member of its detail that does.
const POLICY_ACTION: &str = "policy.in_force";
const POLICY_DETAIL: &str = "digest";
const CHECKPOINT: &str = "checkpoint";
const CHECKPOINTS: &str = "checkpoints/";
const VERIFIER_KEY: &str = "verifier-key.txt";
const META: &str = "meta.json";
const POLICIES: &str = "policies/";
const ANNOUNCEMENTS: &str = "announcements/";
const WITNESSES: &str = "witnesses.txt";

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
    /// Two logs cannot be compared, or an entry not be proven to be in one.
    #[error(transparent)]
    Divergence(#[from] DivergenceError),
}

impl From<SourceError> for EvidenceError {
    fn from(error: SourceError) -> Self {
        Self::Verification(error.into())
    }
}

/// What is known from elsewhere of the log that an evidence file is about. Without any of it the file proves no more
/// than that it fits together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expectations<'a> {
    /// The log's public key.
    pub key: Option<&'a str>,
    /// An older checkpoint of the log (a signed note) kept since then, which the log must continue.
    pub trusted: Option<&'a str>,
    /// Which witnesses must have signed.
    pub quorum: Option<&'a Quorum>,
}

/// How far witnesses vouch for the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessedReport {
    /// The size of the newest checkpoint that enough witnesses have signed.
    pub size: u64,
    /// Who, and when.
    pub signed: Vec<Cosigned>,
}

/// A policy in the file that an entry of the log names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyReport {
    /// The SHA-256 of its text, in hexadecimal digits.
    pub digest: String,
    /// The index of the entry that says it was in force from then on.
    pub index: u64,
    /// When that was: milliseconds since 1970-01-01 UTC.
    pub at: i64,
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
    /// The policies in force, oldest first.
    pub policies: Vec<PolicyReport>,
    /// How far enough of the witnesses that were asked for vouch for it; none if none were asked for, or not enough signed.
    pub witnessed: Option<WitnessedReport>,
    /// What the verification of the log found.
    pub verification: VerificationReport,
}

impl EvidenceReport {
    /// Whether nothing is wrong with the log.
    pub fn is_ok(&self) -> bool {
        self.verification.is_ok()
    }
}

/// An evidence file that was opened: its table of contents was read and every member belongs there.
pub struct Evidence<R> {
    file: EvidenceFile<R>,
    verifier: CheckpointVerifier,
}

impl<R: Read + Seek> Evidence<R> {
    /// Opens a file that may come from anybody: sizes, names and numbers in it are limited.
    ///
    /// # Errors
    /// [`EvidenceError`] if it is not an evidence file or its key is not the expected one.
    pub fn open(reader: R, key: Option<&str>) -> Result<Self, EvidenceError> {
        let mut file = EvidenceFile::open(reader)?;
        let verifier =
            CheckpointVerifier::parse(&file.verifier_key()?).map_err(EvidenceError::Key)?;
        if let Some(expected) = key
            && CheckpointVerifier::parse(expected.trim()).map_err(EvidenceError::Key)? != verifier
        {
            return Err(EvidenceError::OtherKey);
        }
        if file.meta().origin != verifier.origin() {
            return Err(EvidenceError::MalformedMember(META));
        }
        Ok(Self { file, verifier })
    }

    /// Whose signatures the log's keeper asks for (C2SP tlog-policy), to be compared with what was agreed.
    ///
    /// # Errors
    /// [`EvidenceError`] if it cannot be read.
    pub fn stated_witnesses(&mut self) -> Result<Option<String>, EvidenceError> {
        self.file.witnesses()
    }

    /// Proof that one entry is in the log, to be kept or handed on without the file.
    ///
    /// # Errors
    /// [`EvidenceError::Divergence`] if the log does not hold there.
    pub fn prove(&mut self, index: u64) -> Result<EntryProof, EvidenceError> {
        let note = self.newest_note()?;
        let mut side = Side {
            note,
            tiles: &mut self.file,
        };
        Ok(prove_entry(&self.verifier, &mut side, index)?)
    }

    fn newest_note(&mut self) -> Result<String, EvidenceError> {
        let newest = self.file.checkpoint_before(None)?;
        Ok(newest.ok_or(EvidenceError::MissingMember(CHECKPOINT))?.note)
    }

    fn verify(
        mut self,
        expected: Expectations<'_>,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<EvidenceReport, EvidenceError> {
        let trusted = expected
            .trusted
            .map(|note| self.verifier.verify(note))
            .transpose()
            .map_err(EvidenceError::Trusted)?;
        let meta = self.file.meta().clone();
        let mut verification =
            verify_log(&mut self.file, &self.verifier, trusted.as_ref(), progress)?;
        let policies = attached::policies(&mut self.file, &self.verifier, &mut verification)?;
        let witnessed = match expected.quorum {
            Some(quorum) => {
                attached::witnessed(&mut self.file, &self.verifier, quorum, &mut verification)?
            }
            None => None,
        };
        Ok(EvidenceReport {
            origin: meta.origin,
            verifier_key: self.verifier.verifier_key(),
            key_expected: expected.key.is_some(),
            from: meta.from,
            to: meta.to,
            exported_at: meta.exported_at,
            policies,
            witnessed,
            verification,
        })
    }
}

/// Verifies an evidence file. `progress` is as for [`verify_log`].
///
/// # Errors
/// [`EvidenceError`] if the file is not an evidence file, its key is not the expected one, the trusted
/// checkpoint is not of this log, or `progress` said to stop.
pub fn verify_evidence<R: Read + Seek>(
    reader: R,
    expected: Expectations<'_>,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<EvidenceReport, EvidenceError> {
    Evidence::open(reader, expected.key)?.verify(expected, progress)
}

/// Compares the logs of two evidence files, which must have the same key.
///
/// # Errors
/// [`EvidenceError::OtherKey`] if they have not, [`EvidenceError::Divergence`] if one does not hold in itself.
pub fn compare_evidence<R: Read + Seek>(
    mut first: Evidence<R>,
    mut second: Evidence<R>,
) -> Result<Relation, EvidenceError> {
    if first.verifier != second.verifier {
        return Err(EvidenceError::OtherKey);
    }
    let (a, b) = (first.newest_note()?, second.newest_note()?);
    Ok(compare(
        &first.verifier,
        Side {
            note: a,
            tiles: &mut first.file,
        },
        Side {
            note: b,
            tiles: &mut second.file,
        },
    )?)
}
