//! The walk over a log, from the first entry to the last, that compares entries, tiles and checkpoints.

use super::feed::{CheckpointFeed, EntryFeed};
use super::finding::{Finding, VerificationReport};
use super::judge::{Reference, Verdict, judge};
use super::stored::StoredTiles;
use crate::audit::checkpoint::{Checkpoint, CheckpointError, CheckpointVerifier};
use crate::audit::hash::{Hash, empty_root};
use crate::audit::open_tile::{OpenTile, fold_levels, root_of};
use crate::audit::source::{LogSource, SourceError, StoredCheckpoint};
use crate::audit::tile::{TILE_HEIGHT, TILE_WIDTH};

/// The state of the walk. Besides the pages being read it holds one computed and one stored tile for each
/// level of the tree.
pub(super) struct Walk<'a> {
    source: &'a mut dyn LogSource,
    verifier: &'a CheckpointVerifier,
    trusted: Option<&'a Checkpoint>,
    /// The checkpoint that proves the stored tiles.
    anchor: &'a Checkpoint,
    stored: StoredTiles,
    entries: EntryFeed,
    checkpoints: CheckpointFeed,
    /// The hashes found true so far, as the open tiles of the tree of `size` entries.
    levels: Vec<OpenTile>,
    size: u64,
    /// The size of the last checkpoint that the log agrees with, and of the first one that it does not.
    last_good: u64,
    first_bad: Option<u64>,
    report: VerificationReport,
}

impl<'a> Walk<'a> {
    pub(super) fn begin(
        source: &'a mut dyn LogSource,
        verifier: &'a CheckpointVerifier,
        trusted: Option<&'a Checkpoint>,
        anchor: &'a Checkpoint,
        mut report: VerificationReport,
    ) -> Result<Self, SourceError> {
        let stored = StoredTiles::load(source, anchor.size, &anchor.root, &mut report)?;
        let entries = EntryFeed::starting_at(source.entry_range().start);
        let mut walk = Self {
            source,
            verifier,
            trusted,
            anchor,
            stored,
            entries,
            checkpoints: CheckpointFeed::default(),
            levels: vec![OpenTile::default()],
            size: 0,
            last_good: 0,
            first_bad: None,
            report,
        };
        walk.check_roots()?;
        Ok(walk)
    }

    /// How many entries have been walked over.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Walks over the next tile of level 0. False if nothing is left to walk over.
    pub(super) fn step(&mut self) -> Result<bool, SourceError> {
        let width = (self.anchor.size - self.size).min(TILE_WIDTH as u64) as usize;
        if width == 0 {
            return Ok(false);
        }
        let (start, index) = (self.size, self.size >> TILE_HEIGHT);
        let full = width == TILE_WIDTH;
        if full && self.entries.exhausted_at.is_some() && self.source.tile(0, index)?.is_none() {
            // Neither entries nor tiles: the rest of the log is gone.
            return Ok(false);
        }
        let hashes = match full {
            true => StoredTiles::full_tile(self.source, 0, index, &mut self.report)?,
            false => self.stored.last_entries().map(<[Hash]>::to_vec),
        };
        let hashes = hashes.as_deref();
        let computed = self
            .entries
            .place(self.source, start, width, hashes, &mut self.report)?;
        let verdict = match full {
            true => {
                let reference = self
                    .stored
                    .reference(self.source, 0, index, &mut self.report)?;
                judge(hashes, &computed, reference, root_of)
            }
            false => judge(
                hashes,
                &computed,
                Reference::Proven(self.anchor.root),
                |last| {
                    let last: OpenTile = last.iter().copied().collect();
                    last.root_before(None)
                        .and_then(|root| root_above(root, &self.levels[1..]))
                },
            ),
        };
        self.report_entries(&verdict, &computed, start, index);
        for hash in &verdict.hashes {
            self.levels[0].push(*hash);
            self.size += 1;
            if !self.levels[0].is_full() {
                self.check_roots()?;
            }
        }
        if full {
            self.close_entries(verdict);
            self.check_roots()?;
        }
        Ok(true)
    }

    fn report_entries(
        &mut self,
        verdict: &Verdict,
        computed: &[Option<Hash>],
        start: u64,
        index: u64,
    ) {
        let range = self.source.entry_range();
        for &position in &verdict.below {
            let place = start + position as u64;
            if !range.contains(&place) {
                continue;
            }
            if computed[position].is_some() {
                self.report.add(Finding::EntryAltered { index: place });
            } else if self.entries.exhausted_at.is_none_or(|end| place < end) {
                self.report.add(Finding::EntriesMissing {
                    from: place,
                    to: place + 1,
                });
            }
        }
        self.report_tile(verdict, 0, index);
    }

    fn report_tile(&mut self, verdict: &Verdict, level: u8, index: u64) {
        for &child in &verdict.tile {
            self.report.add(Finding::TileAltered {
                level,
                index,
                child: Some(child as u16),
            });
        }
    }

    fn close_entries(&mut self, verdict: Verdict) {
        let (_, root) = self.levels[0].close();
        self.lift(0, verdict, root);
    }

    /// Hands the root of a full tile to the level above, and closes that too when it is full.
    fn lift(&mut self, level: u8, verdict: Verdict, root: Hash) {
        let height = TILE_HEIGHT * (u32::from(level) + 1);
        if verdict.contradicted_by.is_some() && verdict.below.is_empty() {
            let from = self.size - (1 << height);
            self.report_range(from, self.size);
        }
        let above = usize::from(level) + 1;
        if self.levels.len() == above {
            self.levels.push(OpenTile::default());
        }
        self.levels[above].push(verdict.contradicted_by.unwrap_or(root));
        if self.levels[above].is_full() {
            self.close_above(level + 1);
        }
    }

    fn close_above(&mut self, level: u8) {
        let (computed, computed_root) = self.levels[usize::from(level)].close();
        let computed: Vec<_> = computed.into_iter().map(Some).collect();
        let (hashes, reference) = self.stored.close(level);
        let verdict = judge(hashes.as_deref(), &computed, reference, root_of);
        let child_height = TILE_HEIGHT * u32::from(level);
        let index = (self.size >> (child_height + TILE_HEIGHT)) - 1;
        for &position in &verdict.below {
            let from = ((index << TILE_HEIGHT) + position as u64) << child_height;
            self.report_range(from, from + (1 << child_height));
        }
        self.report_tile(&verdict, level, index);
        let root = root_of(&verdict.hashes).unwrap_or(computed_root);
        self.lift(level, verdict, root);
    }

    /// Reports altered entries somewhere in a range, which the checkpoints may narrow.
    fn report_range(&mut self, from: u64, to: u64) {
        let bad = self.first_bad.take_if(|bad| (from + 1..=to).contains(bad));
        let from = from.max(self.last_good.min(to - 1));
        self.report.add(Finding::EntriesAltered {
            from,
            to: bad.unwrap_or(to),
        });
    }

    /// Compares the root here with the checkpoints of this size.
    fn check_roots(&mut self) -> Result<(), SourceError> {
        if let Some(trusted) = self.trusted
            && trusted.size == self.size
            && trusted.root != self.root()
        {
            self.report.add(Finding::HistoryRewritten {
                trusted_size: trusted.size,
            });
        }
        while let Some(stored) = self.checkpoints.next_up_to(self.source, self.size)? {
            let Some(checkpoint) = self.check_signature(&stored) else {
                continue;
            };
            if checkpoint.root != self.root() {
                self.first_bad.get_or_insert(self.size);
            } else if self.first_bad.is_none() {
                self.last_good = self.size;
            }
        }
        Ok(())
    }

    fn check_signature(&mut self, stored: &StoredCheckpoint) -> Option<Checkpoint> {
        self.report.checkpoints_checked += 1;
        match verify_stored(self.verifier, stored) {
            Ok(checkpoint) => Some(checkpoint),
            Err(error) => {
                let (size, reason) = (stored.size, error.code());
                self.report.add(Finding::CheckpointInvalid { size, reason });
                None
            }
        }
    }

    fn root(&self) -> Hash {
        fold_levels(&self.levels).unwrap_or_else(empty_root)
    }

    /// Draws the conclusions that only the end allows.
    pub(super) fn finish(mut self) -> Result<VerificationReport, SourceError> {
        let complete = self.size == self.anchor.size;
        if complete {
            self.stored.compare_edge(&self.levels, &mut self.report);
        }
        if let Some(entries) = self.entries.exhausted_at {
            self.report.add(Finding::LogTruncated {
                entries,
                size: self.anchor.size,
            });
        }
        if let Some(size) = self.first_bad {
            self.report.add(Finding::RootMismatch {
                size,
                from: self.last_good,
            });
        }
        // What is left after the anchor can only be invalid; after a truncation, its signatures can be checked.
        while let Some(stored) = self.checkpoints.next_up_to(self.source, u64::MAX)? {
            self.check_signature(&stored);
        }
        if self.source.entry_range().end > self.anchor.size {
            self.entries
                .count_rest(self.source, self.anchor.size, &mut self.report)?;
        }
        self.report.entries_checked = self.entries.placed;
        Ok(self.report)
    }
}

/// The root of a tree given the root of its last part and the open tiles of the levels above that.
fn root_above(last: Hash, above: &[OpenTile]) -> Option<Hash> {
    above
        .iter()
        .try_fold(last, |right, tile| tile.root_before(Some(right)))
}

/// Verifies a stored checkpoint, which must state the size under which it is stored.
pub(super) fn verify_stored(
    verifier: &CheckpointVerifier,
    stored: &StoredCheckpoint,
) -> Result<Checkpoint, CheckpointError> {
    let checkpoint = verifier.verify(&stored.note)?;
    match checkpoint.size == stored.size {
        true => Ok(checkpoint),
        false => Err(CheckpointError::WrongSize),
    }
}
