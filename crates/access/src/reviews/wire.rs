//! Reviews of access on the wire.

use super::begin::Preview;
use super::line::{Granted, Reason, To, Verdict};
use super::model::Scope;
use super::view::{Count, LineView, View};
use crate::Someone;
use custos_kernel::policy::Role;
use custos_values::{CustomerId, DepartmentId, ReviewId, ReviewLineId, Timestamp, UserId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub(super) type People = BTreeMap<UserId, Someone>;

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewPerson)]
pub(super) struct Named {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
}

pub(super) fn named(people: &People, id: UserId) -> Named {
    let name = people.get(&id).map(|it| it.name.clone());
    Named {
        id,
        name: name.unwrap_or_default(),
    }
}

/// How much is decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewCount)]
pub(super) struct CountBody {
    /// Nobody has decided.
    open: u64,
    /// To stay.
    keep: u64,
    /// To go.
    withdraw: u64,
}

impl From<Count> for CountBody {
    fn from(count: Count) -> Self {
        let Count {
            open,
            keep,
            withdraw,
        } = count;
        Self {
            open,
            keep,
            withdraw,
        }
    }
}

/// How far a reviewer is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewProgress)]
struct ProgressBody {
    /// Who; nobody where nobody may decide.
    reviewer: Option<Named>,
    /// How much.
    count: CountBody,
}

/// What came of how many lines.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewOutcome)]
struct OutcomeBody {
    /// `withdrawn`, `lapsed`, `kept`, `undecided`, `no_reviewer`, `last_administrator`, `changed`, `gone` or `tampered`.
    outcome: String,
    /// How many.
    count: u64,
}

/// A review of access.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReview)]
pub(super) struct ReviewBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: ReviewId,
    /// Its name.
    name: String,
    /// `preparing`, `open`, `closing`, `ended` or `cancelled`.
    state: &'static str,
    /// What is reviewed, of whom, by whom.
    #[schema(inline)]
    scope: Scope,
    /// Who started it.
    started_by: Named,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    started_at: Timestamp,
    /// Until when can be decided.
    #[schema(value_type = String, format = "date-time")]
    deadline: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = "date-time")]
    ended_at: Option<Timestamp>,
    /// `deadline`, `hand` or `cancelled`.
    ended_by: Option<&'static str>,
    /// How much is decided.
    count: CountBody,
    /// By reviewer.
    reviewers: Vec<ProgressBody>,
    /// What came of it.
    outcomes: Vec<OutcomeBody>,
    /// Whether lines were taken away or added by somebody else than this program.
    tampered: bool,
    /// The SHA-256 of the report.
    report_sha256: Option<String>,
    /// What the caller can do: `reassign`, `end`, `cancel`, `report`.
    actions: Vec<&'static str>,
}

/// Reviews of access.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviews)]
pub(super) struct ReviewsBody {
    /// Newest first.
    pub(super) items: Vec<ReviewBody>,
}

pub(super) fn reviews_body(views: Vec<View>, people: &People) -> ReviewsBody {
    let views = views.into_iter();
    ReviewsBody {
        items: views.map(|view| review_body(view, people)).collect(),
    }
}

pub(super) fn review_body(view: View, people: &People) -> ReviewBody {
    let progress = |(reviewer, count): (Option<UserId>, Count)| ProgressBody {
        reviewer: reviewer.map(|id| named(people, id)),
        count: count.into(),
    };
    let outcomes = view.outcomes.into_iter();
    ReviewBody {
        id: view.id,
        state: view.state.name(),
        started_by: named(people, view.review.starter),
        started_at: view.review.started_at,
        deadline: view.review.deadline,
        ended_at: view.review.end.as_ref().map(|end| end.at),
        ended_by: view.review.end.as_ref().map(|end| end.cause.name()),
        count: view.count.into(),
        reviewers: view.reviewers.into_iter().map(progress).collect(),
        outcomes: outcomes
            .map(|(outcome, count)| OutcomeBody { outcome, count })
            .collect(),
        tampered: view.tampered,
        report_sha256: view.review.report.map(hex::encode),
        actions: view.actions,
        name: view.review.name,
        scope: view.review.scope,
    }
}

/// What a review would ask of whom.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewPreview)]
pub(super) struct PreviewBody {
    /// How many lines.
    lines: u64,
    /// How many of each kind: `role`, `own_role`, `share`, `api_key`.
    #[schema(value_type = BTreeMap<String, u64>)]
    kinds: BTreeMap<&'static str, u64>,
    /// Who would be asked, with how many lines.
    reviewers: Vec<ProgressBody>,
}

pub(super) fn preview_body(preview: Preview, people: &People) -> PreviewBody {
    let progress = |(reviewer, open): (Option<UserId>, u64)| ProgressBody {
        reviewer: reviewer.map(|id| named(people, id)),
        count: Count {
            open,
            ..Count::default()
        }
        .into(),
    };
    PreviewBody {
        lines: preview.lines,
        kinds: preview.kinds,
        reviewers: preview.reviewers.into_iter().map(progress).collect(),
    }
}

/// To whom something is granted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewSubject)]
struct SubjectBody {
    /// `person`, `department` or `team`.
    kind: &'static str,
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The name it had when the review began.
    name: String,
    /// Of a person, their department then.
    department: Option<String>,
}

/// What is granted.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = AccessReviewGrant)]
struct GrantBody {
    /// `role`, `own_role`, `share` or `api_key`.
    kind: &'static str,
    /// The built-in role.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// The name of a role of the organisation's own, or of a key.
    name: Option<String>,
    /// The shared customer, for whoever may read it.
    #[schema(value_type = Option<String>, format = "uuid")]
    customer_id: Option<CustomerId>,
    /// Its name, for the same.
    customer_name: Option<String>,
    /// Whether the customer may be changed.
    write: Option<bool>,
    /// Until when it is granted.
    #[schema(value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
}

/// A decision that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewDecision)]
struct DecisionBody {
    /// What.
    #[schema(inline)]
    verdict: Verdict,
    /// Who.
    by: Named,
    /// What they noted.
    note: String,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
}

/// A line of a review of access.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewLine)]
pub(super) struct LineBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: ReviewLineId,
    /// To whom.
    subject: SubjectBody,
    /// What.
    grant: GrantBody,
    /// Who decides.
    reviewer: Option<Named>,
    /// When it was last used, to the hour.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used_at: Option<Timestamp>,
    /// Since when it was not used.
    #[schema(value_type = Option<String>, format = "date-time")]
    unused_since: Option<Timestamp>,
    /// What is suggested.
    #[schema(inline)]
    suggestion: Verdict,
    /// Why: `disabled`, `unused`, `redundant`, `outlier`, `moved`, `ended`, `ends_soon`, `used`, `new` or `unknown`.
    #[schema(value_type = String)]
    reason: Reason,
    /// What was decided.
    decision: Option<DecisionBody>,
    /// What came of it.
    outcome: Option<&'static str>,
    /// Whether the caller can decide on it now.
    mine: bool,
}

pub(super) fn line_body(
    view: LineView,
    people: &People,
    departments: &BTreeMap<DepartmentId, String>,
) -> LineBody {
    let line = view.line;
    let department = line.department.filter(|_| matches!(line.to, To::Person(_)));
    let mut grant = GrantBody {
        kind: line.granted.kind(),
        ..GrantBody::default()
    };
    match line.granted {
        Granted::Role { role } => grant.role = Some(role),
        Granted::OwnRole { name, .. } => grant.name = Some(name),
        Granted::Share {
            customer,
            write,
            until,
            ..
        } => {
            grant.customer_id = view.customer.as_ref().map(|_| customer);
            grant.customer_name = view.customer;
            grant.write = Some(write);
            grant.until = until;
        }
        Granted::Key {
            name, expires_at, ..
        } => {
            grant.name = Some(name);
            grant.until = Some(expires_at);
        }
    }
    let (last_used_at, unused_since) = line.last_use.told();
    LineBody {
        id: view.id,
        subject: SubjectBody {
            kind: line.to.kind(),
            id: UserId::from_bytes(*line.to.id()),
            name: line.name,
            department: department.and_then(|id| departments.get(&id).cloned()),
        },
        grant,
        reviewer: line.reviewer.map(|id| named(people, id)),
        last_used_at,
        unused_since,
        suggestion: match line.suggestion.withdraw {
            true => Verdict::Withdraw,
            false => Verdict::Keep,
        },
        reason: line.suggestion.reason,
        decision: view.decision.map(|it| DecisionBody {
            verdict: it.verdict,
            by: named(people, it.by),
            note: it.note,
            at: it.at,
        }),
        outcome: view.settled.map(|it| it.outcome.name()),
        mine: view.mine,
    }
}
