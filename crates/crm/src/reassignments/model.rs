//! A mass reassignment as stored.

use custos_kernel::policy::{Facts, Resource};
use custos_values::{ReassignmentId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// The resource type of mass reassignments. The owner is who prepared it.
#[derive(Debug)]
pub enum Reassignment {}

impl Resource for Reassignment {
    const TYPE: &'static str = "reassignment";
}

custos_kernel::events! {
    /// It goes on where it was stopped.
    RESUME = "reassignment.resume", Part;
    /// Somebody stopped it.
    CANCEL = "reassignment.cancel", Part;
    /// A batch was passed in which nothing could be handed over.
    PASS = "reassignment.pass", Part;
    /// It came to its end.
    FINISH = "reassignment.finish", Part;
}

/// Where it is; see [`crate::reassignments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReassignmentState)]
pub enum State {
    /// Chosen and looked through.
    Prepared,
    /// Under way.
    Running,
    /// Stopped by somebody.
    Cancelled,
    /// At its end.
    Finished,
}

impl State {
    const ALL: [Self; 4] = [
        Self::Prepared,
        Self::Running,
        Self::Cancelled,
        Self::Finished,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Running => "running",
            Self::Cancelled => "cancelled",
            Self::Finished => "finished",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A row without what is sealed. Nothing is handed over by what it says.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) facts: Facts<Reassignment>,
    pub(super) state: State,
    /// Counts starts and resumptions, so that a worker of an earlier one can no longer write.
    pub(super) run: i64,
    pub(super) to: UserId,
    pub(super) total: u64,
    pub(super) moved: u64,
    pub(super) passed: u64,
    pub(super) created_at: Timestamp,
    pub(super) touched_at: Timestamp,
    pub(super) finished_at: Option<Timestamp>,
}

/// After how long without a batch a run is taken to have ended with its server, in milliseconds.
const STALLED_MS: i64 = 30_000;

impl Row {
    pub(super) fn id(&self) -> ReassignmentId {
        ReassignmentId::from_bytes(self.facts.id)
    }

    /// How many customers were come to.
    pub(super) fn done(&self) -> u64 {
        self.moved + self.passed
    }

    /// Whether it could be let go on.
    pub(super) fn rests(&self, now: Timestamp) -> bool {
        match self.state {
            State::Cancelled => true,
            State::Running => now >= self.touched_at.plus_millis(STALLED_MS),
            State::Prepared | State::Finished => false,
        }
    }
}
