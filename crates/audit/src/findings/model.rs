//! The states of a finding.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditFindingState)]
pub(crate) enum State {
    /// To be looked at.
    Open,
    /// Accepted for a reason, until a day.
    Accepted,
    /// Gone, or looked at and done with.
    Resolved,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Resolved => "resolved",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Resolved]
            .into_iter()
            .find(|state| state.name() == name)
    }
}
