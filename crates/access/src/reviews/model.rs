//! What reviews of access are made of.

use crate::sealed;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::policy::Role;
use custos_values::{DepartmentId, Random, ReviewId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) const SEALED_REVIEW: &str = "access_review.review";
pub(crate) const SEALED_REPORT: &str = "access_review.report";

/// How far a review is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// What is to be reviewed is being written down.
    Preparing,
    /// Reviewers decide.
    Open,
    /// What was decided is being carried out.
    Closing,
    /// It was carried out, and has its report.
    Ended,
    /// It was called off.
    Cancelled,
}

impl State {
    pub(super) const ALL: [Self; 5] = [
        Self::Preparing,
        Self::Open,
        Self::Closing,
        Self::Ended,
        Self::Cancelled,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Who reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccessReviewBy)]
pub(super) enum By {
    /// The lead of the department, or of the nearest above that has one.
    Manager,
    /// Of shares, whoever the customer is of; else as `manager`.
    Owner,
}

/// What is reviewed, of whom, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessReviewScope)]
pub(super) struct Scope {
    /// Roles, the organisation's own among them.
    pub(super) roles: bool,
    /// Shares of customers.
    pub(super) shares: bool,
    /// Keys of service accounts.
    pub(super) api_keys: bool,
    /// Only people of these departments and of those below; of any if none is named.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub(super) departments: Vec<DepartmentId>,
    /// Only people with one of these roles; with any if none is named.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub(super) holders: Vec<Role>,
    /// Who reviews.
    #[schema(inline)]
    pub(super) by: By,
}

/// Why a review ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cause {
    /// Its time passed: what nobody decided on is withdrawn.
    Deadline,
    /// The security administrator ended it: what nobody decided on stays.
    Hand,
    /// It was called off: everything stays.
    Cancelled,
}

impl Cause {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Hand => "hand",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The end of a review.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) cause: Cause,
    pub(super) by: Option<UserId>,
    pub(super) at: Timestamp,
}

/// A review as sealed: all that counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Review {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) starter: UserId,
    pub(super) started_at: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) remind_at: Timestamp,
    /// How many lines there are, once all are written.
    pub(super) lines: Option<u64>,
    pub(super) end: Option<End>,
    /// The SHA-256 of the report, once it is made.
    #[serde(default)]
    pub(super) report: Option<[u8; 32]>,
}

/// A review as stored.
pub(super) struct Row {
    pub(super) id: ReviewId,
    pub(super) sealed: Vec<u8>,
    pub(super) state: State,
    pub(super) stage: i64,
    pub(super) place: Vec<u8>,
    pub(super) reminded: bool,
}

impl Review {
    pub(super) fn seal(&self, key: &TenantKey, id: ReviewId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_REVIEW, id.as_bytes(), self, random)
    }

    pub(super) fn open(key: &TenantKey, row: &Row) -> Result<Self, CryptoError> {
        sealed::open(key, SEALED_REVIEW, row.id.as_bytes(), &row.sealed)
    }
}
