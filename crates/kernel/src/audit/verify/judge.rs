//! Who is wrong: the hashes stored in a tile, or what lies below it?

use crate::audit::hash::Hash;

/// Up to this many differences, every combination of stored and computed hashes is tried.
const MAX_DIFFERENCES: usize = 6;

/// What the level above says about the root of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// Proven by a checkpoint.
    Proven(Hash),
    /// Stored above, but not proven.
    Stored(Hash),
    /// Nothing is known.
    Unknown,
}

impl Reference {
    pub(super) fn hash(self) -> Option<Hash> {
        match self {
            Self::Proven(hash) | Self::Stored(hash) => Some(hash),
            Self::Unknown => None,
        }
    }
}

/// The verdict on one tile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The hashes that are most likely the true ones.
    pub(super) hashes: Vec<Hash>,
    /// Positions where what lies below was altered (or is missing).
    pub(super) below: Vec<usize>,
    /// Positions where the tile was altered.
    pub(super) tile: Vec<usize>,
    /// The true root, where `hashes` do not lead to it: something is wrong in a place that cannot be told.
    pub(super) contradicted_by: Option<Hash>,
}

/// Compares a tile's stored hashes (if there are any) with those computed from below, of which some may be
/// missing. `root` gives the root that hashes lead to, and `reference` what it should be.
pub(super) fn judge(
    stored: Option<&[Hash]>,
    computed: &[Option<Hash>],
    reference: Reference,
    root: impl Fn(&[Hash]) -> Option<Hash>,
) -> Verdict {
    let leads = |hashes: &[Hash]| reference.hash().is_some() && root(hashes) == reference.hash();
    let complete: Option<Vec<Hash>> = computed.iter().copied().collect();
    let proven = |verdict: Verdict| match reference {
        Reference::Proven(truth) => Verdict {
            contradicted_by: Some(truth),
            ..verdict
        },
        _ => verdict,
    };

    let Some(stored) = stored else {
        let hashes: Vec<Hash> = computed
            .iter()
            .map(|hash| hash.unwrap_or_default())
            .collect();
        // With entries missing, their true hashes are unknown but the root above them may be.
        let contradicted_by = match complete.is_some() && leads(&hashes) {
            true => None,
            false if complete.is_some() => {
                return proven(Verdict {
                    hashes,
                    ..Verdict::default()
                });
            }
            false => reference.hash(),
        };
        let below = (0..computed.len())
            .filter(|i| computed[*i].is_none())
            .collect();
        return Verdict {
            hashes,
            below,
            contradicted_by,
            ..Verdict::default()
        };
    };

    let different: Vec<usize> = (0..stored.len())
        .filter(|i| computed[*i] != Some(stored[*i]))
        .collect();
    if leads(stored) {
        return Verdict {
            hashes: stored.to_vec(),
            below: different,
            ..Verdict::default()
        };
    }
    if let Some(hashes) = complete {
        if leads(&hashes) {
            return Verdict {
                hashes,
                tile: different,
                ..Verdict::default()
            };
        }
        if different.is_empty() {
            return proven(Verdict {
                hashes,
                ..Verdict::default()
            });
        }
    }
    if let Some(mixed) = try_combinations(stored, computed, &different, leads) {
        return mixed;
    }
    // Nothing decides. Calling the entries altered is the safe side.
    proven(Verdict {
        hashes: stored.to_vec(),
        below: different,
        ..Verdict::default()
    })
}

/// Looks for a choice, position by position, between stored and computed hashes that leads to the reference.
fn try_combinations(
    stored: &[Hash],
    computed: &[Option<Hash>],
    different: &[usize],
    leads: impl Fn(&[Hash]) -> bool,
) -> Option<Verdict> {
    if different.len() > MAX_DIFFERENCES {
        return None;
    }
    (1_u32..1 << different.len()).find_map(|choice| {
        let mut verdict = Verdict {
            hashes: stored.to_vec(),
            ..Verdict::default()
        };
        for (bit, &position) in different.iter().enumerate() {
            match computed[position] {
                Some(hash) if choice & (1 << bit) != 0 => {
                    verdict.hashes[position] = hash;
                    verdict.tile.push(position);
                }
                _ => verdict.below.push(position),
            }
        }
        leads(&verdict.hashes).then_some(verdict)
    })
}

#[cfg(test)]
mod tests;
