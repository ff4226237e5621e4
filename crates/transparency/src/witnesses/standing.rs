//! How the log stands with one of those who hold its checkpoints.

/// What somebody who holds a checkpoint says to the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It continues what they hold.
    Continues,
    /// They hold a longer log: this one was rolled back.
    RolledBack,
    /// They hold another log of the same size.
    Forked,
    /// The log does not continue the one they hold: it was rewritten.
    Rewritten,
    /// The stored hashes do not hold in themselves; verification says where.
    Damaged,
    /// They do not know this log.
    UnknownLog,
    /// They know it by another key.
    OtherKey,
    /// They gave an answer that is none.
    Unusable,
    /// They did not answer.
    Unreachable,
}

impl Standing {
    const ALL: [Self; 9] = [
        Self::Continues,
        Self::RolledBack,
        Self::Forked,
        Self::Rewritten,
        Self::Damaged,
        Self::UnknownLog,
        Self::OtherKey,
        Self::Unusable,
        Self::Unreachable,
    ];

    /// The code in the table, on the wire and in the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Continues => "continues",
            Self::RolledBack => "rolled_back",
            Self::Forked => "forked",
            Self::Rewritten => "rewritten",
            Self::Damaged => "damaged",
            Self::UnknownLog => "unknown_log",
            Self::OtherKey => "other_key",
            Self::Unusable => "unusable",
            Self::Unreachable => "unreachable",
        }
    }

    /// Reads a code back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.code() == code)
    }

    /// Whether it means that somebody changed the log.
    pub fn is_alarm(self) -> bool {
        matches!(
            self,
            Self::RolledBack | Self::Forked | Self::Rewritten | Self::Damaged
        )
    }
}
