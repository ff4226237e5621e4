//! Labels of mandatory access control: a level and compartments (Bell and LaPadula 1973; NIST SP 800-53 AC-3(3), AC-4).
//!
//! Labels form a lattice. Reading needs a working label that dominates the record's; writing needs a record's label that
//! dominates the working label. Together: nothing flows downwards.

use serde::{Deserialize, Serialize};

/// A level, from low to high.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    /// 公开
    Public = 0,
    /// 内部: what records and people have unless somebody says otherwise.
    #[default]
    Internal = 1,
    /// 秘密
    Confidential = 2,
    /// 机密
    Secret = 3,
    /// 绝密
    TopSecret = 4,
}

impl Level {
    /// All levels, from low to high.
    pub const ALL: [Level; 5] = [
        Level::Public,
        Level::Internal,
        Level::Confidential,
        Level::Secret,
        Level::TopSecret,
    ];

    /// The name in the API, in policies and in entries.
    pub fn name(self) -> &'static str {
        match self {
            Level::Public => "public",
            Level::Internal => "internal",
            Level::Confidential => "confidential",
            Level::Secret => "secret",
            Level::TopSecret => "top_secret",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Reads a number back as stored.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A set of compartments: bits that the organisation gives names to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Compartments(u64);

impl Compartments {
    /// Most compartments an organisation can have.
    pub const MOST: u8 = 62;

    /// The set with these bits; those beyond [`Self::MOST`] do not count.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits & ((1 << Self::MOST) - 1))
    }

    /// The bits, for storage.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The numbers of the compartments in the set.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..Self::MOST).filter(move |number| self.0 & (1 << number) != 0)
    }

    /// Whether every compartment of the other set is in this one.
    pub fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A point of the lattice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Label {
    /// How sensitive.
    pub level: Level,
    /// About what.
    pub compartments: Compartments,
}

impl Label {
    /// A label without compartments.
    pub const fn of(level: Level) -> Self {
        Self {
            level,
            compartments: Compartments(0),
        }
    }

    /// Whether this label is at least as high and holds every compartment of the other: the order of the lattice.
    pub fn dominates(self, other: Self) -> bool {
        self.level >= other.level && self.compartments.includes(other.compartments)
    }

    /// The lowest label that dominates both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            level: self.level.max(other.level),
            compartments: Compartments(self.compartments.0 | other.compartments.0),
        }
    }

    /// The highest label that both dominate.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self {
            level: self.level.min(other.level),
            compartments: Compartments(self.compartments.0 & other.compartments.0),
        }
    }
}
