use super::*;
use proptest::prelude::*;

struct Fixed(u8);
impl Random for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

const ORG: OrgId = OrgId::from_bytes([1; 16]);

fn all(tree: &ErasureTree, records: &[[u8; 16]]) -> Vec<Option<[u8; 32]>> {
    records
        .iter()
        .map(|record| tree.leaf(ORG, record).map(|leaf| *leaf))
        .collect()
}

/// What somebody who has the whole state can compute: the state's nodes, and everything below them.
fn computable(tree: &ErasureTree, place: u64) -> bool {
    (0..=LEVELS).any(|level| tree.0.contains_key(&(level, prefix(place, level))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is erased, in whatever order, with the state stored and read in between: the erased have no secret, all
    /// others have the one they had.
    #[test]
    fn erases_what_it_is_told_and_nothing_else(
        records in prop::collection::hash_set(any::<[u8; 16]>(), 2..40),
        choice in prop::collection::vec(any::<bool>(), 40),
    ) {
        let records: Vec<[u8; 16]> = records.into_iter().collect();
        let mut tree = ErasureTree::generate(&Fixed(7));
        let before = all(&tree, &records);
        for (record, _) in records.iter().zip(&choice).filter(|(_, erase)| **erase) {
            prop_assert!(tree.erase(ORG, record));
            prop_assert!(!tree.erase(ORG, record));
            let mut bytes = Vec::new();
            tree.encode(&mut bytes);
            tree = ErasureTree::decode(&bytes).unwrap();
        }
        let after = all(&tree, &records);
        for (((record, erased), before), after) in records.iter().zip(&choice).zip(before).zip(after) {
            prop_assert_eq!(after, if *erased { None } else { before });
            prop_assert_eq!(computable(&tree, ErasureTree::place(ORG, record)), !*erased);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Two nodes erase what they are told, neither knowing of the other: what either erased is gone from both together.
    #[test]
    fn states_that_meet_give_what_both_gave(
        records in prop::collection::hash_set(any::<[u8; 16]>(), 2..40),
        choice in prop::collection::vec(0_u8..4, 40),
    ) {
        let records: Vec<[u8; 16]> = records.into_iter().collect();
        let [mut one, mut other] = [(); 2].map(|()| ErasureTree::generate(&Fixed(7)));
        let before = all(&one, &records);
        for (record, choice) in records.iter().zip(&choice) {
            for (tree, _) in [(&mut one, 1), (&mut other, 2)].into_iter().filter(|(_, bit)| choice & bit != 0) {
                tree.erase(ORG, record);
            }
        }
        let (mut met, mut back) = (ErasureTree(one.0.clone()), ErasureTree(other.0.clone()));
        met.meet(&other);
        back.meet(&one);
        prop_assert_eq!(&met.0, &back.0, "whoever follows whom");
        let expected: Vec<_> = before
            .into_iter()
            .zip(&choice)
            .map(|(leaf, choice)| leaf.filter(|_| *choice == 0))
            .collect();
        prop_assert_eq!(all(&met, &records), expected);
        for (record, choice) in records.iter().zip(&choice) {
            prop_assert_eq!(computable(&met, ErasureTree::place(ORG, record)), *choice == 0);
        }
    }
}

#[test]
fn records_of_organisations_and_trees_have_secrets_of_their_own() {
    let tree = ErasureTree::generate(&Fixed(7));
    let other = ErasureTree::generate(&Fixed(8));
    let foreign = OrgId::from_bytes([2; 16]);
    let leaves = [
        tree.leaf(ORG, &[3; 16]),
        tree.leaf(ORG, &[4; 16]),
        tree.leaf(foreign, &[3; 16]),
        other.leaf(ORG, &[3; 16]),
    ];
    let leaves: std::collections::HashSet<[u8; 32]> =
        leaves.into_iter().map(|leaf| *leaf.unwrap()).collect();
    assert_eq!(leaves.len(), 4);
}

/// One erasure leaves the siblings along one path: 15 on each of 16 levels.
#[test]
fn grows_with_erasures_only() {
    let mut tree = ErasureTree::generate(&Fixed(7));
    assert_eq!(tree.encoded_length(), NODE);
    tree.erase(ORG, &[3; 16]);
    assert_eq!(tree.encoded_length(), 240 * NODE);
}
