//! Emergency access: for a short while somebody reads what they otherwise could not, and everything they do is marked.
//!
//! It widens whom records are read by and nothing else: labels, hours, networks and devices hold as ever.

use super::{Caller, CallerKind, Facts, Resource};
use custos_values::{DepartmentId, EmergencyId, OrgId, Timestamp, UserId};
use std::sync::Arc;

/// Longest emergency access, in milliseconds: 60 minutes.
pub const LONGEST_EMERGENCY_MS: i64 = 3_600_000;

/// What emergency access reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmergencyReach {
    /// One record.
    Record([u8; 16]),
    /// The records of one department.
    Department(DepartmentId),
}

/// Emergency access as stored.
#[derive(Debug, Clone)]
pub struct EmergencyRecord {
    /// Its id.
    pub id: EmergencyId,
    /// The organisation.
    pub org: OrgId,
    /// Whose it is.
    pub user: UserId,
    /// What it reaches.
    pub reach: EmergencyReach,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it ends, at most [`LONGEST_EMERGENCY_MS`] after it began.
    pub until: Timestamp,
}

/// Emergency access a caller has, for one request.
#[derive(Debug, Clone)]
pub struct Emergency {
    id: EmergencyId,
    reach: EmergencyReach,
}

impl EmergencyRecord {
    /// Whether it is in force at a moment. One that is longer than any may be never is.
    pub fn in_force(&self, now: Timestamp) -> bool {
        let span = self.until.millis().saturating_sub(self.begun_at.millis());
        (1..=LONGEST_EMERGENCY_MS).contains(&span) && self.begun_at <= now && now < self.until
    }

    /// The caller with this emergency access, if it is theirs and in force; otherwise as they are. Programs have none.
    #[must_use]
    pub fn lend(&self, caller: Caller) -> Caller {
        let theirs = matches!(caller.kind(), CallerKind::User { user, .. } if user == self.user);
        if !theirs || caller.org() != self.org || !self.in_force(caller.asked_at()) {
            return caller;
        }
        caller.in_emergency(Arc::new(Emergency {
            id: self.id,
            reach: self.reach,
        }))
    }
}

impl Emergency {
    /// Its id.
    pub fn id(&self) -> EmergencyId {
        self.id
    }

    /// What it reaches.
    pub fn reach(&self) -> EmergencyReach {
        self.reach
    }

    pub(super) fn reaches<R: Resource>(&self, facts: &Facts<R>) -> bool {
        R::MARKED
            && match self.reach {
                EmergencyReach::Record(id) => facts.id == id,
                EmergencyReach::Department(id) => facts.department == Some(id),
            }
    }
}
