//! The stored tiles, and how far a checkpoint proves them, from the root down.

use super::finding::{Finding, VerificationReport};
use super::judge::Reference;
use crate::audit::hash::Hash;
use crate::audit::open_tile::{OpenTile, fold_levels, root_of};
use crate::audit::source::{LogSource, SourceError};
use crate::audit::tile::{TILE_HEIGHT, TILE_WIDTH, tile_hashes};
use crate::audit::tree::right_edge;

/// A tile above level 0 under which entries are being read.
struct StoredTile {
    index: u64,
    hashes: Option<Vec<Hash>>,
    /// What the level above says about its root.
    reference: Reference,
    /// Whether its hashes are those that the checkpoint signs.
    proven: bool,
}

/// A tile on the right edge of the tree.
struct EdgeTile {
    index: u64,
    width: usize,
    hashes: Option<Vec<Hash>>,
}

/// The stored tiles on the path from the entry being read to the root: one for each level, whatever the size
/// of the log.
pub(super) struct StoredTiles {
    edge: Vec<EdgeTile>,
    edge_proven: bool,
    open: Vec<Option<StoredTile>>,
}

impl StoredTiles {
    /// Reads the right edge of the tree of `size` entries, and whether it leads to `root`.
    pub(super) fn load(
        source: &mut dyn LogSource,
        size: u64,
        root: &Hash,
        report: &mut VerificationReport,
    ) -> Result<Self, SourceError> {
        let mut edge = Vec::new();
        for (level, (index, width)) in right_edge(size).enumerate() {
            let level = level as u8;
            let mut hashes = None;
            match source.tile(level, index)? {
                None if width > 0 => report.add(Finding::TileMissing { level, index }),
                None => {}
                Some(_) if width == 0 => report.add(Finding::TileBeyondCheckpoint { level, index }),
                Some(data) => match tile_hashes(&data) {
                    Some(mut stored) if stored.len() >= width => {
                        if stored.len() > width {
                            report.add(Finding::TileBeyondCheckpoint { level, index });
                        }
                        stored.truncate(width);
                        hashes = Some(stored);
                    }
                    _ => report.add(Finding::TileAltered {
                        level,
                        index,
                        child: None,
                    }),
                },
            }
            edge.push(EdgeTile {
                index,
                width,
                hashes,
            });
        }
        let levels: Vec<OpenTile> = edge
            .iter()
            .map(|tile| tile.hashes.iter().flatten().copied().collect())
            .collect();
        let complete = edge
            .iter()
            .all(|tile| tile.width == 0 || tile.hashes.is_some());
        let edge_proven = complete && fold_levels(&levels) == Some(*root);
        let open = edge.iter().map(|_| None).collect();
        Ok(Self {
            edge,
            edge_proven,
            open,
        })
    }

    /// The stored hashes of the partial tile of level 0.
    pub(super) fn last_entries(&self) -> Option<&[Hash]> {
        self.edge.first().and_then(|tile| tile.hashes.as_deref())
    }

    /// Reads a full tile and notes if it is missing or malformed.
    pub(super) fn full_tile(
        source: &mut dyn LogSource,
        level: u8,
        index: u64,
        report: &mut VerificationReport,
    ) -> Result<Option<Vec<Hash>>, SourceError> {
        let Some(data) = source.tile(level, index)? else {
            report.add(Finding::TileMissing { level, index });
            return Ok(None);
        };
        let hashes = tile_hashes(&data).filter(|hashes| hashes.len() == TILE_WIDTH);
        if hashes.is_none() {
            report.add(Finding::TileAltered {
                level,
                index,
                child: None,
            });
        }
        Ok(hashes)
    }

    /// What the tile above says about the root of a full tile.
    pub(super) fn reference(
        &mut self,
        source: &mut dyn LogSource,
        level: u8,
        index: u64,
        report: &mut VerificationReport,
    ) -> Result<Reference, SourceError> {
        let (above, above_index) = (level + 1, index >> TILE_HEIGHT);
        let slot = usize::from(above);
        if self.open[slot]
            .as_ref()
            .is_none_or(|tile| tile.index != above_index)
        {
            let tile = self.open_tile(source, above, above_index, report)?;
            self.open[slot] = Some(tile);
        }
        let child = (index % TILE_WIDTH as u64) as usize;
        Ok(match &self.open[slot] {
            Some(StoredTile {
                hashes: Some(hashes),
                proven: true,
                ..
            }) => Reference::Proven(hashes[child]),
            Some(StoredTile {
                hashes: Some(hashes),
                ..
            }) => Reference::Stored(hashes[child]),
            _ => Reference::Unknown,
        })
    }

    fn open_tile(
        &mut self,
        source: &mut dyn LogSource,
        level: u8,
        index: u64,
        report: &mut VerificationReport,
    ) -> Result<StoredTile, SourceError> {
        let edge = &self.edge[usize::from(level)];
        if edge.index == index {
            let (hashes, proven) = (edge.hashes.clone(), self.edge_proven);
            return Ok(StoredTile {
                index,
                hashes,
                reference: Reference::Unknown,
                proven,
            });
        }
        let reference = self.reference(source, level, index, report)?;
        let hashes = Self::full_tile(source, level, index, report)?;
        let root = hashes.as_deref().and_then(root_of);
        let proven = matches!(reference, Reference::Proven(truth) if Some(truth) == root);
        Ok(StoredTile {
            index,
            hashes,
            reference,
            proven,
        })
    }

    /// The stored hashes of the full tile whose last child has just been read, and what its root should be.
    pub(super) fn close(&mut self, level: u8) -> (Option<Vec<Hash>>, Reference) {
        match self.open[usize::from(level)].take() {
            Some(tile) => (tile.hashes, tile.reference),
            None => (None, Reference::Unknown),
        }
    }

    /// Notes where the right edge above level 0 differs from what was computed. A proven edge cannot differ.
    pub(super) fn compare_edge(&self, computed: &[OpenTile], report: &mut VerificationReport) {
        for (level, (edge, computed)) in self.edge.iter().zip(computed).enumerate().skip(1) {
            let stored = edge.hashes.iter().flatten();
            for (child, (stored, computed)) in stored.zip(computed.hashes()).enumerate() {
                if stored != computed {
                    let (level, index) = (level as u8, edge.index);
                    report.add(Finding::TileAltered {
                        level,
                        index,
                        child: Some(child as u16),
                    });
                }
            }
        }
    }
}
