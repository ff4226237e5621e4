//! An entry on the wire.

use super::changes::{AuditChange, changes_of};
use custos_kernel::audit::{Actor, Detail, Entry, Outcome, Resource};
use custos_kernel::crypto::TenantKey;
use custos_store::StoredEntry;
use custos_values::{Timestamp, UserId};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use utoipa::ToSchema;

/// Stands for the action of an entry that cannot be read.
const UNREADABLE: &str = "unreadable";

/// Who acted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditActor {
    /// The account; none for the system and for people not signed in.
    #[schema(required)]
    id: Option<String>,
    /// The account's name, or that of the system's job.
    #[schema(required)]
    name: Option<String>,
    /// `user`, `system`, `anonymous`, or `unknown` for an entry that cannot be read.
    kind: &'static str,
}

impl AuditActor {
    /// An account, by its name if it has one still.
    pub(crate) fn user(id: [u8; 16], names: &HashMap<[u8; 16], String>) -> Self {
        Self {
            id: Some(spelled(id)),
            name: names.get(&id).cloned(),
            kind: "user",
        }
    }
}

/// What was acted on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditResource {
    /// The type, such as `customer`.
    #[serde(rename = "type")]
    kind: String,
    /// Which one; none for the type as a whole.
    #[schema(required)]
    id: Option<String>,
}

impl AuditResource {
    /// One record.
    pub(crate) fn one(kind: String, id: [u8; 16]) -> Self {
        Self {
            kind,
            id: Some(spelled(id)),
        }
    }
}

/// One entry of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryItem {
    /// Its place in the log.
    pub(crate) index: i64,
    /// Whether the stored bytes are an entry. If not, the log was altered here; the other members say nothing.
    pub(crate) readable: bool,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// Who acted.
    pub(crate) actor: AuditActor,
    /// What was done, such as `customer.read`.
    pub(crate) action: String,
    /// `allowed`, `denied` or `failed`.
    #[schema(value_type = String)]
    pub(crate) outcome: Outcome,
    /// What it was done to.
    #[schema(required)]
    pub(crate) resource: Option<AuditResource>,
    /// What was changed, before and after, as far as the log says.
    pub(crate) changes: Vec<AuditChange>,
    /// Further facts: codes, counts, ids.
    #[schema(value_type = Object)]
    pub(crate) detail: Map<String, Value>,
    /// The network address it came from.
    #[schema(required)]
    pub(crate) address: Option<String>,
    /// The id of the request.
    #[schema(required)]
    pub(crate) request_id: Option<String>,
    /// The entry's leaf hash in the Merkle tree (RFC 6962), hexadecimal.
    pub(crate) hash: String,
}

/// The actions an entry may speak of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditActions {
    /// Their names, sorted.
    pub(crate) items: Vec<String>,
}

/// A stored entry with what could be read of it.
pub(crate) struct Opened {
    stored: StoredEntry,
    entry: Option<Entry>,
}

impl Opened {
    pub(crate) fn new(stored: StoredEntry) -> Self {
        let entry = Entry::decode(&stored.body).ok();
        Self { stored, entry }
    }

    /// The accounts it speaks of by their ids: who acted, and who was put in whose place.
    pub(crate) fn people(&self) -> Vec<[u8; 16]> {
        let Some(entry) = &self.entry else {
            return Vec::new();
        };
        let mut people = super::changes::people_of(entry);
        if let Actor::User { id, .. } = entry.actor {
            people.push(id);
        }
        people
    }

    /// The wire form. An entry that was altered beyond reading is shown as such, not left out. Without the key, what
    /// people typed as reasons stays sealed.
    pub(crate) fn item(
        self,
        names: &HashMap<[u8; 16], String>,
        key: Option<&TenantKey>,
    ) -> AuditEntryItem {
        let index = self.stored.index;
        let hash = hex::encode(self.stored.hash());
        let Some(entry) = self.entry else {
            return AuditEntryItem {
                index,
                readable: false,
                at: Timestamp::from_millis(0),
                actor: AuditActor {
                    id: None,
                    name: None,
                    kind: "unknown",
                },
                action: UNREADABLE.to_owned(),
                outcome: Outcome::Failed,
                resource: None,
                changes: Vec::new(),
                detail: Map::new(),
                address: None,
                request_id: None,
                hash,
            };
        };
        let changes = changes_of(&entry, names);
        let detail = entry
            .detail
            .iter()
            .map(|(name, value)| (name.clone(), shown(value, entry.resource.as_ref(), key)))
            .collect();
        AuditEntryItem {
            index,
            readable: true,
            at: Timestamp::from_millis(entry.at),
            actor: actor(entry.actor, names),
            action: entry.action,
            outcome: entry.outcome,
            resource: entry.resource.map(|resource| AuditResource {
                kind: resource.kind,
                id: resource.id.map(spelled),
            }),
            changes,
            detail,
            address: entry.address.map(|address| address.to_string()),
            request_id: entry.request_id,
            hash,
        }
    }
}

/// A detail as the auditor reads it: a sealed reason is opened, everything else is as in the entry.
fn shown(detail: &Detail, resource: Option<&Resource>, key: Option<&TenantKey>) -> Value {
    let record = resource.and_then(|resource| resource.id.as_ref());
    let reason = detail
        .as_sealed()
        .and_then(|sealed| key?.open_reason(record, sealed).ok());
    match reason {
        Some(reason) => Value::String(reason),
        None => serde_json::to_value(detail).unwrap_or(Value::Null),
    }
}

fn actor(actor: Actor, names: &HashMap<[u8; 16], String>) -> AuditActor {
    match actor {
        Actor::User { id, .. } => AuditActor::user(id, names),
        Actor::System { job } => AuditActor {
            id: None,
            name: Some(job),
            kind: "system",
        },
        Actor::Anonymous => AuditActor {
            id: None,
            name: None,
            kind: "anonymous",
        },
    }
}

/// Ids of every kind are spelled alike.
pub(super) fn spelled(id: [u8; 16]) -> String {
    UserId::from_bytes(id).to_string()
}
