//! The caller of an operation: made from a verified credential, or a named job of the server itself.

use super::engagement::outsiders_reach;
use super::{Approved, Circumstances, DataScope, Emergency, Profile, RoleSet, Standing};
use custos_values::{ApiKeyId, DepartmentId, OrgId, ProviderId, SessionId, Timestamp, UserId};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

/// Work the server does of its own accord. Closed: each job has policy rows of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// Makes the organisation and its first accounts on an empty data folder.
    Setup,
    /// Reads records to keep the search index up to date.
    Indexer,
    /// Keeps sessions and accounts in order (expiry, sign-in bookkeeping).
    Identity,
    /// An operator with access to the data folder, through the command line.
    Operator,
    /// Marks imports that a stopped server left running.
    Recovery,
    /// Keeps accounts as identity providers say when somebody signs in there.
    Federation,
    /// Puts messages into the outbox and sends them.
    Messenger,
    /// Gives the customers of somebody who moves or leaves to their successors.
    Handover,
    /// Ends what has a deadline: requests for approval, emergency access, reviews of access.
    Access,
    /// Brings checkpoints of the log to witnesses, and publishes them.
    Witness,
    /// Looks through the log, accounts and keys by the rules of the automated audit.
    Auditor,
    /// Seals anew what a rotation of keys asks for, and finishes what an erasure began.
    Keys,
    /// Keeps the queue of jobs, and works off those that belong to nobody.
    Scheduler,
}

impl Job {
    /// Every job.
    pub const ALL: [Job; 13] = [
        Job::Setup,
        Job::Indexer,
        Job::Identity,
        Job::Operator,
        Job::Recovery,
        Job::Federation,
        Job::Messenger,
        Job::Handover,
        Job::Access,
        Job::Witness,
        Job::Auditor,
        Job::Keys,
        Job::Scheduler,
    ];

    /// The name in policies and audit entries.
    pub fn name(self) -> &'static str {
        match self {
            Job::Setup => "setup",
            Job::Indexer => "indexer",
            Job::Identity => "identity",
            Job::Operator => "operator",
            Job::Recovery => "recovery",
            Job::Federation => "federation",
            Job::Messenger => "messenger",
            Job::Handover => "handover",
            Job::Access => "access",
            Job::Witness => "witness",
            Job::Auditor => "auditor",
            Job::Keys => "keys",
            Job::Scheduler => "scheduler",
        }
    }
}

/// Person, program, provider or job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// A signed-in person.
    User {
        /// The account.
        user: UserId,
        /// The session the credential belongs to.
        session: SessionId,
    },
    /// A program with a key of a service account.
    Key {
        /// The service account.
        user: UserId,
        /// The key.
        key: ApiKeyId,
    },
    /// An identity provider with its provisioning token.
    Provider {
        /// The provider.
        provider: ProviderId,
    },
    /// The server itself.
    System(Job),
}

/// Where a request came from; written into its audit entry.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The peer's address.
    pub address: Option<IpAddr>,
    /// The request's id, also returned to the client.
    pub request_id: String,
}

/// The identity every decision starts from. Cannot be made outside the kernel except by
/// [`super::SessionRecord::authenticate`], [`super::ApiKeyRecord::authenticate`],
/// [`super::ProvisioningRecord::authenticate`] and [`Caller::system`].
#[derive(Debug, Clone)]
pub struct Caller {
    kind: CallerKind,
    org: OrgId,
    standing: Standing,
    circumstances: Option<Circumstances>,
    scopes: Option<Arc<BTreeSet<String>>>,
    approval: Option<Approved>,
    emergency: Option<Arc<Emergency>>,
    origin: Origin,
    at: Timestamp,
}

impl Caller {
    /// The server acting on its own in one organisation.
    pub fn system(job: Job, org: OrgId) -> Self {
        Self {
            kind: CallerKind::System(job),
            org,
            standing: Standing::default(),
            circumstances: None,
            scopes: None,
            approval: None,
            emergency: None,
            origin: Origin::default(),
            at: Timestamp::from_millis(0),
        }
    }

    pub(super) fn provider(provider: ProviderId, org: OrgId, origin: Origin) -> Self {
        Self {
            kind: CallerKind::Provider { provider },
            ..Self::system(Job::Federation, org).with_origin(origin)
        }
    }

    pub(super) fn user(
        kind: CallerKind,
        org: OrgId,
        standing: Standing,
        circumstances: Circumstances,
        origin: Origin,
        at: Timestamp,
    ) -> Self {
        Self {
            kind,
            org,
            standing,
            circumstances: Some(circumstances),
            scopes: None,
            approval: None,
            emergency: None,
            origin,
            at,
        }
    }

    /// Somebody as they would be, for explaining decisions: see [`super::Subject`].
    pub(super) fn hypothetical(
        org: OrgId,
        user: UserId,
        standing: Standing,
        circumstances: Circumstances,
        at: Timestamp,
    ) -> Self {
        let session = SessionId::from_bytes([0; 16]);
        let kind = CallerKind::User { user, session };
        Self::user(kind, org, standing, circumstances, Origin::default(), at)
    }

    /// The same, but only for the actions named.
    pub(super) fn confined_to(mut self, scopes: Arc<BTreeSet<String>>) -> Self {
        self.scopes = Some(scopes);
        self
    }

    /// The same, for one request that needs no approval, or has it.
    pub(super) fn approved(mut self, approval: Approved) -> Self {
        self.approval = Some(approval);
        self
    }

    /// The same, with emergency access.
    pub(super) fn in_emergency(mut self, emergency: Arc<Emergency>) -> Self {
        self.emergency = Some(emergency);
        self
    }

    /// The emergency access they have.
    pub fn emergency(&self) -> Option<&Emergency> {
        self.emergency.as_deref()
    }

    /// What was found about the approval of others for this request.
    pub fn approval(&self) -> Option<&Approved> {
        self.approval.as_ref()
    }

    /// Whether an action may be taken as far as the approval of others is concerned.
    pub(super) fn is_approved(&self, resource: &str, action: &str) -> bool {
        self.approval
            .as_ref()
            .is_some_and(|approval| approval.is_for(resource, action))
    }

    /// The same system job, on behalf of a request (so that its entry carries address and request id).
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Person, program, provider or job.
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    /// The organisation everything the caller does is confined to.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The account, if a person or a program of theirs.
    pub fn user_id(&self) -> Option<UserId> {
        match self.kind {
            CallerKind::User { user, .. } | CallerKind::Key { user, .. } => Some(user),
            CallerKind::Provider { .. } | CallerKind::System(_) => None,
        }
    }

    /// The session, if a person.
    pub fn session_id(&self) -> Option<SessionId> {
        match self.kind {
            CallerKind::User { session, .. } => Some(session),
            CallerKind::Key { .. } | CallerKind::Provider { .. } | CallerKind::System(_) => None,
        }
    }

    /// The identity provider, if one keeps its accounts here.
    pub fn provider_id(&self) -> Option<ProviderId> {
        match self.kind {
            CallerKind::Provider { provider } => Some(provider),
            CallerKind::User { .. } | CallerKind::Key { .. } | CallerKind::System(_) => None,
        }
    }

    /// The roles held.
    pub fn roles(&self) -> RoleSet {
        self.standing.profile.roles
    }

    /// Which customers the roles reach.
    pub fn data_scope(&self) -> DataScope {
        self.standing.profile.data_scope
    }

    /// The caller's department.
    pub fn department(&self) -> Option<DepartmentId> {
        self.standing.profile.department
    }

    /// All departments below the caller's, at any depth, without it.
    pub fn departments_below(&self) -> &BTreeSet<DepartmentId> {
        &self.standing.below
    }

    /// What policies may know of the account.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.standing.profile
    }

    /// The profile and where the account stands among departments and teams.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// When the request was authenticated; of no meaning for a job.
    pub fn asked_at(&self) -> Timestamp {
        self.at
    }

    /// Under which circumstances they ask; none for a job.
    pub fn circumstances(&self) -> Option<&Circumstances> {
        self.circumstances.as_ref()
    }

    /// Whether the credential reaches an action (`resource.verb`) at all. That of a person reaches what their roles do;
    /// somebody from outside never more than a closed list.
    pub(super) fn reaches(&self, resource: &str, action: &str) -> bool {
        if self.is_external() && !outsiders_reach(resource, action) {
            return false;
        }
        self.scopes.as_ref().is_none_or(|scopes| {
            scopes
                .iter()
                .any(|scope| scope.split_once('.') == Some((resource, action)))
        })
    }

    /// Where the request came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
