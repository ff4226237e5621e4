//! Audit events: what an action says about itself, before it gets its time and its place in the log.
//!
//! An event is made from what proves the action — a permit, a scope, a refusal — so that actor, action and record in
//! the log are those that were decided on.

mod name;

pub use name::{EventName, Occasion};

use crate::audit::{Actor, Detail, EncodedEntry, Entry, EntryError, Outcome, Resource as Subject};
use crate::crypto::Disclosures;
use crate::policy::{Action, Caller, CallerKind, Denied, Grounds, Origin, Permit, Resource, Scope};
use custos_values::{OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

/// Something that happened and has to be in the log.
#[derive(Debug, Clone)]
#[must_use = "an event that is not recorded did not happen"]
pub struct Event {
    org: OrgId,
    actor: Actor,
    action: String,
    outcome: Outcome,
    subject: Option<Subject>,
    detail: BTreeMap<String, Detail>,
    origin: Origin,
}

impl Event {
    /// A permitted action on one record.
    pub fn of<A: Action, R: Resource>(permit: &Permit<A, R>) -> Self {
        let subject = Subject {
            kind: R::TYPE.to_owned(),
            id: Some(*permit.record()),
        };
        let event = Self::by(permit.caller(), permit.action(), Some(subject));
        if permit.only_in_emergency() {
            return event.with("by_emergency", Detail::code("yes"));
        }
        event
    }

    /// A permitted action on the records of a scope.
    pub fn of_scope<A: Action, R: Resource>(scope: &Scope<A, R>) -> Self {
        let subject = Subject {
            kind: R::TYPE.to_owned(),
            id: None,
        };
        Self::by(scope.caller(), scope.action(), Some(subject))
    }

    /// A refused action.
    pub fn denied(denied: &Denied) -> Self {
        let subject = Subject {
            kind: denied.resource.to_owned(),
            id: denied.record,
        };
        let mut event = Self::by(&denied.caller, denied.action.clone(), Some(subject));
        event.outcome = Outcome::Denied;
        event
    }

    /// Something that needs no permit of its own: what a caller does to their own session or account, such as signing
    /// out, or a part of what they were permitted.
    pub fn own<R: Resource>(caller: &Caller, event: &EventName, id: Option<[u8; 16]>) -> Self {
        let subject = Subject {
            kind: R::TYPE.to_owned(),
            id,
        };
        Self::by(caller, event.name().to_owned(), Some(subject))
    }

    /// Something done by, or attempted on behalf of, an account that is not signed in (yet).
    pub fn before_sign_in(
        org: OrgId,
        user: Option<UserId>,
        event: &EventName,
        outcome: Outcome,
        origin: Origin,
    ) -> Self {
        let subject = user.map(|id| Subject {
            kind: "user".to_owned(),
            id: Some(*id.as_bytes()),
        });
        let actor = match (user, outcome) {
            (Some(id), Outcome::Allowed) => Actor::User {
                id: *id.as_bytes(),
                session: None,
            },
            _ => Actor::Anonymous,
        };
        Self {
            org,
            actor,
            action: event.name().to_owned(),
            outcome,
            subject,
            detail: BTreeMap::new(),
            origin,
        }
    }

    fn by(caller: &Caller, action: String, subject: Option<Subject>) -> Self {
        let actor = match caller.kind() {
            CallerKind::User { user, session } => Actor::User {
                id: *user.as_bytes(),
                session: Some(*session.as_bytes()),
            },
            CallerKind::Key { user, key } => Actor::User {
                id: *user.as_bytes(),
                session: Some(*key.as_bytes()),
            },
            CallerKind::Provider { .. } => Actor::System {
                job: "provisioning".to_owned(),
            },
            CallerKind::System(job) => Actor::System {
                job: job.name().to_owned(),
            },
        };
        let grounds = caller.circumstances().map(|circumstances| {
            let codes = Detail::names(circumstances.codes());
            ("grounds".to_owned(), codes)
        });
        let credential = match caller.kind() {
            CallerKind::Key { key, .. } => {
                Some(("api_key".to_owned(), Detail::id(*key.as_bytes())))
            }
            CallerKind::Provider { provider } => {
                Some(("provider".to_owned(), Detail::id(*provider.as_bytes())))
            }
            CallerKind::User { .. } | CallerKind::System(_) => None,
        };
        let approval = caller.approval().map(|approval| {
            let grounds = approval.grounds();
            let detail = match grounds {
                Grounds::Approved(id) => Detail::id(*id.as_bytes()),
                _ => Detail::code(grounds.name()),
            };
            ("approval".to_owned(), detail)
        });
        let external = caller
            .is_external()
            .then(|| ("external".to_owned(), Detail::code("auditor")));
        let emergency = caller
            .emergency()
            .map(|it| ("emergency".to_owned(), Detail::id(*it.id().as_bytes())));
        let grounds = grounds.into_iter().chain(credential);
        let detail = grounds.chain(approval).chain(external).chain(emergency);
        Self {
            org: caller.org(),
            actor,
            action,
            outcome: Outcome::Allowed,
            subject,
            detail: detail.collect(),
            origin: caller.origin().clone(),
        }
    }

    /// Adds a detail. Keys are codes; values are never personal data (see [`Detail`]).
    pub fn with(mut self, key: &'static str, value: Detail) -> Self {
        self.detail.insert(key.to_owned(), value);
        self
    }

    /// Notes that a field changed, by keyed hashes of its value before and after.
    pub fn with_change(mut self, field: &'static str, before: Detail, after: Detail) -> Self {
        self.detail.insert(format!("before.{field}"), before);
        self.detail.insert(format!("after.{field}"), after);
        self
    }

    /// Says that the action was permitted but did not succeed.
    pub fn failed(mut self) -> Self {
        self.outcome = Outcome::Failed;
        self
    }

    /// Adds the names of the fields that were disclosed.
    pub fn disclosing(self, disclosures: Disclosures) -> Self {
        if disclosures.fields().is_empty() {
            return self;
        }
        let names = Detail::names(disclosures.fields().iter().copied());
        self.with("disclosed", names)
    }

    /// The organisation in whose log it belongs.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The action, such as `customer.read`.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// How it ended, as stored beside the entry for filtering.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The acting account, if any.
    pub fn actor_id(&self) -> Option<[u8; 16]> {
        match &self.actor {
            Actor::User { id, .. } => Some(*id),
            Actor::System { .. } | Actor::Anonymous => None,
        }
    }

    /// Type and id of what it was done to.
    pub fn subject(&self) -> Option<(&str, Option<[u8; 16]>)> {
        self.subject
            .as_ref()
            .map(|subject| (subject.kind.as_str(), subject.id))
    }

    /// The peer's address.
    pub fn address(&self) -> Option<String> {
        self.origin.address.map(|address| address.to_string())
    }

    /// The entry with its id and time, encoded.
    ///
    /// # Errors
    /// [`EntryError`] when a code or detail is not allowed in the log: a programming error, and the action fails.
    pub fn encode(&self, id: [u8; 16], at: Timestamp) -> Result<EncodedEntry, EntryError> {
        let request_id = &self.origin.request_id;
        Entry {
            org: *self.org.as_bytes(),
            id,
            at: at.millis(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            outcome: self.outcome,
            resource: self.subject.clone(),
            detail: self.detail.clone(),
            address: self.origin.address,
            request_id: (!request_id.is_empty()).then(|| request_id.clone()),
        }
        .encode()
    }
}
