//! The transparency log: every action's entry in a Merkle tree with signed checkpoints, and its verification.
//!
//! One log per organisation. An [`Entry`] is inserted with its dense index in the transaction of the action
//! it records. The sequencer appends the hashes of new entries to the [`TreeState`], stores the changed tiles
//! and signs a [`Checkpoint`]. Whoever holds the public key, and best an older checkpoint too, can check with
//! [`verify_log`] or [`verify_evidence`] that nothing was changed, removed or added since.
//!
//! Formats: RFC 6962 hashes; C2SP signed-note, tlog-checkpoint and tlog-tiles.

mod checkpoint;
mod detail;
mod entry;
mod evidence;
mod hash;
mod note;
mod open_tile;
mod proof;
mod source;
mod tile;
mod tree;
mod verify;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointSigner, CheckpointVerifier};
pub use detail::Detail;
pub use entry::{Actor, EncodedEntry, Entry, EntryError, Id, MAX_BODY_LENGTH, Outcome, Resource};
pub use evidence::{EvidenceError, EvidenceReport, verify_evidence, write_evidence};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use note::NoteError;
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
pub use source::{LogSource, SourceError, StoredCheckpoint, StoredEntry, TileReader};
pub use tile::{MAX_SIZE, TILE_WIDTH, TilePath, TileUpdate};
pub use tree::{TreeError, TreeState};
pub use verify::{Finding, MAX_FINDINGS, VerificationError, VerificationReport, verify_log};
