//! Tiles and entry bundles as in C2SP tlog-tiles (<https://c2sp.org/tlog-tiles>).
//!
//! A tile of level L and index N holds up to 256 consecutive hashes of the tree at height 8·L, beginning with
//! number 256·N. A partial tile is the beginning of the full one. A bundle holds the entries under a tile of
//! level 0, each after its length as two bytes, big-endian.

use super::entry::MAX_BODY_LENGTH;
use super::hash::Hash;

/// The number of hashes in a full tile and of entries in a full bundle.
pub const TILE_WIDTH: usize = 256;

/// The largest log this code deals with, in entries. One entry a microsecond fills it in nine years.
pub const MAX_SIZE: u64 = 1 << 48;

pub(super) const TILE_HEIGHT: u32 = 8;
pub(super) const HASH_LENGTH: usize = 32;
pub(super) const MAX_TILE_LENGTH: usize = TILE_WIDTH * HASH_LENGTH;
pub(super) const MAX_BUNDLE_LENGTH: usize = TILE_WIDTH * (2 + MAX_BODY_LENGTH);

/// A tile that is new or has grown. Write it over what is stored for its level and index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileUpdate {
    /// The level; 0 holds the hashes of entries.
    pub level: u8,
    /// The number of the tile within its level.
    pub index: u64,
    /// The number of hashes it holds, 1 to 256.
    pub width: u16,
    /// The hashes, 32 bytes each.
    pub data: Vec<u8>,
}

/// What a path of the C2SP layout names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TilePath {
    /// A tile of hashes.
    Tile {
        /// The level.
        level: u8,
        /// The number of the tile within its level.
        index: u64,
        /// The number of hashes, 1 to 256.
        width: u16,
    },
    /// A bundle of entries.
    Bundle {
        /// The number of the bundle.
        index: u64,
        /// The number of entries, 1 to 256.
        width: u16,
    },
}

impl TilePath {
    /// Reads a path; only the one canonical spelling is accepted.
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (kind, rest) = rest.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|w| (1..256).contains(w))?),
            None => (rest, TILE_WIDTH as u16),
        };
        let index = parse_index(number)?;
        let parsed = match kind {
            "entries" => Self::Bundle { index, width },
            level => Self::Tile {
                level: level.parse().ok().filter(|l| *l < 64)?,
                index,
                width,
            },
        };
        (parsed.to_string() == path).then_some(parsed)
    }
}

impl std::fmt::Display for TilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (index, width) = match *self {
            Self::Tile {
                level,
                index,
                width,
            } => {
                write!(f, "tile/{level}/")?;
                (index, width)
            }
            Self::Bundle { index, width } => {
                f.write_str("tile/entries/")?;
                (index, width)
            }
        };
        write_index(f, index / 1000)?;
        write!(f, "{:03}", index % 1000)?;
        match usize::from(width) {
            TILE_WIDTH => Ok(()),
            partial => write!(f, ".p/{partial}"),
        }
    }
}

/// The elements before the last: three digits each, marked with an x.
fn write_index(f: &mut std::fmt::Formatter<'_>, index: u64) -> std::fmt::Result {
    if index == 0 {
        return Ok(());
    }
    write_index(f, index / 1000)?;
    write!(f, "x{:03}/", index % 1000)
}

fn parse_index(text: &str) -> Option<u64> {
    let mut index: u64 = 0;
    for element in text.split('/') {
        let digits = element.strip_prefix('x').unwrap_or(element);
        index = index
            .checked_mul(1000)?
            .checked_add(digits.parse::<u16>().ok()?.into())?;
    }
    (index <= MAX_SIZE).then_some(index)
}

/// The hashes in a tile's data; none unless it is 1 to 256 whole hashes.
pub(super) fn tile_hashes(data: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = data.as_chunks::<HASH_LENGTH>();
    (rest.is_empty() && (1..=TILE_WIDTH).contains(&hashes.len())).then(|| hashes.to_vec())
}

/// Appends one entry to a bundle, without what is beyond the largest length of an entry.
pub(super) fn push_to_bundle(bundle: &mut Vec<u8>, body: &[u8]) {
    let body = &body[..body.len().min(MAX_BODY_LENGTH)];
    bundle.extend((body.len() as u16).to_be_bytes());
    bundle.extend(body);
}

/// The entries of a bundle up to the first that is cut short.
pub(super) fn bundle_entries(mut bundle: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = bundle.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        bundle = rest;
        Some(body)
    })
}

const _: () = assert!(MAX_BODY_LENGTH <= u16::MAX as usize);
