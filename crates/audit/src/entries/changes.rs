//! Before and after, as far as an entry says.
//!
//! Values of customers are in the log as keyed hashes only: of them it can be said that they changed, not from what to
//! what, and nobody who reads the log learns them by it. Roles, scopes, settings and owners are there in full.

use super::model::spelled;
use custos_kernel::audit::{Detail, Entry};
use custos_values::UserId;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// One thing that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditChange {
    /// Its name.
    field: String,
    /// Whether the log has keyed hashes of its values only: then it says that they differ and no more.
    sealed: bool,
    /// What it was; none if sealed, or if there was nothing.
    #[schema(required, value_type = Option<Object>)]
    before: Option<Value>,
    /// What it is since.
    #[schema(required, value_type = Option<Object>)]
    after: Option<Value>,
}

/// The names under which entries hold the two sides of a change: a shared prefix, or a pair of their own.
const PAIRS: [(&str, &str, &str); 2] = [
    ("roles_before", "roles", "roles"),
    ("old_owner", "new_owner", "owner"),
];

/// The sides of each change of an entry, by the changed thing's name.
fn sides(entry: &Entry) -> BTreeMap<&str, (Option<&Detail>, Option<&Detail>)> {
    let mut found: BTreeMap<&str, (Option<&Detail>, Option<&Detail>)> = BTreeMap::new();
    for (key, detail) in &entry.detail {
        if let Some(field) = key.strip_prefix("before.") {
            found.entry(field).or_default().0 = Some(detail);
        } else if let Some(field) = key.strip_prefix("after.") {
            found.entry(field).or_default().1 = Some(detail);
        }
    }
    for (before, after, field) in PAIRS {
        let pair = (entry.detail.get(before), entry.detail.get(after));
        // One side alone is a statement about something else, such as the roles a group gives.
        if pair.0.is_some() || (field == "owner" && pair.1.is_some()) {
            found.insert(field, pair);
        }
    }
    found
}

/// What an entry says was changed.
pub(super) fn changes_of(entry: &Entry, names: &HashMap<[u8; 16], String>) -> Vec<AuditChange> {
    let changed = sides(entry).into_iter().map(|(field, (before, after))| {
        let sealed = [before, after].into_iter().flatten().any(is_keyed_hash);
        let shown = |detail: Option<&Detail>| match detail {
            Some(detail) if !sealed => Some(value(detail, field, names)),
            _ => None,
        };
        AuditChange {
            sealed,
            before: shown(before),
            after: shown(after),
            field: field.to_owned(),
        }
    });
    changed.collect()
}

/// The people put in each other's place.
pub(super) fn people_of(entry: &Entry) -> Vec<[u8; 16]> {
    let owners = ["old_owner", "new_owner"].into_iter();
    owners
        .filter_map(|key| detail_id(entry.detail.get(key)?))
        .collect()
}

/// The id, if a detail is one.
pub(crate) fn detail_id(detail: &Detail) -> Option<[u8; 16]> {
    let value = serde_json::to_value(detail).ok()?;
    let id: UserId = value.as_str()?.parse().ok()?;
    Some(*id.as_bytes())
}

fn is_keyed_hash(detail: &Detail) -> bool {
    matches!(serde_json::to_value(detail), Ok(Value::String(text)) if text.starts_with("hmac:"))
}

fn value(detail: &Detail, field: &str, names: &HashMap<[u8; 16], String>) -> Value {
    let person = detail_id(detail).filter(|_| field == "owner");
    match person {
        Some(id) => Value::String(names.get(&id).cloned().unwrap_or_else(|| spelled(id))),
        None => serde_json::to_value(detail).unwrap_or(Value::Null),
    }
}
