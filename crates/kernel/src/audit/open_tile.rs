//! A tile that is being filled, with the roots of its complete subtrees.

use super::hash::{Hash, node_hash};
use super::tile::TILE_WIDTH;

/// Hashes gathered so far and their peaks: the roots of the largest complete subtrees, from the left.
/// Adding a hash and folding the peaks cost a logarithmic number of hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OpenTile {
    hashes: Vec<Hash>,
    peaks: Vec<Hash>,
}

impl OpenTile {
    /// Adds the next hash. The tile must not be full.
    pub(super) fn push(&mut self, hash: Hash) {
        debug_assert!(!self.is_full());
        self.hashes.push(hash);
        let mut peak = hash;
        let mut count = self.hashes.len();
        while count.is_multiple_of(2) {
            let Some(left) = self.peaks.pop() else { break };
            peak = node_hash(&left, &peak);
            count /= 2;
        }
        self.peaks.push(peak);
    }

    pub(super) fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    pub(super) fn is_full(&self) -> bool {
        self.hashes.len() == TILE_WIDTH
    }

    /// Empties a full tile: its hashes and its root.
    pub(super) fn close(&mut self) -> (Vec<Hash>, Hash) {
        debug_assert!(self.is_full());
        let tile = std::mem::take(self);
        (tile.hashes, tile.peaks[0])
    }

    /// The root of this tile's hashes followed by `right`, the root of everything after them.
    pub(super) fn root_before(&self, right: Option<Hash>) -> Option<Hash> {
        self.peaks.iter().rev().fold(right, |right, left| {
            Some(match right {
                Some(right) => node_hash(left, &right),
                None => *left,
            })
        })
    }
}

impl FromIterator<Hash> for OpenTile {
    fn from_iter<I: IntoIterator<Item = Hash>>(hashes: I) -> Self {
        let mut tile = Self::default();
        for hash in hashes {
            tile.push(hash);
        }
        tile
    }
}

/// The root of a tree given its open tiles, lowest level first; none if they are all empty.
pub(super) fn fold_levels(levels: &[OpenTile]) -> Option<Hash> {
    levels
        .iter()
        .fold(None, |right, tile| tile.root_before(right))
}

/// The root over a run of hashes that begins on a tile's boundary.
pub(super) fn root_of(hashes: &[Hash]) -> Option<Hash> {
    hashes
        .iter()
        .copied()
        .collect::<OpenTile>()
        .root_before(None)
}
