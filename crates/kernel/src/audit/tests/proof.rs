use std::collections::HashMap;

use super::memory_log::{MemoryLog, body};
use crate::audit::*;

const SIZES: u64 = 70;

fn roots() -> Vec<Hash> {
    let mut tree = TreeState::empty();
    let mut roots = vec![tree.root()];
    for index in 0..SIZES {
        tree.append(&[leaf_hash(&body(index))]).unwrap();
        roots.push(tree.root());
    }
    roots
}

#[test]
fn inclusion_holds_for_every_entry_of_every_small_tree_and_nothing_else() {
    let roots = roots();
    let mut log = MemoryLog::with_batches([SIZES]);
    for size in 1..=SIZES {
        let root = &roots[size as usize];
        for index in 0..size {
            let leaf = leaf_hash(&body(index));
            let proof = inclusion_proof(&mut log, index, size).unwrap();
            verify_inclusion(index, &leaf, size, root, &proof).unwrap();

            assert!(verify_inclusion(index, &leaf_hash(b"other"), size, root, &proof).is_err());
            assert!(
                verify_inclusion((index + 1) % size, &leaf, size, root, &proof).is_err()
                    || size == 1
            );
            assert!(verify_inclusion(index, &leaf, size, &[0; 32], &proof).is_err());
            assert!(
                verify_inclusion(index, &leaf, size, root, &[&proof[..], &[leaf]].concat())
                    .is_err()
            );
            if let Some((_, shorter)) = proof.split_last() {
                assert!(verify_inclusion(index, &leaf, size, root, shorter).is_err());
            }
        }
    }
}

#[test]
fn consistency_holds_between_all_small_trees_and_nothing_else() {
    let roots = roots();
    let mut log = MemoryLog::with_batches([SIZES]);
    for new in 0..=SIZES {
        let new_root = &roots[new as usize];
        for old in 0..=new {
            let old_root = &roots[old as usize];
            let proof = consistency_proof(&mut log, old, new).unwrap();
            verify_consistency(old, old_root, new, new_root, &proof).unwrap();

            assert!(verify_consistency(old, &[1; 32], new, new_root, &proof).is_err());
            if old > 0 {
                assert!(verify_consistency(old, old_root, new, &[1; 32], &proof).is_err());
            }
            assert!(
                verify_consistency(
                    old,
                    old_root,
                    new,
                    new_root,
                    &[&proof[..], &[[1; 32]]].concat()
                )
                .is_err()
            );
            if let Some((_, shorter)) = proof.split_last() {
                assert!(verify_consistency(old, old_root, new, new_root, shorter).is_err());
            }
        }
    }
}

#[test]
fn the_range_is_checked() {
    let mut log = MemoryLog::with_batches([5]);
    assert!(matches!(
        inclusion_proof(&mut log, 5, 5),
        Err(ProofError::OutOfRange)
    ));
    assert!(matches!(
        inclusion_proof(&mut log, 0, MAX_SIZE + 1),
        Err(ProofError::OutOfRange)
    ));
    assert!(matches!(
        consistency_proof(&mut log, 6, 5),
        Err(ProofError::OutOfRange)
    ));
    assert!(matches!(
        inclusion_proof(&mut log, 0, 6),
        Err(ProofError::DamagedTile { level: 0, index: 0 })
    ));
    assert!(matches!(
        tree_root(&mut log, MAX_SIZE + 1),
        Err(ProofError::OutOfRange)
    ));
    // The largest there can be is looked up, and is not there.
    for missing in [
        tree_root(&mut log, MAX_SIZE).err(),
        inclusion_proof(&mut log, 0, MAX_SIZE).err(),
        consistency_proof(&mut log, 5, MAX_SIZE).err(),
    ] {
        assert!(!matches!(missing, None | Some(ProofError::OutOfRange)));
    }
    assert_eq!(tree_root(&mut log, 0).unwrap(), empty_root());
    assert!(matches!(
        verify_inclusion(0, &[0; 32], 0, &[0; 32], &[]),
        Err(ProofError::OutOfRange)
    ));
    assert!(matches!(
        verify_consistency(2, &[0; 32], 1, &[0; 32], &[]),
        Err(ProofError::OutOfRange)
    ));
}

/// Stored hashes in the other implementation's numbering, made by that implementation.
struct OtherHashes(HashMap<u64, tlog_tiles::Hash>);

impl tlog_tiles::HashReader for OtherHashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[index]).collect())
    }
}

#[test]
fn proofs_are_those_of_another_implementation() {
    let size = 700;
    let mut log = MemoryLog::with_batches([size]);
    let mut other = OtherHashes(HashMap::new());
    for index in 0..size {
        let hashes = tlog_tiles::stored_hashes(index, &body(index), &other).unwrap();
        let first = tlog_tiles::stored_hash_index(0, index);
        other.0.extend((first..).zip(hashes));
    }
    assert_eq!(
        tlog_tiles::tree_hash(size, &other).unwrap().0,
        log.tree.root()
    );
    for at in [0, 1, 2, 255, 256, 257, 511, 512, 600, 698, 699] {
        let ours = inclusion_proof(&mut log, at, size).unwrap();
        let theirs = tlog_tiles::prove_record(size, at, &other).unwrap();
        assert_eq!(
            ours,
            theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(),
            "inclusion of {at}"
        );

        let ours = consistency_proof(&mut log, at + 1, size).unwrap();
        let theirs = tlog_tiles::prove_tree(size, at + 1, &other).unwrap();
        assert_eq!(
            ours,
            theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(),
            "consistency from {}",
            at + 1
        );
    }
}
