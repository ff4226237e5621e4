//! What is asked of reviews of access, on the wire.

use super::line::Verdict;
use super::model::Scope;
use custos_values::{ReviewId, ReviewLineId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A review to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessReviewStart)]
pub(super) struct StartBody {
    /// Its name, at most 80 characters.
    pub(super) name: String,
    /// What is reviewed, of whom, by whom.
    #[schema(inline)]
    pub(super) scope: Scope,
    /// For how many days can be decided, 1 to 90.
    pub(super) days: i64,
    /// So many days before the end reviewers are reminded; 0 for never.
    #[serde(default)]
    pub(super) remind_days: i64,
}

/// What was started.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewStarted)]
pub(super) struct Started {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: ReviewId,
}

/// A decision to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessReviewDeciding)]
pub(super) struct DecidingBody {
    /// The line.
    #[schema(value_type = String, format = "uuid")]
    pub(super) line: ReviewLineId,
    /// What is decided; none takes a decision back.
    #[schema(inline)]
    pub(super) verdict: Option<Verdict>,
    /// A note, at most 200 characters.
    #[serde(default)]
    pub(super) note: String,
}

/// Decisions to be made, all or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessReviewDecisions)]
pub(super) struct DecisionsBody {
    /// 1 to 200.
    pub(super) decisions: Vec<DecidingBody>,
}

/// Lines to be handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessReviewReassign)]
pub(super) struct ReassignBody {
    /// Whose open lines; those nobody may decide on if nobody is named.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    pub(super) from: Option<UserId>,
    /// To whom.
    #[schema(value_type = String, format = "uuid")]
    pub(super) to: UserId,
}

/// What came of handing lines over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewHanded)]
pub(super) struct HandedBody {
    /// How many went.
    pub(super) moved: u64,
    /// How many stayed, for the other may not decide on them.
    pub(super) barred: u64,
}
