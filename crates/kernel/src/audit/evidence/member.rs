//! The members an evidence file may have, by their names.

use super::{ANNOUNCEMENTS, CHECKPOINT, CHECKPOINTS, META, POLICIES, VERIFIER_KEY, WITNESSES};
use crate::audit::entry::MAX_BODY_LENGTH;
use crate::audit::hash::Hash;
use crate::audit::tile::{MAX_BUNDLE_LENGTH, MAX_TILE_LENGTH, TilePath};

const MAX_TEXT_LENGTH: usize = 64 * 1024;
/// The largest text of all policies together.
pub(super) const MAX_POLICY_LENGTH: usize = 8 * 1024 * 1024;

/// Which member of the file. The widths of tiles and bundles follow from the size of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    Meta,
    VerifierKey,
    NewestCheckpoint,
    Checkpoint(u64),
    Tile { level: u8, index: u64 },
    Bundle(u64),
    Policy(Hash),
    Announcement(u64),
    Witnesses,
}

impl Member {
    /// Reads a member's name; with the width that the name of a tile or bundle states.
    pub(super) fn parse(name: &str) -> Option<(Self, Option<u16>)> {
        Some(match name {
            META => (Self::Meta, None),
            VERIFIER_KEY => (Self::VerifierKey, None),
            CHECKPOINT => (Self::NewestCheckpoint, None),
            WITNESSES => (Self::Witnesses, None),
            _ => Self::parse_numbered(name)?,
        })
    }

    fn parse_numbered(name: &str) -> Option<(Self, Option<u16>)> {
        if let Some(digits) = name.strip_prefix(CHECKPOINTS) {
            return Some((Self::Checkpoint(number(digits)?), None));
        }
        if let Some(digits) = name.strip_prefix(ANNOUNCEMENTS) {
            return Some((Self::Announcement(number(digits)?), None));
        }
        if let Some(digits) = name.strip_prefix(POLICIES) {
            let digest: Hash = hex::decode(digits).ok()?.try_into().ok()?;
            return (hex::encode(digest) == digits).then_some((Self::Policy(digest), None));
        }
        Some(match TilePath::parse(name)? {
            TilePath::Tile {
                level,
                index,
                width,
            } => (Self::Tile { level, index }, Some(width)),
            TilePath::Bundle { index, width } => (Self::Bundle(index), Some(width)),
        })
    }

    /// The most bytes it can have.
    pub(super) fn max_length(self) -> usize {
        match self {
            Self::Tile { .. } => MAX_TILE_LENGTH,
            Self::Bundle(_) => MAX_BUNDLE_LENGTH,
            Self::Policy(_) => MAX_POLICY_LENGTH,
            Self::Announcement(_) => MAX_BODY_LENGTH,
            Self::Witnesses
            | Self::Meta
            | Self::VerifierKey
            | Self::NewestCheckpoint
            | Self::Checkpoint(_) => MAX_TEXT_LENGTH,
        }
    }
}

/// A decimal number without leading zeros.
fn number(digits: &str) -> Option<u64> {
    let number: u64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}
