//! What is attached to a record for decisions beside its owner and department: label, attributes and shares.

use super::{Caller, Label};
use custos_values::{DepartmentId, TeamId, Timestamp, UserId};

/// To whom a record is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grantee {
    /// A person.
    User(UserId),
    /// Everybody in a department and in those below it.
    Department(DepartmentId),
    /// Everybody in a team.
    Team(TeamId),
}

/// How far a record is shared with a caller, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Share {
    /// Not.
    #[default]
    None,
    /// For reading.
    Read,
    /// For reading and writing.
    Write,
}

impl Share {
    /// All, from narrow to wide.
    pub const ALL: [Share; 3] = [Share::None, Share::Read, Share::Write];

    /// The name in policies and the API.
    pub fn name(self) -> &'static str {
        match self {
            Share::None => "none",
            Share::Read => "read",
            Share::Write => "write",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|share| share.name() == name)
    }
}

/// One share of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShareGrant {
    /// With whom.
    pub grantee: Grantee,
    /// How far.
    pub share: Share,
    /// Until when; without end if none.
    pub until: Option<Timestamp>,
}

/// What rules of the organisation may ask of a record's content: a few values of a few fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Attributes {
    /// The region, as the record's province says.
    pub region: Option<Box<str>>,
    /// The value, as the record's level says.
    pub value: Option<Box<str>>,
    /// The status.
    pub status: Option<Box<str>>,
}

/// Label, attributes and shares of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Marking {
    /// The label.
    pub label: Label,
    /// What rules may ask.
    pub attributes: Attributes,
    /// The shares, sorted.
    pub shares: Vec<ShareGrant>,
}

impl Marking {
    /// How far the record is shared with a caller now: the widest share that has not run out.
    pub(super) fn share_with(&self, caller: &Caller) -> Share {
        if self.shares.is_empty() {
            return Share::None;
        }
        let standing = caller.standing();
        let covers = |grant: &&ShareGrant| match grant.grantee {
            Grantee::User(user) => caller.user_id() == Some(user),
            Grantee::Department(department) => standing.within.contains(&department),
            Grantee::Team(team) => standing.teams.contains(&team),
        };
        let in_force =
            |grant: &&ShareGrant| grant.until.is_none_or(|until| caller.asked_at() < until);
        let shares = self.shares.iter().filter(covers).filter(in_force);
        shares.map(|grant| grant.share).max().unwrap_or_default()
    }

    /// When the next of the shares in force at a moment runs out: until then decisions do not change by themselves.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.shares.iter().filter_map(|grant| grant.until);
        ends.filter(|until| *until > now).min()
    }
}
