use proptest::prelude::*;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::memory_log::{MemoryLog, body, signer};
use crate::audit::*;

fn log(size: u64, changed: Option<u64>) -> MemoryLog {
    let mut log = MemoryLog::default();
    for index in 0..size {
        let number = if Some(index) == changed {
            index + 1_000_000
        } else {
            index
        };
        log.entries.insert(index, body(number));
    }
    log.sequence();
    log
}

fn compared(first: &MemoryLog, second: &MemoryLog) -> Result<Relation, DivergenceError> {
    let note = |log: &MemoryLog| log.checkpoints[&log.tree.size()].clone();
    let (a, b) = (note(first), note(second));
    let (mut first, mut second) = (first.clone(), second.clone());
    compare(
        &signer().verifier(),
        Side {
            note: a,
            tiles: &mut first,
        },
        Side {
            note: b,
            tiles: &mut second,
        },
    )
}

/// What anybody can check who has nothing but the proof and the log's key: the checkpoint in it is signed, and the leaf is
/// in its tree at that place.
fn holds(proof: &EntryProof) -> Checkpoint {
    let (head, note) = proof.proof.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
    assert_eq!(lines.next().unwrap(), format!("index {}", proof.index));
    let hashes: Vec<Hash> = lines
        .map(|line| BASE64.decode(line).unwrap().try_into().unwrap())
        .collect();
    let checkpoint = signer().verifier().verify(note).unwrap();
    let leaf: Hash = hex::decode(&proof.leaf).unwrap().try_into().unwrap();
    verify_inclusion(
        proof.index,
        &leaf,
        checkpoint.size,
        &checkpoint.root,
        &hashes,
    )
    .unwrap();
    checkpoint
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn two_histories_are_proven_at_the_first_entry_that_differs(size in 1_u64..900, grown in 0_u64..300, at in any::<prop::sample::Index>(), turned in any::<bool>()) {
        let at = at.index(size as usize) as u64;
        let (mut first, mut second) = (log(size, None), log(size + grown, Some(at)));
        if turned {
            std::mem::swap(&mut first, &mut second);
        }
        let Relation::Divergent { first, second } = compared(&first, &second).unwrap() else {
            panic!("two histories");
        };
        prop_assert_eq!((first.index, second.index), (at, at));
        prop_assert_ne!(&first.leaf, &second.leaf);
        holds(&first);
        holds(&second);
    }

    #[test]
    fn a_longer_log_is_proven_to_continue_the_shorter(size in 1_u64..900, grown in 1_u64..300) {
        let (short, long) = (log(size, None), log(size + grown, None));
        for (first, second) in [(&short, &long), (&long, &short)] {
            let Relation::Continues { old, new, proof } = compared(first, second).unwrap() else {
                panic!("one history");
            };
            prop_assert_eq!((old, new), (size, size + grown));
            let proof: Vec<Hash> = proof.iter().map(|line| BASE64.decode(line).unwrap().try_into().unwrap()).collect();
            verify_consistency(old, &short.tree.root(), new, &long.tree.root(), &proof).unwrap();
        }
        prop_assert_eq!(compared(&short, &short).unwrap(), Relation::Same { size });
    }
}

#[test]
fn a_damaged_log_proves_nothing() {
    let (whole, mut damaged) = (log(600, None), log(600, None));
    damaged.tiles.get_mut(&(0, 1)).unwrap()[5] ^= 1;
    assert!(matches!(
        compared(&whole, &damaged),
        Err(DivergenceError::Damaged(_))
    ));
    damaged.tiles.remove(&(0, 1));
    assert!(matches!(
        compared(&damaged, &whole),
        Err(DivergenceError::Damaged(_))
    ));
    let mut forged = log(600, None);
    forged.checkpoints.insert(
        600,
        CheckpointSigner::new("crm.example.cn/audit/1", &[8; 32])
            .unwrap()
            .sign(600, &[0; 32]),
    );
    assert!(matches!(
        compared(&whole, &forged),
        Err(DivergenceError::Checkpoint(_))
    ));
}
