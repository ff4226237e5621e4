//! The verification of a whole log: finds what was altered, and says where.
//!
//! Three witnesses are compared: the stored entries, the stored tiles, and the signed checkpoints. The newest
//! checkpoint that holds proves the stored tiles from the root down, a proven tile of level 0 proves its
//! entries, and where a tile is not proven, the entries below it are tried instead ([`judge`]). So a change in
//! one place is found in that place. Changes that agree with each other are narrowed by the older checkpoints.
//!
//! What it cannot find: entries after the newest checkpoint that were changed, and a log that the holder of
//! the private key has rewritten from end to end, unless an older checkpoint kept elsewhere is given.

mod feed;
mod finding;
mod judge;
mod stored;
mod walk;

use std::ops::ControlFlow;

pub use finding::{Finding, MAX_FINDINGS, VerificationReport};

use super::checkpoint::{Checkpoint, CheckpointVerifier};
use super::hash::empty_root;
use super::source::{LogSource, SourceError};
use walk::{Walk, verify_stored};

/// Why a verification did not come to a result.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The log could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The caller stopped it.
    #[error("stopped")]
    Stopped,
}

/// Verifies a log. Time is linear in its size, memory does not grow with it.
///
/// `trusted` is a checkpoint from an earlier time, verified and kept out of reach of the log's keeper; the log
/// must be its continuation. `progress` is told, after every 256 entries, how many are done and how many there
/// are, and may stop the verification.
///
/// # Errors
/// [`VerificationError`] if the log cannot be read or `progress` said to stop. A log that is wrong is not an
/// error but has findings.
pub fn verify_log(
    source: &mut dyn LogSource,
    verifier: &CheckpointVerifier,
    trusted: Option<&Checkpoint>,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<VerificationReport, VerificationError> {
    let mut report = VerificationReport::default();
    let newest = newest_checkpoint(source, verifier)?;
    report.size = newest.as_ref().map_or(0, |checkpoint| checkpoint.size);
    if newest.is_none() && source.tile(0, 0)?.is_some() {
        report.add(Finding::NoCheckpoint);
    }
    if let Some(trusted) = trusted.filter(|trusted| trusted.size > report.size) {
        report.add(Finding::RolledBack {
            size: report.size,
            trusted_size: trusted.size,
        });
    }
    let anchor = newest
        .or_else(|| trusted.cloned())
        .unwrap_or_else(|| Checkpoint {
            origin: verifier.origin().to_owned(),
            size: 0,
            root: empty_root(),
        });
    let mut walk = Walk::begin(source, verifier, trusted, &anchor, report)?;
    while walk.step()? {
        if progress(walk.size(), anchor.size).is_break() {
            return Err(VerificationError::Stopped);
        }
    }
    Ok(walk.finish()?)
}

/// The newest stored checkpoint with a valid signature.
fn newest_checkpoint(
    source: &mut dyn LogSource,
    verifier: &CheckpointVerifier,
) -> Result<Option<Checkpoint>, SourceError> {
    let mut below = None;
    while let Some(stored) = source.checkpoint_before(below)? {
        if below.is_some_and(|below| stored.size >= below) {
            return Err(SourceError::new(
                "the source does not keep to the descending order",
            ));
        }
        if let Ok(checkpoint) = verify_stored(verifier, &stored) {
            return Ok(Some(checkpoint));
        }
        below = Some(stored.size);
    }
    Ok(None)
}
