//! The stored entries and checkpoints as streams, read page by page.

use std::collections::VecDeque;

use super::finding::{Finding, VerificationReport};
use crate::audit::hash::{Hash, leaf_hash};
use crate::audit::source::{LogSource, SourceError, StoredCheckpoint, expect_ascending};
use crate::audit::tile::{TILE_WIDTH, tile_hashes};

const PAGE: usize = 256;

/// How many inserted entries in a row are recognised as such.
const MAX_INSERTED: usize = 8;

/// The hashes of the stored entries, brought to their true places in the log.
///
/// Somebody who removes an entry may renumber the following ones to hide the gap. The feed notices that they
/// go on matching the tree one place further on, and shifts them, so that one removal is one finding.
#[derive(Default)]
pub(super) struct EntryFeed {
    queue: VecDeque<(u64, Hash)>,
    next_from: u64,
    ended: bool,
    shift: i64,
    /// How many entries have found a place.
    pub(super) placed: u64,
    /// The first place for which there was no entry because the entries had ended.
    pub(super) exhausted_at: Option<u64>,
}

impl EntryFeed {
    pub(super) fn starting_at(from: u64) -> Self {
        Self {
            next_from: from,
            ..Self::default()
        }
    }

    /// The hashes of the entries for the places from `start` on, as many as `width`; none where an entry is
    /// missing. `stored` are the hashes that the tile holds for these places. A place outside the entries
    /// that the source is meant to hold takes the tile's hash.
    pub(super) fn place(
        &mut self,
        source: &mut dyn LogSource,
        start: u64,
        width: usize,
        stored: Option<&[Hash]>,
        report: &mut VerificationReport,
    ) -> Result<Vec<Option<Hash>>, SourceError> {
        let range = source.entry_range();
        let mut placed = Vec::with_capacity(width);
        for offset in 0..width {
            let place = start + offset as u64;
            placed.push(match range.contains(&place) {
                true => self.take(source, place, stored.map(|hashes| (hashes, offset)), report)?,
                false => stored.map(|hashes| hashes[offset]),
            });
        }
        Ok(placed)
    }

    fn take(
        &mut self,
        source: &mut dyn LogSource,
        place: u64,
        stored: Option<(&[Hash], usize)>,
        report: &mut VerificationReport,
    ) -> Result<Option<Hash>, SourceError> {
        let Some((at, hash)) = self.front(source)? else {
            self.exhausted_at.get_or_insert(place);
            return Ok(None);
        };
        if at > place {
            return Ok(None);
        }
        if let Some((hashes, offset)) = stored
            && hashes[offset] != hash
        {
            if let Some(inserted) = self.inserted_before(source, &hashes[offset])? {
                for (index, _) in self.queue.drain(..inserted) {
                    report.add(Finding::EntryUnexpected { index });
                }
                self.shift -= inserted as i64;
            } else if let Some(removed) = removed_before(source, place, hashes, offset, &hash)? {
                self.shift += removed as i64;
                return Ok(None);
            }
        }
        self.placed += 1;
        Ok(self.queue.pop_front().map(|(_, hash)| hash))
    }

    /// The next entry's place and hash.
    fn front(&mut self, source: &mut dyn LogSource) -> Result<Option<(u64, Hash)>, SourceError> {
        self.fill(source, 1)?;
        let shift = self.shift;
        Ok(self
            .queue
            .front()
            .map(|(index, hash)| (index.saturating_add_signed(shift), *hash)))
    }

    /// How many entries stand before the one with the hash that belongs here.
    fn inserted_before(
        &mut self,
        source: &mut dyn LogSource,
        wanted: &Hash,
    ) -> Result<Option<usize>, SourceError> {
        self.fill(source, MAX_INSERTED + 1)?;
        Ok(self
            .queue
            .iter()
            .take(MAX_INSERTED + 1)
            .position(|(_, hash)| hash == wanted))
    }

    fn fill(&mut self, source: &mut dyn LogSource, count: usize) -> Result<(), SourceError> {
        while self.queue.len() < count && !self.ended {
            let page = source.entries(self.next_from, PAGE)?;
            expect_ascending(page.iter().map(|entry| entry.index), self.next_from)?;
            match page.last().map(|entry| entry.index.checked_add(1)) {
                Some(Some(next)) => self.next_from = next,
                _ => self.ended = true,
            }
            self.queue.extend(
                page.iter()
                    .map(|entry| (entry.index, leaf_hash(&entry.body))),
            );
        }
        Ok(())
    }

    /// Counts the entries after the last place, `end`, and notes gaps among them.
    pub(super) fn count_rest(
        &mut self,
        source: &mut dyn LogSource,
        end: u64,
        report: &mut VerificationReport,
    ) -> Result<(), SourceError> {
        let mut expected = end;
        while let Some((place, _)) = self.front(source)? {
            if place > expected {
                report.add(Finding::EntriesMissing {
                    from: expected,
                    to: place,
                });
            }
            expected = place.saturating_add(1);
            self.queue.pop_front();
            report.entries_unsigned += 1;
        }
        Ok(())
    }
}

/// How many places further on, in this tile or the next, the tree has this entry.
fn removed_before(
    source: &mut dyn LogSource,
    place: u64,
    hashes: &[Hash],
    offset: usize,
    hash: &Hash,
) -> Result<Option<usize>, SourceError> {
    if let Some(distance) = hashes[offset..].iter().position(|stored| stored == hash) {
        return Ok(Some(distance));
    }
    let next = source.tile(0, place / TILE_WIDTH as u64 + 1)?;
    let position = next
        .as_deref()
        .and_then(tile_hashes)
        .and_then(|next| next.iter().position(|h| h == hash));
    Ok(position.map(|position| hashes.len() - offset + position))
}

/// The stored checkpoints in ascending order of size.
#[derive(Default)]
pub(super) struct CheckpointFeed {
    queue: VecDeque<StoredCheckpoint>,
    after: Option<u64>,
    ended: bool,
}

impl CheckpointFeed {
    /// The next checkpoint, if its size is at most `size`.
    pub(super) fn next_up_to(
        &mut self,
        source: &mut dyn LogSource,
        size: u64,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        if self.queue.is_empty() && !self.ended {
            let page = source.checkpoints(self.after, PAGE)?;
            let from = self.after.map_or(0, |after| after.saturating_add(1));
            expect_ascending(page.iter().map(|checkpoint| checkpoint.size), from)?;
            match page.last() {
                Some(last) => self.after = Some(last.size),
                None => self.ended = true,
            }
            self.queue.extend(page);
        }
        match self.queue.front() {
            Some(next) if next.size <= size => Ok(self.queue.pop_front()),
            _ => Ok(None),
        }
    }
}
