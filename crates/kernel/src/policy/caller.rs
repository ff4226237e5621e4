//! The caller of an operation: made from a verified credential, or a named job of the server itself.

use super::{DataScope, RoleSet};
use custos_values::{DepartmentId, OrgId, SessionId, UserId};
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
}

impl Job {
    /// Every job.
    pub const ALL: [Job; 5] = [
        Job::Setup,
        Job::Indexer,
        Job::Identity,
        Job::Operator,
        Job::Recovery,
    ];

    /// The name in policies and audit entries.
    pub fn name(self) -> &'static str {
        match self {
            Job::Setup => "setup",
            Job::Indexer => "indexer",
            Job::Identity => "identity",
            Job::Operator => "operator",
            Job::Recovery => "recovery",
        }
    }
}

/// Person or job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// A signed-in person.
    User {
        /// The account.
        user: UserId,
        /// The session the credential belongs to.
        session: SessionId,
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
/// [`super::SessionRecord::authenticate`] and [`Caller::system`].
#[derive(Debug, Clone)]
pub struct Caller {
    kind: CallerKind,
    org: OrgId,
    roles: RoleSet,
    data_scope: DataScope,
    department: Option<DepartmentId>,
    below: Arc<BTreeSet<DepartmentId>>,
    origin: Origin,
}

impl Caller {
    /// The server acting on its own in one organisation.
    pub fn system(job: Job, org: OrgId) -> Self {
        Self {
            kind: CallerKind::System(job),
            org,
            roles: RoleSet::default(),
            data_scope: DataScope::Own,
            department: None,
            below: Arc::default(),
            origin: Origin::default(),
        }
    }

    pub(super) fn user(
        kind: CallerKind,
        org: OrgId,
        access: (RoleSet, DataScope),
        department: Option<DepartmentId>,
        below: Arc<BTreeSet<DepartmentId>>,
        origin: Origin,
    ) -> Self {
        Self {
            kind,
            org,
            roles: access.0,
            data_scope: access.1,
            department,
            below,
            origin,
        }
    }

    /// The same system job, on behalf of a request (so that its entry carries address and request id).
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Person or job.
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    /// The organisation everything the caller does is confined to.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The account, if a person.
    pub fn user_id(&self) -> Option<UserId> {
        match self.kind {
            CallerKind::User { user, .. } => Some(user),
            CallerKind::System(_) => None,
        }
    }

    /// The session, if a person.
    pub fn session_id(&self) -> Option<SessionId> {
        match self.kind {
            CallerKind::User { session, .. } => Some(session),
            CallerKind::System(_) => None,
        }
    }

    /// The roles held.
    pub fn roles(&self) -> RoleSet {
        self.roles
    }

    /// Which customers the roles reach.
    pub fn data_scope(&self) -> DataScope {
        self.data_scope
    }

    /// The caller's department.
    pub fn department(&self) -> Option<DepartmentId> {
        self.department
    }

    /// All departments below the caller's, at any depth, without it.
    pub fn departments_below(&self) -> &BTreeSet<DepartmentId> {
        &self.below
    }

    /// Where the request came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
