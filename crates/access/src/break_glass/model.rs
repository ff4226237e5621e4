//! What emergency access is made of.

use crate::sealed;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::policy::{EmergencyReach, EmergencyRecord};
use custos_values::{CustomerId, DepartmentId, EmergencyId, OrgId, Random, Timestamp, UserId};
use serde::{Deserialize, Serialize};

pub(crate) const SEALED: &str = "break_glass.access";
pub(crate) const SEALED_REVIEW: &str = "break_glass.review";

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It was begun, and its end is not written down.
    Active,
    /// It ended and waits for its review.
    Ended,
    /// It was reviewed.
    Reviewed,
}

impl State {
    pub(super) const ALL: [Self; 3] = [Self::Active, Self::Ended, Self::Reviewed];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Reviewed => "reviewed",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// As stored.
pub(super) struct Row {
    pub(super) id: EmergencyId,
    pub(super) user: UserId,
    pub(super) sealed: Vec<u8>,
    pub(super) state: State,
    pub(super) until: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) review: Option<Vec<u8>>,
}

/// What it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reach {
    /// One customer.
    Customer(CustomerId),
    /// The customers of a department.
    Department(DepartmentId),
}

/// The sealed part: all that counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) user: UserId,
    pub(super) reach: Reach,
    pub(super) reason: String,
    pub(super) begun_at: Timestamp,
    pub(super) until: Timestamp,
}

/// What came out of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EmergencyConclusion)]
pub(super) enum Conclusion {
    /// It was needed, and used for what it was asked for.
    Justified,
    /// It was not needed, or used for something else.
    Misused,
}

impl Conclusion {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::Misused => "misused",
        }
    }
}

/// A review as sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Review {
    pub(super) by: UserId,
    pub(super) conclusion: Conclusion,
    pub(super) note: String,
    pub(super) at: Timestamp,
}

impl Grant {
    pub(super) fn seal(&self, key: &TenantKey, id: EmergencyId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED, id.as_bytes(), self, random)
    }

    pub(super) fn open(key: &TenantKey, row: &Row) -> Result<Self, CryptoError> {
        sealed::open(key, SEALED, row.id.as_bytes(), &row.sealed)
    }

    /// What the kernel judges by.
    pub(super) fn record(&self, org: OrgId, id: EmergencyId) -> EmergencyRecord {
        EmergencyRecord {
            id,
            org,
            user: self.user,
            reach: match self.reach {
                Reach::Customer(id) => EmergencyReach::Record(*id.as_bytes()),
                Reach::Department(id) => EmergencyReach::Department(id),
            },
            begun_at: self.begun_at,
            until: self.until,
        }
    }
}

impl Review {
    pub(super) fn seal(&self, key: &TenantKey, id: EmergencyId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_REVIEW, id.as_bytes(), self, random)
    }

    /// The review of a row, if it has one that this program wrote.
    pub(super) fn open(key: &TenantKey, row: &Row) -> Option<Self> {
        let sealed = row.review.as_deref()?;
        let review: Self = sealed::open(key, SEALED_REVIEW, row.id.as_bytes(), sealed).ok()?;
        (review.by != row.user).then_some(review)
    }
}
