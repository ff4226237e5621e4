//! One entry of the log: who did what to which thing, when, from where, and how it ended.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::detail::{Detail, WireDetail, is_code};
use super::hash::{Hash, leaf_hash};

/// An id as its 16 bytes (a UUID).
pub type Id = [u8; 16];

/// The largest body of an entry, in bytes.
pub const MAX_BODY_LENGTH: usize = 16 * 1024;

const VERSION: u8 = 1;
const MAX_REQUEST_ID_LENGTH: usize = 64;

/// An entry. Its index is not part of it: the index is its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The organisation whose log this is.
    pub org: Id,
    /// The entry's own id, which makes every body unique.
    pub id: Id,
    /// When it happened: milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Who acted.
    pub actor: Actor,
    /// What was done, as a code such as `customer.read`.
    pub action: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What it was done to.
    pub resource: Option<Resource>,
    /// Further facts; keys are codes. Never personal data (see [`Detail`]).
    pub detail: BTreeMap<String, Detail>,
    /// The network address it came from; none for the system's own jobs.
    pub address: Option<IpAddr>,
    /// The id of the request, printable ASCII of at most 64 characters; none for the system's own jobs.
    pub request_id: Option<String>,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in user.
    User {
        /// The user.
        id: Id,
        /// The session, unless the action made or needed none.
        session: Option<Id>,
    },
    /// A job of the system itself, named by its code.
    System {
        /// The job's code, such as `sequencer`.
        job: String,
    },
    /// Somebody not (yet) signed in.
    Anonymous,
}

/// How an action ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was permitted and done.
    Allowed,
    /// It was refused by policy.
    Denied,
    /// It was permitted but did not succeed.
    Failed,
}

/// What an action was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The kind of thing, as a code such as `customer`.
    pub kind: String,
    /// Which one; none for the kind as a whole, as in a search.
    pub id: Option<Id>,
}

/// An entry as it is stored and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedEntry {
    /// Canonical JSON, at most [`MAX_BODY_LENGTH`] bytes.
    pub body: Vec<u8>,
    /// The RFC 6962 leaf hash of the body.
    pub leaf_hash: Hash,
}

/// Why an entry cannot be encoded or decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The encoded entry would be larger than [`MAX_BODY_LENGTH`].
    #[error("entry of {length} bytes is larger than {MAX_BODY_LENGTH}")]
    TooLarge {
        /// The length it would have, in bytes.
        length: usize,
    },
    /// An action, job, or kind of resource is not a code.
    #[error("{field} is not a code")]
    InvalidCode {
        /// Which member of the entry.
        field: &'static str,
    },
    /// A detail's key or value breaks the rules of [`Detail`].
    #[error("detail {key} is not allowed")]
    InvalidDetail {
        /// The key of the detail.
        key: String,
    },
    /// The request id is empty, too long or not printable ASCII.
    #[error("invalid request id")]
    InvalidRequestId,
    /// The bytes are not the canonical form of an entry of a known version.
    #[error("not a canonical entry")]
    Malformed,
}

/// The JSON form. The order of the members here is the order in the body: it is part of the format.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireEntry {
    v: u8,
    org: String,
    id: String,
    at: i64,
    actor: WireActor,
    action: String,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<WireResource>,
    detail: BTreeMap<String, WireDetail>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireResource {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum WireActor {
    User {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    System {
        job: String,
    },
    Anonymous {},
}

impl Entry {
    /// The entry as canonical JSON (members in fixed order, detail sorted by key, no white space) and its hash.
    ///
    /// # Errors
    /// [`EntryError`] if a code, a detail or the request id is not allowed, or the body is too large.
    pub fn encode(&self) -> Result<EncodedEntry, EntryError> {
        let code = |text: &String, field| match is_code(text) {
            true => Ok(text.clone()),
            false => Err(EntryError::InvalidCode { field }),
        };
        if self
            .request_id
            .as_deref()
            .is_some_and(|id| !is_request_id(id))
        {
            return Err(EntryError::InvalidRequestId);
        }
        let wire = WireEntry {
            v: VERSION,
            org: format_id(&self.org),
            id: format_id(&self.id),
            at: self.at,
            actor: match &self.actor {
                Actor::User { id, session } => WireActor::User {
                    id: format_id(id),
                    session: session.as_ref().map(format_id),
                },
                Actor::System { job } => WireActor::System {
                    job: code(job, "job")?,
                },
                Actor::Anonymous => WireActor::Anonymous {},
            },
            action: code(&self.action, "action")?,
            outcome: self.outcome,
            resource: match &self.resource {
                Some(resource) => Some(WireResource {
                    kind: code(&resource.kind, "resource")?,
                    id: resource.id.as_ref().map(format_id),
                }),
                None => None,
            },
            detail: self
                .detail
                .iter()
                .map(|(key, value)| Ok((key.clone(), value.to_wire(key)?)))
                .collect::<Result<_, _>>()?,
            address: self.address,
            request_id: self.request_id.clone(),
        };
        let body = serde_json::to_vec(&wire).map_err(|_| EntryError::Malformed)?;
        if body.len() > MAX_BODY_LENGTH {
            return Err(EntryError::TooLarge { length: body.len() });
        }
        Ok(EncodedEntry {
            leaf_hash: leaf_hash(&body),
            body,
        })
    }

    /// Reads a body back. Only the one canonical spelling is accepted.
    ///
    /// # Errors
    /// [`EntryError::TooLarge`] or [`EntryError::Malformed`]; a body that could not have been encoded also
    /// gives the error that encoding it would give.
    pub fn decode(body: &[u8]) -> Result<Self, EntryError> {
        if body.len() > MAX_BODY_LENGTH {
            return Err(EntryError::TooLarge { length: body.len() });
        }
        let wire: WireEntry = serde_json::from_slice(body).map_err(|_| EntryError::Malformed)?;
        if wire.v != VERSION {
            return Err(EntryError::Malformed);
        }
        let entry = Self::from_wire(wire)?;
        if entry.encode()?.body != body {
            return Err(EntryError::Malformed);
        }
        Ok(entry)
    }

    fn from_wire(wire: WireEntry) -> Result<Self, EntryError> {
        let id = |text: &str| parse_id(text).ok_or(EntryError::Malformed);
        let optional_id = |text: Option<String>| text.as_deref().map(id).transpose();
        Ok(Self {
            org: id(&wire.org)?,
            id: id(&wire.id)?,
            at: wire.at,
            actor: match wire.actor {
                WireActor::User { id: user, session } => Actor::User {
                    id: id(&user)?,
                    session: optional_id(session)?,
                },
                WireActor::System { job } => Actor::System { job },
                WireActor::Anonymous {} => Actor::Anonymous,
            },
            action: wire.action,
            outcome: wire.outcome,
            resource: match wire.resource {
                Some(resource) => Some(Resource {
                    kind: resource.kind,
                    id: optional_id(resource.id)?,
                }),
                None => None,
            },
            detail: wire
                .detail
                .into_iter()
                .map(|(key, value)| Ok((key, Detail::from_wire(value)?)))
                .collect::<Result<_, _>>()?,
            address: wire.address,
            request_id: wire.request_id,
        })
    }
}

fn is_request_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_REQUEST_ID_LENGTH
        && text.bytes().all(|b| b.is_ascii_graphic())
}

pub(super) fn format_id(id: &Id) -> String {
    uuid::Uuid::from_bytes(*id).hyphenated().to_string()
}

/// An id in its one spelling: lower case with hyphens.
pub(super) fn parse_id(text: &str) -> Option<Id> {
    let id = uuid::Uuid::try_parse(text).ok()?.into_bytes();
    (format_id(&id) == text).then_some(id)
}
