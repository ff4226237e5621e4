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
