//! What a verification reports.

use serde::Serialize;

/// The most findings in one report; further ones are only counted.
pub const MAX_FINDINGS: usize = 1000;

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerificationReport {
    /// The size of the newest checkpoint that holds, which covers all entries with a smaller index.
    pub size: u64,
    /// How many stored entries were compared with the tree.
    pub entries_checked: u64,
    /// Stored entries after the newest checkpoint: written but not yet integrated, so nothing vouches for
    /// them yet.
    pub entries_unsigned: u64,
    /// How many stored checkpoints were checked.
    pub checkpoints_checked: u64,
    /// What is wrong, at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many more findings there were.
    pub findings_omitted: u64,
}

impl VerificationReport {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.findings.is_empty()
    }

    pub(in crate::audit) fn add(&mut self, finding: Finding) {
        if let (
            Some(Finding::EntriesMissing { to, .. }),
            Finding::EntriesMissing { from, to: new_to },
        ) = (self.findings.last_mut(), &finding)
            && to == from
        {
            *to = *new_to;
            return;
        }
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.findings_omitted += 1;
        }
    }
}

/// One thing that is wrong. Ranges of indexes include `from` and exclude `to`. As JSON, `kind` is the name in
/// snake case, such as `entry_altered`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// The stored entry is not the one that was logged at this index.
    EntryAltered {
        /// The index.
        index: u64,
    },
    /// At least one of these entries was altered, together with the hashes above it so that they agree; the
    /// signed checkpoints contradict them, but cannot tell more precisely which entry it was.
    EntriesAltered {
        /// The first index.
        from: u64,
        /// The index after the last.
        to: u64,
    },
    /// These entries are gone, whether or not the following ones were renumbered to hide the gap.
    EntriesMissing {
        /// The first index.
        from: u64,
        /// The index after the last.
        to: u64,
    },
    /// An entry was put in that was never logged there.
    EntryUnexpected {
        /// The index under which it is stored.
        index: u64,
    },
    /// The log ends before the size that its newest checkpoint states.
    LogTruncated {
        /// How far the stored entries reach.
        entries: u64,
        /// The size in the checkpoint.
        size: u64,
    },
    /// The tile's data does not agree with the rest of the tree.
    TileAltered {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        index: u64,
        /// Which of its hashes; none if it cannot be told or the data is not whole hashes.
        child: Option<u16>,
    },
    /// A tile that the tree has is not stored.
    TileMissing {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        index: u64,
    },
    /// A tile reaches beyond the newest checkpoint: newer checkpoints were removed or are invalid.
    TileBeyondCheckpoint {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        index: u64,
    },
    /// A stored checkpoint is altered or forged.
    CheckpointInvalid {
        /// The size under which it is stored.
        size: u64,
        /// Why: a code of [`CheckpointError::code`](crate::audit::CheckpointError::code).
        reason: &'static str,
    },
    /// The log does not lead to the root of this validly signed checkpoint, although no single entry or tile
    /// is at odds with the others: entries from `from` on were altered together with all hashes above them.
    RootMismatch {
        /// The size in the checkpoint.
        size: u64,
        /// The log agrees with the checkpoint of this size (0: with none), so the first altered entry lies
        /// between.
        from: u64,
    },
    /// Tiles are stored but no checkpoint that holds.
    NoCheckpoint,
    /// Not enough of the witnesses that were asked for have signed any checkpoint.
    NotWitnessed,
    /// A signature in a witness's name that the witness did not make.
    CosignatureInvalid {
        /// The size in the checkpoint that carries it.
        size: u64,
        /// The witness's name.
        witness: String,
    },
    /// The text of a policy is not the one that its name says.
    PolicyAltered {
        /// The SHA-256 that its text should have, in hexadecimal digits.
        digest: String,
    },
    /// A policy that an entry names as in force is not in the file.
    PolicyMissing {
        /// The SHA-256 of its text, in hexadecimal digits.
        digest: String,
    },
    /// A policy in the file that no entry of the log names.
    PolicyUnnamed {
        /// The SHA-256 of its text, in hexadecimal digits.
        digest: String,
    },
    /// What is given out as the entry that names a policy is not in the log there.
    AnnouncementAltered {
        /// The place it is given out for.
        index: u64,
    },
    /// The newest checkpoint is older than the trusted one.
    RolledBack {
        /// The size of the newest stored checkpoint that holds.
        size: u64,
        /// The size of the trusted checkpoint.
        trusted_size: u64,
    },
    /// The log is not a continuation of the log that the trusted checkpoint describes.
    HistoryRewritten {
        /// The size of the trusted checkpoint.
        trusted_size: u64,
    },
}

impl Finding {
    /// The index of the (first) entry it is about, if it is about entries.
    pub fn index(&self) -> Option<u64> {
        match self {
            Self::EntryAltered { index } | Self::EntryUnexpected { index } => Some(*index),
            Self::EntriesAltered { from, .. }
            | Self::EntriesMissing { from, .. }
            | Self::RootMismatch { from, .. } => Some(*from),
            Self::LogTruncated { entries, .. } => Some(*entries),
            _ => None,
        }
    }
}
