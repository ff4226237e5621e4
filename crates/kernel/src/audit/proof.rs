//! Inclusion and consistency proofs: RFC 9162, section 2.1 (the trees and proofs of RFC 6962).

use super::hash::{Hash, empty_root, node_hash};
use super::open_tile::root_of;
use super::source::{SourceError, TileReader};
use super::tile::{MAX_SIZE, TILE_HEIGHT, TILE_WIDTH, tile_hashes};

/// Why a proof cannot be made or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The tiles could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A tile that the proof needs is missing, too short or malformed.
    #[error("tile {level}/{index} is missing or damaged")]
    DamagedTile {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        index: u64,
    },
    /// The index or size is not within the tree.
    #[error("outside the tree")]
    OutOfRange,
    /// The proof does not lead to the root.
    #[error("the proof does not hold")]
    Invalid,
}

/// The hashes that lead from entry `index` to the root of the tree of `size` entries.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `index < size`, and the errors of reading tiles.
pub fn inclusion_proof<R: TileReader + ?Sized>(
    reader: &mut R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    let (mut from, mut to) = (0, size);
    let mut proof = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(subtree_root(reader, middle, to)?);
            to = middle;
        } else {
            proof.push(subtree_root(reader, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show the tree of `old` entries to be the beginning of the tree of `new` entries.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `old <= new`, and the errors of reading tiles.
pub fn consistency_proof<R: TileReader + ?Sized>(
    reader: &mut R,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProofError> {
    if old > new || new > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut from, mut to) = (0, new);
    let mut proof = Vec::new();
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(subtree_root(reader, middle, to)?);
            to = middle;
        } else {
            proof.push(subtree_root(reader, from, middle)?);
            from = middle;
        }
    }
    // The old tree's own root needs no telling when it is a subtree of the new one.
    if from > 0 {
        proof.push(subtree_root(reader, from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the entry with this leaf hash is at `index` in the tree with this size and root.
///
/// # Errors
/// [`ProofError::OutOfRange`] or [`ProofError::Invalid`].
pub fn verify_inclusion(
    index: u64,
    leaf: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Invalid);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    holds(last == 0 && hash == *root)
}

/// Checks that the tree of `old` entries is the beginning of the tree of `new` entries.
///
/// # Errors
/// [`ProofError::OutOfRange`] or [`ProofError::Invalid`].
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OutOfRange);
    }
    if old == new {
        return holds(proof.is_empty() && old_root == new_root);
    }
    if old == 0 {
        return holds(proof.is_empty() && *old_root == empty_root());
    }
    let mut siblings = proof.iter();
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let first = match node {
        0 => old_root,
        _ => siblings.next().ok_or(ProofError::Invalid)?,
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in siblings {
        if last == 0 {
            return Err(ProofError::Invalid);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    holds(last == 0 && old_hash == *old_root && new_hash == *new_root)
}

/// The root of the tree of the first `size` entries, from its tiles.
///
/// # Errors
/// [`ProofError::OutOfRange`] for more entries than a log can have, and the errors of reading tiles.
pub fn tree_root<R: TileReader + ?Sized>(reader: &mut R, size: u64) -> Result<Hash, ProofError> {
    match size {
        0 => Ok(empty_root()),
        size if size > MAX_SIZE => Err(ProofError::OutOfRange),
        size => subtree_root(reader, 0, size),
    }
}

fn holds(condition: bool) -> Result<(), ProofError> {
    condition.then_some(()).ok_or(ProofError::Invalid)
}

/// The largest power of two smaller than `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The root over the entries `from..to`, a range that occurs in a tree (`from` is a multiple of every power
/// of two that the range holds).
fn subtree_root<R: TileReader + ?Sized>(
    reader: &mut R,
    from: u64,
    to: u64,
) -> Result<Hash, ProofError> {
    let count = to - from;
    if !count.is_power_of_two() {
        let middle = from + split(count);
        let left = subtree_root(reader, from, middle)?;
        return Ok(node_hash(&left, &subtree_root(reader, middle, to)?));
    }
    let height = count.trailing_zeros();
    let level = (height / TILE_HEIGHT) as u8;
    let first = from >> (TILE_HEIGHT * u32::from(level));
    let index = first >> TILE_HEIGHT;
    let start = (first % TILE_WIDTH as u64) as usize;
    let hashes = reader.tile(level, index)?.as_deref().and_then(tile_hashes);
    hashes
        .as_ref()
        .and_then(|hashes| hashes.get(start..start + (1 << (height % TILE_HEIGHT))))
        .and_then(root_of)
        .ok_or(ProofError::DamagedTile { level, index })
}
