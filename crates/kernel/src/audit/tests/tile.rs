use proptest::prelude::*;

use crate::audit::TilePath;
use crate::audit::tile::{bundle_entries, push_to_bundle};

#[test]
fn paths_are_those_of_the_specification() {
    let tile = |level, index, width| TilePath::Tile {
        level,
        index,
        width,
    };
    let bundle = |index, width| TilePath::Bundle { index, width };
    for (path, want) in [
        (tile(0, 0, 256), "tile/0/000"),
        (tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
        (tile(3, 1000, 1), "tile/3/x001/000.p/1"),
        (tile(0, 273, 112), "tile/0/273.p/112"),
        (bundle(273, 112), "tile/entries/273.p/112"),
        (bundle(1_000_000, 256), "tile/entries/x001/x000/000"),
    ] {
        assert_eq!(path.to_string(), want);
        assert_eq!(TilePath::parse(want), Some(path));
    }
}

#[test]
fn other_spellings_are_refused() {
    for path in [
        "",
        "tile",
        "tile/0",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/+00",
        "tile/0/001/000",
        "tile/0/x000/000",
        "tile/0/x1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1/",
        "tile/0/../000",
        "tile/8/0/000",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(TilePath::parse(path), None, "{path}");
    }
}

proptest! {
    /// That crate writes the older layout with the tile's height as an element of its own.
    #[test]
    fn paths_agree_with_another_implementation(level in 0_u8..8, index in 0..1_u64 << 40, width in 1_u16..=256) {
        let path = TilePath::Tile { level, index, width };
        let other = tlog_tiles::Tile::new(8, level, index, width.into(), false).path();
        prop_assert_eq!(path.to_string(), other.replacen("tile/8/", "tile/", 1));
        prop_assert_eq!(TilePath::parse(&path.to_string()), Some(path));
    }

    #[test]
    fn bundles_give_back_their_entries(bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..20)) {
        let mut bundle = Vec::new();
        for body in &bodies {
            push_to_bundle(&mut bundle, body);
        }
        prop_assert_eq!(bundle_entries(&bundle).map(<[u8]>::to_vec).collect::<Vec<_>>(), bodies);
    }

    #[test]
    fn parsing_never_panics(path in "(tile/)?[0-9x./pentris]{0,40}", bundle in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Some(parsed) = TilePath::parse(&path) {
            prop_assert_eq!(parsed.to_string(), path);
        }
        prop_assert!(bundle_entries(&bundle).map(|body| body.len() + 2).sum::<usize>() <= bundle.len());
    }
}
