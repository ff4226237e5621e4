//! Two logs with one key: does one continue the other, or is there proof that the key signed two histories?

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

use super::checkpoint::{Checkpoint, CheckpointVerifier};
use super::hash::Hash;
use super::proof::{
    ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
use super::source::{SourceError, TileReader};
use super::tile::{TILE_WIDTH, tile_hashes};

/// A log to compare: its newest checkpoint as signed, and its tiles.
pub struct Side<'a> {
    /// The newest checkpoint.
    pub note: String,
    /// The hashes.
    pub tiles: &'a mut dyn TileReader,
}

/// That one entry is in a log: C2SP tlog-proof (<https://c2sp.org/tlog-proof>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryProof {
    /// The entry's place.
    pub index: u64,
    /// The entry's leaf hash, in hexadecimal digits.
    pub leaf: String,
    /// The proof as text: the hashes that lead to the root, and the signed checkpoint.
    pub proof: String,
}

/// What two logs are to each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "relation", rename_all = "snake_case")]
pub enum Relation {
    /// The same entries.
    Same {
        /// How many.
        size: u64,
    },
    /// The longer one begins with the shorter one.
    Continues {
        /// The size of the shorter.
        old: u64,
        /// The size of the longer.
        new: u64,
        /// The proof of consistency, base64.
        proof: Vec<String>,
    },
    /// One key has signed two logs that differ: at this place each has another entry.
    Divergent {
        /// In the first log.
        first: EntryProof,
        /// In the second log.
        second: EntryProof,
    },
}

/// Why two logs cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DivergenceError {
    /// A checkpoint is not one of this key's.
    #[error("a checkpoint does not hold: {0}")]
    Checkpoint(#[from] super::checkpoint::CheckpointError),
    /// The tiles do not lead to the checkpoint: that log is damaged in itself, which its verification locates.
    #[error("a log does not hold in itself: {0}")]
    Damaged(#[from] ProofError),
}

impl From<SourceError> for DivergenceError {
    fn from(error: SourceError) -> Self {
        Self::Damaged(error.into())
    }
}

/// Proof that the entry at `index` is in the log of this checkpoint. The proof is verified before it is given out.
///
/// # Errors
/// [`DivergenceError`] if the checkpoint or the tiles do not hold.
pub fn prove_entry(
    verifier: &CheckpointVerifier,
    side: &mut Side<'_>,
    index: u64,
) -> Result<EntryProof, DivergenceError> {
    let checkpoint = verifier.verify(&side.note)?;
    let leaf = leaf_at(side.tiles, index)?;
    let hashes = inclusion_proof(side.tiles, index, checkpoint.size)?;
    verify_inclusion(index, &leaf, checkpoint.size, &checkpoint.root, &hashes)?;
    let lines: String = hashes
        .iter()
        .map(|hash| BASE64.encode(hash) + "\n")
        .collect();
    Ok(EntryProof {
        index,
        leaf: hex::encode(leaf),
        proof: format!(
            "c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n{}",
            side.note
        ),
    })
}

/// Compares two logs signed with one key.
///
/// # Errors
/// [`DivergenceError`] if one of them does not hold in itself.
pub fn compare<'a>(
    verifier: &CheckpointVerifier,
    mut first: Side<'a>,
    mut second: Side<'a>,
) -> Result<Relation, DivergenceError> {
    let (a, b) = (
        verifier.verify(&first.note)?,
        verifier.verify(&second.note)?,
    );
    let common = a.size.min(b.size);
    if let Some(index) = first_difference(&mut first, &mut second, common)? {
        return Ok(Relation::Divergent {
            first: prove_entry(verifier, &mut first, index)?,
            second: prove_entry(verifier, &mut second, index)?,
        });
    }
    let (old, new, longer) = match a.size <= b.size {
        true => (a, b, second),
        false => (b, a, first),
    };
    continues(&old, &new, longer)
}

fn continues(
    old: &Checkpoint,
    new: &Checkpoint,
    longer: Side<'_>,
) -> Result<Relation, DivergenceError> {
    let proof = consistency_proof(longer.tiles, old.size, new.size)?;
    verify_consistency(old.size, &old.root, new.size, &new.root, &proof)?;
    Ok(match old.size == new.size {
        true => Relation::Same { size: old.size },
        false => Relation::Continues {
            old: old.size,
            new: new.size,
            proof: proof.iter().map(|hash| BASE64.encode(hash)).collect(),
        },
    })
}

fn first_difference(
    first: &mut Side<'_>,
    second: &mut Side<'_>,
    common: u64,
) -> Result<Option<u64>, DivergenceError> {
    let width = TILE_WIDTH as u64;
    for index in 0..common.div_ceil(width) {
        let count = (common - index * width).min(width) as usize;
        let (a, b) = (
            leaves(first.tiles, index, count)?,
            leaves(second.tiles, index, count)?,
        );
        if let Some(offset) = a.iter().zip(&b).position(|(a, b)| a != b) {
            return Ok(Some(index * width + offset as u64));
        }
    }
    Ok(None)
}

fn leaf_at(tiles: &mut dyn TileReader, index: u64) -> Result<Hash, DivergenceError> {
    let (tile, offset) = (
        index / TILE_WIDTH as u64,
        (index % TILE_WIDTH as u64) as usize,
    );
    Ok(leaves(tiles, tile, offset + 1)?[offset])
}

/// The first `count` hashes of a tile of level 0, or more.
fn leaves(
    tiles: &mut dyn TileReader,
    index: u64,
    count: usize,
) -> Result<Vec<Hash>, DivergenceError> {
    let hashes = tiles.tile(0, index)?.as_deref().and_then(tile_hashes);
    let mut hashes = hashes
        .filter(|hashes| hashes.len() >= count)
        .ok_or(ProofError::DamagedTile { level: 0, index })?;
    hashes.truncate(count);
    Ok(hashes)
}
