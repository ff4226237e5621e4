//! The growing end of the tree: what the sequencer needs to append entries.

use super::hash::{Hash, empty_root};
use super::open_tile::{OpenTile, fold_levels};
use super::source::{SourceError, TileReader};
use super::tile::{HASH_LENGTH, MAX_SIZE, TILE_HEIGHT, TILE_WIDTH, TileUpdate, tile_hashes};

/// The size of a tree and the tiles along its right edge.
///
/// It needs no storage of its own: [`TreeState::load`] rebuilds it from the stored tiles. Appending changes
/// the state at once; if the transaction that should store the tiles fails, drop the state and load it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeState {
    size: u64,
    levels: Vec<OpenTile>,
}

/// Why the state of a tree cannot be loaded or grown.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The tiles could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A tile that a tree of this size has is missing, too short or malformed.
    #[error("tile {level}/{index} is missing or damaged")]
    DamagedTile {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        index: u64,
    },
    /// The tiles lead to another root than expected: they have been changed since the checkpoint.
    #[error("the stored tiles do not lead to the expected root")]
    RootMismatch,
    /// The tree would have more than [`MAX_SIZE`] entries.
    #[error("the tree is full")]
    Full,
}

impl TreeState {
    /// The tree without entries.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Rebuilds the state of a tree of `size` entries from its stored tiles (one per level) and checks that
    /// they lead to `root`, the root in the last checkpoint.
    ///
    /// # Errors
    /// [`TreeError`] if a tile is missing or damaged, or the tiles do not lead to `root`.
    pub fn load<R: TileReader + ?Sized>(
        reader: &mut R,
        size: u64,
        root: &Hash,
    ) -> Result<Self, TreeError> {
        if size > MAX_SIZE {
            return Err(TreeError::Full);
        }
        let mut levels = Vec::new();
        for (level, (index, width)) in right_edge(size).enumerate() {
            let level = level as u8;
            let tile = match width {
                0 => OpenTile::default(),
                width => {
                    let hashes = reader.tile(level, index)?.as_deref().and_then(tile_hashes);
                    let hashes = hashes.filter(|hashes| hashes.len() >= width);
                    let hashes = hashes.ok_or(TreeError::DamagedTile { level, index })?;
                    hashes.into_iter().take(width).collect()
                }
            };
            levels.push(tile);
        }
        let state = Self { size, levels };
        match state.root() == *root {
            true => Ok(state),
            false => Err(TreeError::RootMismatch),
        }
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root hash.
    pub fn root(&self) -> Hash {
        fold_levels(&self.levels).unwrap_or_else(empty_root)
    }

    /// Appends the leaf hashes of the next entries. Returns each tile that is new or has grown, once, in its
    /// final form for the new size: store them all together with the new checkpoint.
    ///
    /// # Errors
    /// [`TreeError::Full`]; the state is then unchanged.
    pub fn append(&mut self, leaves: &[Hash]) -> Result<Vec<TileUpdate>, TreeError> {
        let new_size = self.size + leaves.len() as u64;
        if new_size > MAX_SIZE {
            return Err(TreeError::Full);
        }
        let mut updates = Vec::new();
        let old_size = self.size;
        for leaf in leaves {
            self.size += 1;
            self.push(0, *leaf, &mut updates);
        }
        for (level, (index, width)) in right_edge(new_size).enumerate() {
            let grown = right_edge(old_size).nth(level) != Some((index, width));
            if width > 0 && grown {
                updates.push(update(level, index, self.levels[level].hashes()));
            }
        }
        Ok(updates)
    }

    fn push(&mut self, level: usize, hash: Hash, updates: &mut Vec<TileUpdate>) {
        if self.levels.len() == level {
            self.levels.push(OpenTile::default());
        }
        self.levels[level].push(hash);
        if self.levels[level].is_full() {
            let (hashes, root) = self.levels[level].close();
            let index = (self.size >> (TILE_HEIGHT * (level as u32 + 1))) - 1;
            updates.push(update(level, index, &hashes));
            self.push(level + 1, root, updates);
        }
    }
}

fn update(level: usize, index: u64, hashes: &[Hash]) -> TileUpdate {
    TileUpdate {
        level: level as u8,
        index,
        width: hashes.len() as u16,
        data: hashes.concat(),
    }
}

/// For each level of a tree, from the lowest: the index of the tile on the right edge and how many hashes it
/// holds there, 0 to 255. None for a tree without entries.
pub(super) fn right_edge(size: u64) -> impl Iterator<Item = (u64, usize)> {
    std::iter::successors(Some(size), |count| Some(count >> TILE_HEIGHT))
        .take_while(|count| *count > 0)
        .map(|count| (count >> TILE_HEIGHT, (count % TILE_WIDTH as u64) as usize))
}

const _: () = assert!(1 << TILE_HEIGHT == TILE_WIDTH && size_of::<Hash>() == HASH_LENGTH);
