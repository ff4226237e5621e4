//! Logs too large to make for a test: a source that only says how large it is.

use super::evidence::members;
use super::memory_log::signer;
use crate::audit::*;

const WIDTH: u64 = TILE_WIDTH as u64;

/// A log that says to have so many entries and checkpoints, and has no tiles.
struct Claimed {
    size: u64,
    checkpoints: u64,
    /// A source that never gets to an end gives the same page again and again.
    endless: bool,
}

impl Claimed {
    fn checkpoint(size: u64) -> StoredCheckpoint {
        StoredCheckpoint {
            size,
            note: format!("checkpoint of {size}"),
        }
    }
}

impl TileReader for Claimed {
    fn tile(&mut self, _level: u8, _index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(None)
    }
}

impl LogSource for Claimed {
    fn entries(&mut self, _from: u64, _limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        Ok(Vec::new())
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        let after = after.filter(|_| !self.endless);
        let sizes = after.map_or(0, |after| after + 1)..self.checkpoints;
        Ok(sizes.take(limit).map(Self::checkpoint).collect())
    }

    fn checkpoint_before(
        &mut self,
        _below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        Ok(Some(Self::checkpoint(self.size)))
    }

    fn entry_range(&self) -> std::ops::Range<u64> {
        0..0
    }
}

fn written(source: &mut Claimed, attachments: &Attachments) -> Result<Vec<u8>, EvidenceError> {
    let verifier = signer().verifier();
    write_evidence(source, Vec::new(), &verifier, 0..0, attachments, 0)
}

/// The sizes whose checkpoints are in the file beside the newest one.
fn older(file: &[u8]) -> Vec<u64> {
    let names = members(file).into_iter();
    names
        .filter_map(|(name, _)| name.strip_prefix("checkpoints/")?.parse().ok())
        .collect()
}

/// Two million members are the most in a file that is read; a writer leaves room for checkpoints.
#[test]
fn a_log_that_no_file_can_hold_is_refused_before_anything_is_written() {
    let most = ((1 << 21) - (1 << 17)) / 2 * WIDTH;
    for (size, fits) in [
        (most, true),
        (most + WIDTH - 1, true),
        (most + WIDTH, false),
        (most * 2, false),
        (MAX_SIZE, false),
    ] {
        let mut source = Claimed {
            size,
            checkpoints: 0,
            endless: false,
        };
        let outcome = written(&mut source, &Attachments::default());
        assert_eq!(outcome.is_ok(), fits, "{size}");
        assert!(fits || matches!(outcome, Err(EvidenceError::TooLarge)));
    }
}

#[test]
fn of_many_checkpoints_evenly_spaced_ones_are_taken() {
    let mut source = Claimed {
        size: 3 << 16,
        checkpoints: 20,
        endless: false,
    };
    let file = written(&mut source, &Attachments::default()).unwrap();
    assert_eq!(older(&file), [0, 3, 6, 9, 12, 15, 18]);
    // Of fewer, all are, whatever the pages they are read in.
    let mut source = Claimed {
        size: 1_000,
        checkpoints: 600,
        endless: false,
    };
    let file = written(&mut source, &Attachments::default()).unwrap();
    assert_eq!(older(&file), (0..600).collect::<Vec<_>>());
}

#[test]
fn a_source_that_gives_the_same_again_comes_to_an_end() {
    let mut source = Claimed {
        size: 1_000,
        checkpoints: 300,
        endless: true,
    };
    let file = written(&mut source, &Attachments::default()).unwrap();
    assert_eq!(older(&file), (0..256).collect::<Vec<_>>());
}

#[test]
fn a_policy_may_have_eight_mebibytes() {
    let with = |length: usize| {
        let mut source = Claimed {
            size: 0,
            checkpoints: 0,
            endless: false,
        };
        let attachments = Attachments {
            policies: vec!["x".repeat(length)],
            ..Attachments::default()
        };
        written(&mut source, &attachments)
    };
    assert!(with(8 << 20).is_ok());
    for length in [(8 << 20) + 1, 9 << 20] {
        assert!(matches!(with(length), Err(EvidenceError::TooLarge)));
    }
}
