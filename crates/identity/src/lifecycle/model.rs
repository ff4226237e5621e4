//! What a handover is.

use custos_values::{Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// Why it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The person went to another department.
    Move,
    /// The person left.
    Leave,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Leave => "leave",
        }
    }

    pub(super) fn from_name(name: &str) -> Self {
        if name == "move" {
            Self::Move
        } else {
            Self::Leave
        }
    }
}

/// How far a handover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Under way.
    Running,
    /// At its end.
    Ended,
    /// The person has left, and nobody was named yet who takes over.
    Waiting,
}

impl Stage {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Running => 0,
            Self::Ended => 1,
            Self::Waiting => 2,
        }
    }

    pub(super) fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Running,
            2 => Self::Waiting,
            _ => Self::Ended,
        }
    }
}

/// A handover as stored.
#[derive(Debug, Clone)]
pub(super) struct Handover {
    pub(super) user: UserId,
    pub(super) kind: Kind,
    pub(super) stage: Stage,
    /// Those who take over; the person themselves who takes what they have along.
    pub(super) takers: Vec<UserId>,
    pub(super) total: u64,
    pub(super) begun_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

/// Who is to take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Successors {
    /// One colleague.
    Colleague(UserId),
    /// The leads of the department, or of the nearest above that has one.
    Leads,
}
