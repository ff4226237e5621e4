//! The transparency log: every action's entry in a Merkle tree with signed checkpoints, and its verification.
//!
//! One log per organisation. An [`Entry`] is inserted with its dense index in the transaction of the action
//! it records. The sequencer appends the hashes of new entries to the [`TreeState`], stores the changed tiles
//! and signs a [`Checkpoint`]. Whoever holds the public key, and best an older checkpoint too, can check with
//! [`verify_log`] or [`verify_evidence`] that nothing was changed, removed or added since.
//!
//! Formats: RFC 6962 hashes; C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature, tlog-witness, tlog-policy and
//! tlog-proof.

mod checkpoint;
mod cosignature;
mod detail;
mod divergence;
mod document;
mod entry;
mod evidence;
mod hash;
mod note;
mod open_tile;
mod proof;
mod quorum;
mod source;
mod tile;
mod tree;
mod verify;
mod witness;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointSigner, CheckpointVerifier};
pub use cosignature::{Cosigner, WitnessKey, claimed_checkpoint};
pub use detail::Detail;
pub use divergence::{DivergenceError, EntryProof, Relation, Side, compare, prove_entry};
pub use entry::{Actor, EncodedEntry, Entry, EntryError, Id, MAX_BODY_LENGTH, Outcome, Resource};
pub use evidence::{
    Announcement, Attachments, Evidence, EvidenceError, EvidenceReport, Expectations,
    WitnessedReport, compare_evidence, verify_evidence, write_evidence,
};
pub use hash::{Hash, empty_root, leaf_hash, node_hash, sha256};
pub use note::NoteError;
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, tree_root, verify_consistency, verify_inclusion,
};
pub use quorum::{Cosigned, Quorum, QuorumError, Witnessing};
pub use source::{LogSource, SourceError, StoredCheckpoint, StoredEntry, TileReader};
pub use tile::{MAX_SIZE, TILE_WIDTH, TilePath, TileUpdate};
pub use tree::{TreeError, TreeState};
pub use verify::{Finding, MAX_FINDINGS, VerificationError, VerificationReport, verify_log};
pub use witness::{MAX_SUBMISSION, Submission, WitnessRefusal};
