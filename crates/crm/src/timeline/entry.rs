//! One line of the timeline.

use crate::customers::Reference;
use custos_kernel::audit::{Actor, Entry};
use custos_values::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A follow-up, or something the log knows of the customer or record.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// Unique within the timeline.
    pub id: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `call`, `visit`, `message`, `email`, `note`, `comment` for follow-ups; `created`, `converted`, `imported`, `updated`, `owner_changed`,
    /// `contact_created`, `contact_updated`, `contact_deleted`, `revealed` from the log.
    pub kind: String,
    /// Who did it; none for the system.
    pub author: Option<Reference>,
    /// What was written, for follow-ups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// When to contact the customer next, for follow-ups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_contact_at: Option<String>,
    /// Names of the fields changed or revealed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
}

/// The timeline's kind of a log entry; none for entries the timeline leaves out.
pub(super) fn kind_of(entry: &Entry) -> Option<&'static str> {
    let detail = |key: &str| entry.detail.contains_key(key);
    if entry.outcome != custos_kernel::audit::Outcome::Allowed {
        return None;
    }
    let (_, verb) = entry.action.split_once('.')?;
    match verb {
        "create" if detail("import") => Some("imported"),
        "create" => Some("created"),
        "update" if detail("activity") => None,
        "update" if detail("converted") => Some("converted"),
        "update" if detail("contact_created") => Some("contact_created"),
        "update" if detail("contact_updated") => Some("contact_updated"),
        "update" if detail("contact_deleted") => Some("contact_deleted"),
        "update" if detail("new_owner") => Some("owner_changed"),
        "assign" => Some("owner_changed"),
        "update" => Some("updated"),
        "reveal" => Some("revealed"),
        _ => None,
    }
}

/// The acting account of an entry.
pub(super) fn actor_of(entry: &Entry) -> Option<[u8; 16]> {
    match &entry.actor {
        Actor::User { id, .. } => Some(*id),
        Actor::System { .. } | Actor::Anonymous => None,
    }
}

/// The field names an entry speaks of.
pub(super) fn names_of(entry: &Entry) -> Vec<String> {
    let listed = entry
        .detail
        .get("fields")
        .or_else(|| entry.detail.get("disclosed"));
    let value = listed.and_then(|detail| serde_json::to_value(detail).ok());
    value
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default()
}
