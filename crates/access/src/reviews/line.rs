//! A line of a review: what is granted to whom, what is decided about it, and what came of it.

use super::grants::SharedCustomer;
use crate::sealed;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::policy::{Grantee, Role};
use custos_values::{
    ApiKeyId, CustomRoleId, CustomerId, DepartmentId, Random, ReviewId, ReviewLineId, TeamId,
    Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) const SEALED_LINE: &str = "access_review.line";
pub(crate) const SEALED_DECISION: &str = "access_review.decision";
pub(crate) const SEALED_RESULT: &str = "access_review.result";

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Granted {
    /// A built-in role.
    Role { role: Role },
    /// A role of the organisation's own.
    OwnRole { id: CustomRoleId, name: String },
    /// A share of a customer.
    Share {
        customer: CustomerId,
        owner: Option<UserId>,
        write: bool,
        until: Option<Timestamp>,
        at: Timestamp,
    },
    /// A key of a service account.
    Key {
        id: ApiKeyId,
        name: String,
        made_by: UserId,
        expires_at: Timestamp,
    },
}

impl Granted {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Role { .. } => "role",
            Self::OwnRole { .. } => "own_role",
            Self::Share { .. } => "share",
            Self::Key { .. } => "api_key",
        }
    }
}

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum To {
    /// An account.
    Person(UserId),
    /// Everybody in a department and in those below it.
    Department(DepartmentId),
    /// Everybody in a team.
    Team(TeamId),
}

impl To {
    pub(super) fn id(&self) -> &[u8; 16] {
        match self {
            Self::Person(id) => id.as_bytes(),
            Self::Department(id) => id.as_bytes(),
            Self::Team(id) => id.as_bytes(),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Department(_) => "department",
            Self::Team(_) => "team",
        }
    }

    pub(super) fn person(&self) -> Option<UserId> {
        match self {
            Self::Person(id) => Some(*id),
            Self::Department(_) | Self::Team(_) => None,
        }
    }
}

impl From<Grantee> for To {
    fn from(grantee: Grantee) -> Self {
        match grantee {
            Grantee::User(id) => Self::Person(id),
            Grantee::Department(id) => Self::Department(id),
            Grantee::Team(id) => Self::Team(id),
        }
    }
}

impl From<To> for Grantee {
    fn from(to: To) -> Self {
        match to {
            To::Person(id) => Self::User(id),
            To::Department(id) => Self::Department(id),
            To::Team(id) => Self::Team(id),
        }
    }
}

/// When something was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LastUse {
    /// Then, to the hour.
    At(Timestamp),
    /// Not since then.
    NotSince(Timestamp),
    /// It is not counted.
    Unknown,
}

impl LastUse {
    /// When it was used last, and since when it was not, as far as either is known.
    pub(super) fn told(self) -> (Option<Timestamp>, Option<Timestamp>) {
        match self {
            Self::At(at) => (Some(at), None),
            Self::NotSince(at) => (None, Some(at)),
            Self::Unknown => (None, None),
        }
    }
}

/// What is suggested, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Suggestion {
    pub(super) withdraw: bool,
    pub(super) reason: Reason,
}

/// Why something is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    /// The account may not be used.
    Disabled,
    /// Not used for 90 days.
    Unused,
    /// Other roles of the person give the same.
    Redundant,
    /// Nobody else in the department has it.
    Outlier,
    /// The person moved to another department since.
    Moved,
    /// Its time has passed.
    Ended,
    /// It ends by itself within 30 days.
    EndsSoon,
    /// It is used.
    Used,
    /// It is younger than what is looked at.
    New,
    /// Nothing speaks against it that is known.
    Unknown,
}

/// A line as sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) review: ReviewId,
    /// Who decides; nobody if nobody may.
    pub(super) reviewer: Option<UserId>,
    pub(super) to: To,
    /// The name it had when the review began.
    pub(super) name: String,
    pub(super) department: Option<DepartmentId>,
    pub(super) granted: Granted,
    pub(super) last_use: LastUse,
    pub(super) suggestion: Suggestion,
}

impl Line {
    /// The share it is about, if it is one.
    pub(super) fn share(&self) -> Option<SharedCustomer> {
        match &self.granted {
            Granted::Share {
                customer,
                owner,
                write,
                until,
                at,
            } => Some(SharedCustomer {
                customer: *customer,
                owner: *owner,
                grantee: self.to.into(),
                write: *write,
                until: *until,
                at: *at,
            }),
            _ => None,
        }
    }
}

/// What a reviewer can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccessReviewVerdict)]
pub(super) enum Verdict {
    /// It stays.
    Keep,
    /// It goes.
    Withdraw,
}

impl Verdict {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Withdraw => "withdraw",
        }
    }
}

/// A decision as sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    pub(super) by: UserId,
    pub(super) note: String,
    pub(super) at: Timestamp,
}

/// What came of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It stays, as decided.
    Kept,
    /// It stays: nobody decided, and the review was ended before its time.
    Undecided,
    /// It stays: there is nobody who may decide on it.
    NoReviewer,
    /// It stays: nobody else is an administrator of this kind.
    LastAdministrator,
    /// It stays: there is another grant in its place.
    Changed,
    /// It was gone before.
    Gone,
    /// It stays: what was stored of it was written by somebody else than this program.
    Tampered,
    /// It was withdrawn, as decided.
    Withdrawn,
    /// It was withdrawn, for nobody decided.
    Lapsed,
}

impl Outcome {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Undecided => "undecided",
            Self::NoReviewer => "no_reviewer",
            Self::LastAdministrator => "last_administrator",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Tampered => "tampered",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }
}

/// What came of a line, as sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Settled {
    pub(super) outcome: Outcome,
    pub(super) at: Timestamp,
}

/// A line as stored.
pub(super) struct LineRow {
    pub(super) id: ReviewLineId,
    pub(super) sealed: Vec<u8>,
    pub(super) decision: Option<Vec<u8>>,
    pub(super) result: Option<Vec<u8>>,
}

impl Line {
    pub(super) fn seal(&self, key: &TenantKey, id: ReviewLineId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_LINE, id.as_bytes(), self, random)
    }

    pub(super) fn open(key: &TenantKey, row: &LineRow) -> Result<Self, CryptoError> {
        sealed::open(key, SEALED_LINE, row.id.as_bytes(), &row.sealed)
    }
}

impl Decision {
    pub(super) fn seal(&self, key: &TenantKey, id: ReviewLineId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_DECISION, id.as_bytes(), self, random)
    }
}

impl Settled {
    pub(super) fn seal(&self, key: &TenantKey, id: ReviewLineId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_RESULT, id.as_bytes(), self, random)
    }
}

impl LineRow {
    /// The decision, if there is one that this program wrote.
    pub(super) fn decision(&self, key: &TenantKey) -> Option<Decision> {
        let sealed = self.decision.as_deref()?;
        sealed::open(key, SEALED_DECISION, self.id.as_bytes(), sealed).ok()
    }

    /// What came of it, if this program wrote that.
    pub(super) fn settled(&self, key: &TenantKey) -> Option<Settled> {
        let sealed = self.result.as_deref()?;
        sealed::open(key, SEALED_RESULT, self.id.as_bytes(), sealed).ok()
    }
}
