use proptest::prelude::*;
use proptest::sample::Index;

use super::memory_log::{big, small};
use crate::audit::*;

/// Flips a bit and says in which byte.
fn flip(bytes: &mut [u8], at: Index, bit: u8) -> usize {
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << bit;
    at
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_flipped_bit_of_an_entry_is_found_at_its_index(index in 0_u64..587, at in any::<Index>(), bit in 0_u8..8) {
        let findings = small().findings_after(|log| { flip(log.entries.get_mut(&index).unwrap(), at, bit); });
        prop_assert_eq!(findings, [Finding::EntryAltered { index }]);
    }

    #[test]
    fn any_flipped_bit_of_a_tile_is_found_at_its_hash(which in any::<Index>(), at in any::<Index>(), bit in 0_u8..8) {
        let &(level, index) = which.get(&small().tiles.keys().copied().collect::<Vec<_>>());
        let mut child = 0;
        let findings = small().findings_after(|log| child = flip(log.tiles.get_mut(&(level, index)).unwrap(), at, bit) / 32);
        prop_assert_eq!(findings, [Finding::TileAltered { level, index, child: Some(child as u16) }]);
    }

    #[test]
    fn any_flipped_bit_of_a_checkpoint_is_found(which in any::<Index>(), at in any::<Index>(), bit in 0_u8..7) {
        let &size = which.get(&small().checkpoints.keys().collect::<Vec<_>>());
        let findings = small().findings_after(|log| {
            let note = log.checkpoints.get_mut(size).unwrap();
            let mut bytes = std::mem::take(note).into_bytes();
            flip(&mut bytes, at, bit);
            *note = String::from_utf8_lossy(&bytes).into_owned();
        });
        prop_assert!(matches!(&findings[0], Finding::CheckpointInvalid { size: found, .. } | Finding::TileBeyondCheckpoint { index: found, .. } if found == size || *size == 587), "{:?}", findings);
        let invalid = findings.iter().filter(|f| matches!(f, Finding::CheckpointInvalid { size: found, .. } if found == size));
        prop_assert_eq!(invalid.count(), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_same_holds_with_three_levels(entry in 0_u64..66_358, which in any::<Index>(), at in any::<Index>(), bit in 0_u8..8) {
        let findings = big().findings_after(|log| { flip(log.entries.get_mut(&entry).unwrap(), at, bit); });
        prop_assert_eq!(findings, [Finding::EntryAltered { index: entry }]);

        let upper: Vec<_> = big().tiles.keys().copied().filter(|(level, _)| *level > 0).collect();
        let &(level, index) = which.get(&upper);
        let mut child = 0;
        let findings = big().findings_after(|log| child = flip(log.tiles.get_mut(&(level, index)).unwrap(), at, bit) / 32);
        prop_assert_eq!(findings, [Finding::TileAltered { level, index, child: Some(child as u16) }]);
    }

    /// Whatever is damaged, the verification comes to an end, and says that something is wrong.
    #[test]
    fn any_damage_is_survived(
        removed_entries in prop::collection::vec(0_u64..587, 0..20),
        removed_tiles in prop::collection::vec(any::<Index>(), 0..3),
        replaced in prop::collection::vec((any::<Index>(), prop::collection::vec(any::<u8>(), 0..100)), 0..3),
        added in prop::collection::vec(0_u64..10_000, 1..20),
    ) {
        let findings = small().findings_after(|log| {
            let keys: Vec<_> = log.tiles.keys().copied().collect();
            removed_entries.iter().for_each(|index| drop(log.entries.remove(index)));
            removed_tiles.iter().for_each(|which| drop(log.tiles.remove(which.get(&keys))));
            replaced.iter().for_each(|(which, data)| drop(log.tiles.insert(*which.get(&keys), data.clone())));
            added.iter().for_each(|index| drop(log.entries.insert(index + 600, b"added".to_vec())));
        });
        prop_assert!(!findings.is_empty());
    }
}

/// What somebody can do to the rows of a stored log, one at a time: every single one of them, at every place of a log with
/// full and partial tiles. The number of cases is part of the claim.
#[test]
fn every_single_change_of_entries_is_found_and_located() {
    let size = 587;
    let mut cases = 0;
    for index in 0..size {
        let dropped = small().findings_after(|log| drop(log.entries.remove(&index)));
        let missing = Finding::EntriesMissing {
            from: index,
            to: index + 1,
        };
        let want = match index + 1 == size {
            true => Finding::LogTruncated {
                entries: index,
                size,
            },
            false => missing,
        };
        assert!(dropped.contains(&want), "dropped {index}: {dropped:?}");

        let inserted = small().findings_after(|log| {
            let after: Vec<_> = log.entries.split_off(&index).into_iter().collect();
            log.entries.insert(index, b"put in".to_vec());
            log.entries
                .extend(after.into_iter().map(|(at, body)| (at + 1, body)));
        });
        assert_eq!(
            inserted,
            [Finding::EntryUnexpected { index }],
            "inserted {index}"
        );

        let truncated = small().findings_after(|log| drop(log.entries.split_off(&index)));
        let want = Finding::LogTruncated {
            entries: index,
            size,
        };
        assert!(
            truncated.contains(&want),
            "truncated {index}: {truncated:?}"
        );
        cases += 3;

        if index + 1 < size {
            let reordered = small().findings_after(|log| {
                let (one, other) = (
                    log.entries[&index].clone(),
                    log.entries[&(index + 1)].clone(),
                );
                log.entries.insert(index, other);
                log.entries.insert(index + 1, one);
            });
            let located = reordered.iter().any(|finding| {
                finding
                    .index()
                    .is_some_and(|at| (index..=index + 1).contains(&at))
            });
            assert!(located, "reordered {index}: {reordered:?}");
            cases += 1;
        }
    }
    assert_eq!(cases, 2347);
}

/// A log put back to every earlier state it was signed in, hashes, checkpoints and all, against the newest checkpoint kept
/// elsewhere.
#[test]
fn every_older_copy_is_found_with_the_size_it_was_put_back_to() {
    let batches = [10, 200, 46, 100, 1, 200, 30];
    let newest = small().checkpoints.last_key_value().unwrap();
    let kept = super::memory_log::signer()
        .verifier()
        .verify(newest.1)
        .unwrap();
    for length in 1..batches.len() {
        let mut older =
            super::memory_log::MemoryLog::with_batches(batches[..length].iter().copied());
        let size = older.tree.size();
        assert!(older.verify().is_ok(), "in itself it is whole");
        let findings = older.verify_against(Some(&kept)).findings;
        assert_eq!(
            findings,
            [Finding::RolledBack {
                size,
                trusted_size: 587
            }]
        );
    }
}
