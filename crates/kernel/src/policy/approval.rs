//! The approval of others: for which requests it is needed, and when it is there.
//!
//! A rule has a [`Threshold`] and [`Step`]s. A request that does not reach the threshold goes on without approval, and so
//! covers no more than the threshold. One that reaches it waits until every step has its votes; then it is approved, for
//! exactly one operation with exactly one content, for the person who asked, once. [`ApprovalRecord`] is the only way from
//! votes to a caller who counts as approved.

use super::asked::{Asked, Attained};
use super::engine::denied;
use super::{
    Action, Caller, CallerKind, Circumstances, DataScope, Denied, Facts, Level, Policy, Relation,
    Remedy, Resource, Role, RoleSet, Scope,
};
use custos_values::{ApprovalId, OrgId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// How much a request is about, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measure {
    /// How many records it touches.
    pub records: Option<u64>,
    /// The highest label of what it shows, 0 for public upwards.
    pub label: Option<u8>,
    /// How much money it is about, in minor units.
    pub amount: Option<i64>,
}

/// From which measure on a request needs approval. What is not given does not matter; if nothing is, every request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// More records than these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_above: Option<u64>,
    /// This label or a higher one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_from: Option<u8>,
    /// More money than this, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_above: Option<i64>,
}

impl Threshold {
    /// Whether a measure reaches it. One that cannot be told does.
    pub fn reached(&self, measure: &Measure) -> bool {
        if *self == Self::default() {
            return true;
        }
        let records = |limit| measure.records.is_none_or(|records| records > limit);
        let label = |limit| measure.label.is_none_or(|label| label >= limit);
        let amount = |limit| measure.amount.is_none_or(|amount| amount > limit);
        self.records_above.is_some_and(records)
            || self.label_from.is_some_and(label)
            || self.amount_above.is_some_and(amount)
    }
}

/// Who may approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Approver {
    /// Whoever holds a role.
    Role {
        /// The role.
        role: Role,
    },
    /// One person.
    Person {
        /// The account.
        user: UserId,
    },
    /// The leads of the requester's department, or of the nearest above that has one.
    Lead,
}

/// One step: those named in it vote at the same time, and it is done when enough of them have approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Who may approve.
    pub approvers: Vec<Approver>,
    /// How many of them have to. At least 1.
    pub needed: u32,
}

/// That somebody approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Who voted.
    pub voter: UserId,
    /// For whom: themselves, or the person who delegated to them.
    pub seat: UserId,
    /// In which step, from 0.
    pub step: usize,
}

/// What somebody is now, as far as approving is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApproverStanding {
    /// Whether they are a person whose account may be used. A program never approves.
    pub active: bool,
    /// The roles held.
    pub roles: RoleSet,
    /// Whether they lead the requester.
    pub leads: bool,
}

impl Step {
    /// Whether somebody may approve in this step, apart from their own requests.
    pub fn admits(&self, user: UserId, standing: &ApproverStanding) -> bool {
        standing.active
            && self.approvers.iter().any(|approver| match approver {
                Approver::Role { role } => standing.roles.contains(*role),
                Approver::Person { user: named } => *named == user,
                Approver::Lead => standing.leads,
            })
    }
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It waits in a step, which has some of the votes it needs.
    Waiting {
        /// The step, from 0.
        step: usize,
        /// The votes that count.
        votes: u32,
    },
    /// Every step has its votes.
    Complete,
}

/// Why an approval does not serve a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApprovalRefusal {
    /// It is of another organisation, or was asked for by somebody else.
    #[error("not the caller's approval")]
    Foreign,
    /// It is for another operation, or another content.
    #[error("approved for something else")]
    Mismatch,
    /// Its time has passed.
    #[error("approval expired")]
    Expired,
    /// It does not have the votes it needs, from people who may give them now.
    #[error("approval incomplete")]
    Incomplete,
}

/// A request as stored, joined with its votes and with what those who voted are now.
#[derive(Debug, Clone)]
pub struct ApprovalRecord {
    /// Its id.
    pub id: ApprovalId,
    /// Its organisation.
    pub org: OrgId,
    /// The account that asked.
    pub requester: UserId,
    /// Who else must not approve: those in whose name the requester acts, and those who handed the request on.
    pub excluded: BTreeSet<UserId>,
    /// The operation.
    pub operation: String,
    /// The digest of its content.
    pub digest: [u8; 32],
    /// What it is about, as it was shown to those who voted.
    pub measure: Measure,
    /// The steps, as they were when it was asked for.
    pub steps: Vec<Step>,
    /// Approving votes.
    pub votes: Vec<Vote>,
    /// What those who voted, and those they voted for, are now.
    pub standings: BTreeMap<UserId, ApproverStanding>,
    /// Until when it may be used.
    pub expires_at: Timestamp,
}

impl ApprovalRecord {
    /// Whether somebody must not vote whatever they are: the requester under any of their names.
    pub fn excludes(&self, user: UserId) -> bool {
        user == self.requester || self.excluded.contains(&user)
    }

    /// Whether a vote counts as things are now.
    pub fn counts(&self, vote: &Vote) -> bool {
        let standing = |user| self.standings.get(&user).copied().unwrap_or_default();
        !self.excludes(vote.voter)
            && !self.excludes(vote.seat)
            && standing(vote.voter).active
            && self
                .steps
                .get(vote.step)
                .is_some_and(|step| step.admits(vote.seat, &standing(vote.seat)))
    }

    /// How far it has come. Nobody counts twice, neither as the one who votes nor as the one voted for, also in different
    /// steps.
    pub fn progress(&self) -> Progress {
        let mut seen = BTreeSet::new();
        for (number, step) in self.steps.iter().enumerate() {
            let mut votes = 0;
            for vote in self.votes.iter().filter(|vote| vote.step == number) {
                let twice = seen.contains(&vote.voter) || seen.contains(&vote.seat);
                if !twice && self.counts(vote) {
                    seen.extend([vote.voter, vote.seat]);
                    votes += 1;
                }
            }
            if votes < step.needed.max(1) {
                return Progress::Waiting {
                    step: number,
                    votes,
                };
            }
        }
        if self.steps.is_empty() {
            return Progress::Waiting { step: 0, votes: 0 };
        }
        Progress::Complete
    }

    /// Makes the caller of one request an approved one, for the action of the operation approved.
    ///
    /// # Errors
    /// See [`ApprovalRefusal`].
    pub fn authenticate(
        &self,
        caller: Caller,
        (resource, action): (&'static str, &'static str),
        (operation, digest): (&str, &[u8; 32]),
        now: Timestamp,
    ) -> Result<Caller, ApprovalRefusal> {
        if caller.org() != self.org || caller.user_id() != Some(self.requester) {
            return Err(ApprovalRefusal::Foreign);
        }
        if operation != self.operation || *digest != self.digest {
            return Err(ApprovalRefusal::Mismatch);
        }
        if now >= self.expires_at {
            return Err(ApprovalRefusal::Expired);
        }
        if self.progress() != Progress::Complete {
            return Err(ApprovalRefusal::Incomplete);
        }
        Ok(caller.approved(Approved {
            resource,
            action,
            grounds: Grounds::Approved(self.id),
            records: self.measure.records,
            label: self.measure.label,
        }))
    }
}

/// Why a request may go on as far as the approval of others is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grounds {
    /// Others approved it.
    Approved(ApprovalId),
    /// It stays below what needs approval.
    Below,
    /// No rule asks for approval.
    Unruled,
    /// The rule lets it pass because nobody but the requester could approve.
    NobodyElse,
}

impl Grounds {
    /// The code in entries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved(_) => "approved",
            Self::Below => "below",
            Self::Unruled => "unruled",
            Self::NobodyElse => "nobody_else",
        }
    }
}

/// What was found about the approval of others for one request. Counts for one action on one kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved {
    resource: &'static str,
    action: &'static str,
    grounds: Grounds,
    records: Option<u64>,
    /// The highest label covered; any if missing.
    label: Option<u8>,
}

impl Approved {
    /// Why it may go on.
    pub fn grounds(&self) -> Grounds {
        self.grounds
    }

    pub(super) fn is_for(&self, resource: &str, action: &str) -> bool {
        self.resource == resource && self.action == action
    }
}

impl Threshold {
    /// Lets a request pass that does not reach the threshold; it then covers no more records, and no higher label, than
    /// the threshold does. None if it reaches it.
    pub fn pass(
        &self,
        measure: &Measure,
        caller: &Caller,
        (resource, action): (&'static str, &'static str),
    ) -> Option<Caller> {
        (!self.reached(measure)).then(|| {
            caller.clone().approved(Approved {
                resource,
                action,
                grounds: Grounds::Below,
                records: self.records_above,
                label: self.label_from.map(|from| from.saturating_sub(1)),
            })
        })
    }

    /// What reaches it whenever something reaches this or the other, neither of which everything does.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        fn lower<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
            one.into_iter().chain(other).min()
        }
        Self {
            records_above: lower(self.records_above, other.records_above),
            label_from: lower(self.label_from, other.label_from),
            amount_above: lower(self.amount_above, other.amount_above),
        }
    }
}

impl Caller {
    /// The same, for a request no rule asks approval for (`nobody_else` false), or whose rule lets pass what nobody else
    /// could approve. Called by what knows the rules, and by nothing else.
    #[must_use]
    pub fn needing_no_approval(
        self,
        (resource, action): (&'static str, &'static str),
        nobody_else: bool,
    ) -> Self {
        self.approved(Approved {
            resource,
            action,
            grounds: if nobody_else {
                Grounds::NobodyElse
            } else {
                Grounds::Unruled
            },
            records: None,
            label: None,
        })
    }

    /// Whether it is a person at this moment, and not a program with a key.
    pub fn is_person(&self) -> bool {
        matches!(self.kind(), CallerKind::User { .. })
    }
}

impl Remedy {
    /// What would help: first a fresh factor, then the approval of others.
    pub(super) fn found(allowed: impl Fn(Attained) -> bool) -> Option<Self> {
        if allowed(Attained::APPROVAL) {
            Some(Self::Approval)
        } else {
            allowed(Attained::EVERYTHING).then_some(Self::StepUp)
        }
    }
}

impl Policy {
    /// Whether a caller may take an action on any record as things are, had others approved: asked before a request for
    /// approval is taken, and before an approval is used up.
    ///
    /// # Errors
    /// [`Denied`] with what would help.
    pub fn may_with_approval(
        &self,
        caller: &Caller,
        resource: &'static str,
        action: &'static str,
    ) -> Result<(), Denied> {
        let snapshot = self.of(caller.org());
        let asked = Asked::of(&snapshot, caller);
        if asked.ever(resource, action, Attained::APPROVAL) {
            return Ok(());
        }
        let attainable = asked.ever(resource, action, Attained::EVERYTHING);
        Err(Denied {
            action: format!("{resource}.{action}"),
            resource,
            record: None,
            visible: true,
            remedy: attainable.then_some(Remedy::StepUp),
            caller: Box::new(caller.clone()),
        })
    }

    /// Refuses more records than were shown to those who approved, or than go without approval. What needs no approval by
    /// the policies covers any number.
    ///
    /// # Errors
    /// [`Denied`] with the remedy to ask for approval.
    pub fn covers<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
        records: u64,
    ) -> Result<(), Denied> {
        let caller = scope.caller();
        let limit = caller
            .approval()
            .filter(|approval| approval.is_for(R::TYPE, A::NAME))
            .and_then(|approval| approval.records);
        if limit.is_none_or(|limit| records <= limit) {
            return Ok(());
        }
        Err(denied::<A, R>(caller, None, true, Some(Remedy::Approval)))
    }

    /// Refuses a record with a higher label than was shown to those who approved, or than goes without approval: somebody
    /// may have raised it since. What needs no approval by the policies covers any.
    ///
    /// # Errors
    /// [`Denied`] with the remedy to ask for approval.
    pub fn covers_label<A: Action, R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        level: Level,
    ) -> Result<(), Denied> {
        let limit = caller
            .approval()
            .filter(|approval| approval.is_for(R::TYPE, A::NAME))
            .and_then(|approval| approval.label);
        if limit.is_none_or(|limit| level as u8 <= limit) {
            return Ok(());
        }
        let remedy = Some(Remedy::Approval);
        Err(denied::<A, R>(caller, Some(facts.id), true, remedy))
    }

    /// The level of a field of a record: that of the record's label, or of the field's own if that is higher.
    pub fn level_of_field<R: Resource>(&self, facts: &Facts<R>, field: &str) -> Level {
        let own = self.of(facts.org).field_label(R::TYPE, field).level;
        let record = facts.marking.as_ref().map(|marking| marking.label.level);
        record.unwrap_or_default().max(own)
    }

    /// Whether the policies refuse an action to everybody who has no approval, at least about records with high labels.
    pub fn needs_approval(&self, resource: &'static str, action: &'static str) -> bool {
        let mut asked = Role::ALL
            .into_iter()
            .filter_map(|role| RoleSet::new([role]).ok())
            .flat_map(|roles| DataScope::ALL.map(|scope| (roles, scope)))
            .flat_map(|who| Relation::WITHIN.map(|relation| (who, relation)));
        asked.any(|(who, relation)| {
            let allowed = |approved| {
                self.explain_approved(
                    who,
                    (resource, action),
                    relation,
                    (Level::TopSecret, Circumstances::ORDINARY),
                    approved,
                )
                .allowed
            };
            allowed(true) && !allowed(false)
        })
    }
}
