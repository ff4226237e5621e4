use proptest::prelude::*;

use super::memory_log::MemoryLog;
use crate::audit::*;

/// The inputs and roots that implementations of RFC 6962 share as test vectors.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn roots_are_those_of_the_shared_vectors() {
    let mut tree = TreeState::empty();
    assert_eq!(hex::encode(tree.root()), ROOTS[0]);
    for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
        tree.append(&[leaf_hash(&hex::decode(leaf).unwrap())])
            .unwrap();
        assert_eq!(hex::encode(tree.root()), *root);
    }
}

/// The definition in RFC 6962, section 2.1, word for word.
fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            node_hash(
                &root_by_definition(&leaves[..middle]),
                &root_by_definition(&leaves[middle..]),
            )
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count as u64)
        .map(|index| leaf_hash(&index.to_be_bytes()))
        .collect()
}

#[test]
fn a_damaged_edge_is_not_loaded() {
    let log = MemoryLog::with_batches([256, 44]);
    let root = log.tree.root();
    assert_eq!(
        TreeState::load(&mut log.clone(), 300, &root).unwrap(),
        log.tree
    );

    let mut altered = log.clone();
    altered.tiles.get_mut(&(0, 1)).unwrap()[5] ^= 1;
    assert!(matches!(
        TreeState::load(&mut altered, 300, &root),
        Err(TreeError::RootMismatch)
    ));
    for damage in [Vec::new(), vec![0; 31], vec![0; 32 * 43], vec![0; 32 * 257]] {
        let mut damaged = log.clone();
        damaged.tiles.insert((0, 1), damage);
        let loaded = TreeState::load(&mut damaged, 300, &root);
        assert!(matches!(
            loaded,
            Err(TreeError::DamagedTile { level: 0, index: 1 })
        ));
    }
    let mut missing = log.clone();
    missing.tiles.remove(&(1, 0));
    let loaded = TreeState::load(&mut missing, 300, &root);
    assert!(matches!(
        loaded,
        Err(TreeError::DamagedTile { level: 1, index: 0 })
    ));
}

#[test]
fn three_levels_agree_with_the_definition() {
    let leaves = leaves(65_536 + 256 + 3);
    let mut tree = TreeState::empty();
    let updates = tree.append(&leaves).unwrap();
    assert_eq!(tree.root(), root_by_definition(&leaves));
    let widths = |level| {
        updates
            .iter()
            .filter(|u| u.level == level)
            .map(|u| u.width)
            .collect::<Vec<_>>()
    };
    assert_eq!(widths(0), [vec![256; 257], vec![3]].concat());
    assert_eq!(widths(1), [256, 1]);
    assert_eq!(widths(2), [1]);
}

/// Tiles of a tree whose hashes are all the same, as many as are asked for.
struct Uniform;

impl TileReader for Uniform {
    fn tile(&mut self, _level: u8, _index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(Some([[1; 32]; 255].concat()))
    }
}

/// The root of a tree of 256⁶ entries less one: 255 hashes on each of six levels.
fn root_of_nearly_full() -> Hash {
    let mut root: Option<Hash> = None;
    for _ in 0..6 {
        let mut peak = [1; 32];
        for _ in 0..8 {
            root = Some(root.map_or(peak, |right| node_hash(&peak, &right)));
            peak = node_hash(&peak, &peak);
        }
    }
    root.unwrap()
}

#[test]
fn a_tree_grows_to_its_largest_size_and_no_further() {
    let root = root_of_nearly_full();
    let mut tree = TreeState::load(&mut Uniform, MAX_SIZE - 1, &root).unwrap();
    assert_eq!((tree.size(), tree.root()), (MAX_SIZE - 1, root));
    let before = tree.clone();
    assert!(matches!(tree.append(&[[2; 32]; 2]), Err(TreeError::Full)));
    assert_eq!(tree, before);
    let updates = tree.append(&[[2; 32]]).unwrap();
    assert_eq!(tree.size(), MAX_SIZE);
    // Every tile on the edge is complete now, and one above them begins.
    let told: Vec<_> = updates
        .iter()
        .map(|it| (it.level, it.index, it.width))
        .collect();
    let full = (0..6).map(|level| (level, (MAX_SIZE >> (8 * (u32::from(level) + 1))) - 1, 256));
    assert_eq!(told, full.chain([(6, 0, 1)]).collect::<Vec<_>>());
    assert!(matches!(tree.append(&[[2; 32]]), Err(TreeError::Full)));
    assert_eq!(tree.append(&[]).unwrap(), []);

    let full = TreeState::load(&mut Uniform, MAX_SIZE, &[1; 32]).unwrap();
    assert_eq!((full.size(), full.root()), (MAX_SIZE, [1; 32]));
    for size in [MAX_SIZE + 1, MAX_SIZE + 2, u64::MAX] {
        let beyond = TreeState::load(&mut Uniform, size, &[1; 32]);
        assert!(matches!(beyond, Err(TreeError::Full)), "{size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_batching_gives_the_same_tree(batches in prop::collection::vec(0_u64..300, 0..8)) {
        let count: u64 = batches.iter().sum();
        let parts = MemoryLog::with_batches(batches);
        let whole = MemoryLog::with_batches([count]);
        let hashes: Vec<Hash> = whole.entries.values().map(|body| leaf_hash(body)).collect();
        prop_assert_eq!(parts.tree.root(), root_by_definition(&hashes));
        prop_assert_eq!(&parts.tree, &whole.tree);
        prop_assert_eq!(&parts.tiles, &whole.tiles);
        let root = parts.tree.root();
        prop_assert_eq!(&TreeState::load(&mut parts.clone(), count, &root).unwrap(), &parts.tree);
    }

    /// Each changed tile comes once, and they are those that another implementation publishes.
    #[test]
    fn updates_are_those_of_another_implementation(old in 0_usize..1500, more in 0_usize..1500) {
        let leaves = leaves(old + more);
        let mut tree = TreeState::empty();
        tree.append(&leaves[..old]).unwrap();
        let updates = tree.append(&leaves[old..]).unwrap();
        let mut ours: Vec<_> = updates.iter().map(|u| (u.level, u.index, u32::from(u.width))).collect();
        let mut theirs: Vec<_> = tlog_tiles::Tile::new_tiles(8, old as u64, (old + more) as u64)
            .iter()
            .map(|t| (t.level(), t.level_index(), t.width()))
            .collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        prop_assert_eq!(ours, theirs);
        prop_assert!(updates.iter().all(|u| u.data.len() == usize::from(u.width) * 32));
    }
}
