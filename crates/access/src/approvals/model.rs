//! What a request for approval is made of.

use super::describe::Described;
use crate::sealed;
use bytes::Bytes;
use custos_http::Content;
use custos_kernel::crypto::{CryptoError, ForeignDigest, TenantKey};
use custos_kernel::policy::{ApprovalRecord, ApproverStanding, Step, Vote};
use custos_values::{ApprovalId, OrgId, Random, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for votes.
    Open,
    /// It may be carried out.
    Approved,
    /// Somebody said no.
    Refused,
    /// The requester took it back.
    Withdrawn,
    /// Its time passed.
    Expired,
    /// It is being carried out.
    Executing,
    /// It was carried out.
    Executed,
    /// Carrying it out did not succeed, or nobody knows how it ended.
    Failed,
}

impl State {
    pub(super) const ALL: [Self; 8] = [
        Self::Open,
        Self::Approved,
        Self::Refused,
        Self::Withdrawn,
        Self::Expired,
        Self::Executing,
        Self::Executed,
        Self::Failed,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Executing => "executing",
            Self::Executed => "executed",
            Self::Failed => "failed",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A request as stored.
pub(super) struct Row {
    pub(super) id: ApprovalId,
    pub(super) requester: UserId,
    pub(super) sealed: Vec<u8>,
    pub(super) step: usize,
    pub(super) state: State,
    pub(super) expires_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

/// The sealed part of a request: all that counts.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) requester: UserId,
    pub(super) operation: String,
    pub(super) method: String,
    pub(super) target: String,
    pub(super) if_match: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) idempotency_key: Option<String>,
    pub(super) body: String,
    pub(super) reason: String,
    pub(super) described: Described,
    pub(super) steps: Vec<Step>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// A vote as sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Ballot {
    pub(super) voter: UserId,
    pub(super) seat: UserId,
    pub(super) step: usize,
    pub(super) approves: bool,
    pub(super) note: String,
    pub(super) at: Timestamp,
}

pub(crate) const SEALED_REQUEST: &str = "approval.request";
pub(crate) const SEALED_VOTE: &str = "approval.vote";

impl Request {
    /// What carrying it out would send again.
    pub(super) fn content(&self) -> Content {
        Content {
            operation: self.operation.clone(),
            method: self.method.parse().unwrap_or_default(),
            target: self.target.clone(),
            if_match: self.if_match.clone(),
            content_type: self.content_type.clone(),
            idempotency_key: self.idempotency_key.clone(),
            body: Bytes::copy_from_slice(self.body.as_bytes()),
        }
    }

    pub(super) fn seal(&self, key: &TenantKey, id: ApprovalId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_REQUEST, id.as_bytes(), self, random)
    }

    pub(super) fn open(key: &TenantKey, row: &Row) -> Result<Self, CryptoError> {
        sealed::open(key, SEALED_REQUEST, row.id.as_bytes(), &row.sealed)
    }

    /// What the kernel judges by.
    pub(super) fn record(
        &self,
        (org, id): (OrgId, ApprovalId),
        ballots: &[Ballot],
        standings: BTreeMap<UserId, ApproverStanding>,
        excluded: BTreeSet<UserId>,
    ) -> ApprovalRecord {
        let approving = ballots.iter().filter(|ballot| ballot.approves);
        ApprovalRecord {
            id,
            org,
            requester: self.requester,
            excluded,
            operation: self.operation.clone(),
            digest: digest(&self.content()),
            measure: self.described.measure,
            steps: self.steps.clone(),
            votes: approving.map(Ballot::vote).collect(),
            standings,
            expires_at: self.expires_at,
        }
    }
}

impl Ballot {
    pub(super) fn vote(&self) -> Vote {
        Vote {
            voter: self.voter,
            seat: self.seat,
            step: self.step,
        }
    }

    pub(super) fn seal(&self, key: &TenantKey, id: ApprovalId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_VOTE, id.as_bytes(), self, random)
    }

    pub(super) fn open(
        key: &TenantKey,
        id: ApprovalId,
        sealed: &[u8],
    ) -> Result<Self, CryptoError> {
        sealed::open(key, SEALED_VOTE, id.as_bytes(), sealed)
    }
}

/// The digest of a content.
pub(super) fn digest(content: &Content) -> [u8; 32] {
    let digest = ForeignDigest::Sha256.of(&content.canonical());
    digest.try_into().unwrap_or([0; 32])
}
