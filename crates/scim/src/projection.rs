//! Which attributes of a resource are wanted (RFC 7644, section 3.9).

use crate::Attribute;
use crate::attribute::NotAnAttribute;
use serde_json::{Map, Value};

/// Most names in a list.
const MAX_NAMES: usize = 50;
/// What is always there (RFC 7643, section 3.1: "returned": "always").
const ALWAYS: [&str; 2] = ["id", "schemas"];

/// The attributes to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// All of them.
    All,
    /// These only.
    Only(Vec<Attribute>),
    /// All but these.
    Without(Vec<Attribute>),
}

fn names(text: &str) -> Result<Vec<Attribute>, NotAnAttribute> {
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let names: Vec<Attribute> = names.map(Attribute::parse).collect::<Result<_, _>>()?;
    if names.len() > MAX_NAMES {
        return Err(NotAnAttribute);
    }
    Ok(names)
}

/// A value, or each of several, without a part, or with nothing but parts.
fn parts(value: &mut Value, keep: impl Fn(&str) -> bool + Copy) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| parts(item, keep)),
        Value::Object(members) => members.retain(|name, _| keep(name)),
        _ => {}
    }
}

impl Projection {
    /// Reads the two lists of a request; with both, what is wanted counts.
    ///
    /// # Errors
    /// When a list has more than 50 names, or something in it is none.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, NotAnAttribute> {
        let excluded = names(excluded.unwrap_or_default())?;
        let wanted = names(attributes.unwrap_or_default())?;
        Ok(match (wanted.is_empty(), excluded.is_empty()) {
            (false, _) => Self::Only(wanted),
            (true, false) => Self::Without(excluded),
            (true, true) => Self::All,
        })
    }

    /// What of a resource is shown.
    pub fn of(&self, resource: Value) -> Value {
        let Value::Object(members) = resource else {
            return resource;
        };
        let always = |name: &str| ALWAYS.iter().any(|known| known.eq_ignore_ascii_case(name));
        let shown: Map<String, Value> = match self {
            Self::All => members,
            Self::Only(wanted) => members
                .into_iter()
                .filter_map(|(name, mut value)| {
                    let of = || wanted.iter().filter(|attribute| attribute.is(&name));
                    if always(&name) || of().any(|attribute| attribute.part.is_none()) {
                        return Some((name, value));
                    }
                    let some: Vec<&str> = of().filter_map(|a| a.part.as_deref()).collect();
                    if some.is_empty() {
                        return None;
                    }
                    let keep = |part: &str| some.iter().any(|one| one.eq_ignore_ascii_case(part));
                    parts(&mut value, keep);
                    Some((name, value))
                })
                .collect(),
            Self::Without(excluded) => members
                .into_iter()
                .filter_map(|(name, mut value)| {
                    if always(&name) {
                        return Some((name, value));
                    }
                    for attribute in excluded.iter().filter(|attribute| attribute.is(&name)) {
                        let part = attribute.part.as_deref()?;
                        parts(&mut value, |known| !known.eq_ignore_ascii_case(part));
                    }
                    Some((name, value))
                })
                .collect(),
        };
        Value::Object(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wanted_and_what_is_not() {
        let group = json!({ "schemas": ["g"], "id": "1", "displayName": "sales",
                            "members": [{ "value": "a", "display": "A" }], "meta": { "location": "/1" } });
        for (attributes, excluded, expected) in [
            (None, None, group.clone()),
            (
                None,
                Some("Members,meta, id"),
                json!({ "schemas": ["g"], "id": "1", "displayName": "sales" }),
            ),
            (
                Some("displayname"),
                None,
                json!({ "schemas": ["g"], "id": "1", "displayName": "sales" }),
            ),
            (
                Some("members.display"),
                Some("displayName"),
                json!({ "schemas": ["g"], "id": "1", "members": [{ "display": "A" }] }),
            ),
            (
                None,
                Some("members.value,displayName,meta"),
                json!({ "schemas": ["g"], "id": "1", "members": [{ "display": "A" }] }),
            ),
        ] {
            let projection = Projection::parse(attributes, excluded).unwrap();
            assert_eq!(projection.of(group.clone()), expected, "{projection:?}");
        }
        let many = vec!["a"; 51].join(",");
        for bad in ["a b", "a..b", many.as_str()] {
            assert!(Projection::parse(Some(bad), None).is_err(), "{bad}");
            assert!(Projection::parse(None, Some(bad)).is_err(), "{bad}");
        }
    }
}
