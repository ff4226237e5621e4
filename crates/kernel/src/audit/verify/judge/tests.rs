use super::*;
use crate::audit::open_tile::root_of;

/// The true hashes of a tile of eight.
fn truth() -> Vec<Hash> {
    (1..=8).map(|number| [number; 32]).collect()
}

fn proven() -> Reference {
    Reference::Proven(root_of(&truth()).unwrap())
}

fn stored_above() -> Reference {
    Reference::Stored(root_of(&truth()).unwrap())
}

/// The true hashes with others at some positions.
fn altered(at: &[usize]) -> Vec<Hash> {
    let mut hashes = truth();
    for position in at {
        hashes[*position] = [0xFF; 32];
    }
    hashes
}

fn all(hashes: Vec<Hash>) -> Vec<Option<Hash>> {
    hashes.into_iter().map(Some).collect()
}

fn judged(stored: Option<&[Hash]>, computed: &[Option<Hash>], reference: Reference) -> Verdict {
    judge(stored, computed, reference, root_of)
}

fn verdict(hashes: Vec<Hash>, below: &[usize], tile: &[usize]) -> Verdict {
    Verdict {
        hashes,
        below: below.to_vec(),
        tile: tile.to_vec(),
        contradicted_by: None,
    }
}

const EVERY: [fn() -> Reference; 3] = [proven, stored_above, || Reference::Unknown];

#[test]
fn what_agrees_is_true() {
    for reference in EVERY {
        let computed = all(truth());
        let found = judged(Some(&truth()), &computed, reference());
        assert_eq!(found, verdict(truth(), &[], &[]));
        let without = judged(None, &computed, reference());
        assert_eq!(without, verdict(truth(), &[], &[]));
    }
}

#[test]
fn whoever_leads_to_the_reference_is_right() {
    for reference in [proven(), stored_above()] {
        let below = judged(Some(&truth()), &all(altered(&[2, 5])), reference);
        assert_eq!(below, verdict(truth(), &[2, 5], &[]));
        let mut missing = all(truth());
        missing[3] = None;
        let below = judged(Some(&truth()), &missing, reference);
        assert_eq!(below, verdict(truth(), &[3], &[]));
        let tile = judged(Some(&altered(&[2, 5])), &all(truth()), reference);
        assert_eq!(tile, verdict(truth(), &[], &[2, 5]));
    }
}

#[test]
fn faults_on_either_side_are_told_apart_up_to_a_number() {
    let both = judged(Some(&altered(&[0, 3])), &all(altered(&[2, 7])), proven());
    assert_eq!(both, verdict(truth(), &[2, 7], &[0, 3]));
    let mut computed = all(altered(&[2]));
    computed[6] = None;
    let missing = judged(Some(&altered(&[0])), &computed, proven());
    assert_eq!(missing, verdict(truth(), &[2, 6], &[0]));
    let six = judged(
        Some(&altered(&[0, 1, 2])),
        &all(altered(&[3, 4, 5])),
        proven(),
    );
    assert_eq!(six, verdict(truth(), &[3, 4, 5], &[0, 1, 2]));
    // Beyond, nothing is tried: what lies below is blamed, and the true root handed on.
    let stored = altered(&[0, 1, 2]);
    let seven = judged(Some(&stored), &all(altered(&[3, 4, 5, 6])), proven());
    let blamed = verdict(stored, &[0, 1, 2, 3, 4, 5, 6], &[]);
    assert_eq!(
        seven,
        Verdict {
            contradicted_by: proven().hash(),
            ..blamed
        }
    );
}

/// Altered alike on both sides, or too much to tell: only a proven reference says that something is wrong.
#[test]
fn what_nobody_can_tell_is_contradicted_by_proof_alone() {
    for reference in EVERY.map(|reference| reference()) {
        let contradicted_by = match reference {
            Reference::Proven(truth) => Some(truth),
            _ => None,
        };
        let expected = Verdict {
            contradicted_by,
            ..verdict(altered(&[4]), &[], &[])
        };
        let alike = judged(Some(&altered(&[4])), &all(altered(&[4])), reference);
        assert_eq!(alike, expected, "{reference:?}");
        let without = judged(None, &all(altered(&[4])), reference);
        assert_eq!(without, expected, "{reference:?}");
        let mut computed = all(altered(&[4]));
        computed[1] = None;
        let undecided = judged(Some(&altered(&[4])), &computed, reference);
        let expected = Verdict {
            contradicted_by,
            ..verdict(altered(&[4]), &[1], &[])
        };
        assert_eq!(undecided, expected, "{reference:?}");
    }
}

/// Without the tile, what is missing below stays unknown, but not what lies above it.
#[test]
fn what_is_missing_on_both_sides_leaves_the_root_to_the_reference() {
    for reference in EVERY.map(|reference| reference()) {
        let mut computed = all(truth());
        computed[1] = None;
        computed[6] = None;
        let found = judged(None, &computed, reference);
        assert_eq!(found.below, [1, 6], "{reference:?}");
        assert_eq!(found.tile, [0; 0]);
        assert_eq!(found.contradicted_by, reference.hash(), "{reference:?}");
        assert_eq!(found.hashes[0], truth()[0]);
    }
}
