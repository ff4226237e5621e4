//! PATCH of SCIM (RFC 7644, section 3.5.2), on the JSON of a resource.
//!
//! Some clients write operations with a capital, `active` as text, and remove members by a list of values; all of that
//! means what it says.

use crate::attribute::{key, member};
use crate::{Attribute, Filter};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Most operations in one request.
pub const MAX_OPERATIONS: usize = 200;

/// The body of a PATCH.
#[derive(Deserialize)]
pub struct Patch {
    #[serde(rename = "Operations", alias = "operations")]
    operations: Vec<PatchOperation>,
}

#[derive(Deserialize)]
struct PatchOperation {
    op: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    value: Value,
}

/// Why a PATCH cannot be done: the `scimType` of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchFault(pub &'static str);

const PATH: PatchFault = PatchFault("invalidPath");
const VALUE: PatchFault = PatchFault("invalidValue");
const SYNTAX: PatchFault = PatchFault("invalidSyntax");
const NO_TARGET: PatchFault = PatchFault("noTarget");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// `attribute`, `attribute.part`, `attribute[filter]` or `attribute[filter].part`.
struct Path {
    name: String,
    filter: Option<Filter>,
    part: Option<String>,
}

impl Path {
    fn parse(text: &str) -> Result<Self, PatchFault> {
        let (before, filter, after) = match (text.find('['), text.rfind(']')) {
            (None, None) => (text, None, ""),
            (Some(open), Some(close)) if open < close => {
                let filter = Filter::parse(&text[open + 1..close]).map_err(|_| PATH)?;
                (&text[..open], Some(filter), &text[close + 1..])
            }
            _ => return Err(PATH),
        };
        let Attribute { name, part } = Attribute::parse(before).map_err(|_| PATH)?;
        let part = match (part, after.strip_prefix('.')) {
            (None, Some(part)) => {
                let inner = Attribute::parse(part).map_err(|_| PATH)?;
                if inner.part.is_some() {
                    return Err(PATH);
                }
                Some(inner.name)
            }
            (part, None) if after.is_empty() && (part.is_none() || filter.is_none()) => part,
            _ => return Err(PATH),
        };
        Ok(Self { name, filter, part })
    }
}

/// What a value of several is told from others by: its `value`, whatever else a client says about it.
fn identity(item: &Value) -> String {
    member(item, "value").unwrap_or(item).to_string()
}

/// Adds the values that are not there yet.
fn join(items: &mut Vec<Value>, more: &[Value]) {
    let mut known: HashSet<String> = items.iter().map(identity).collect();
    for item in more {
        if known.insert(identity(item)) {
            items.push(item.clone());
        }
    }
}

fn set(members: &mut Map<String, Value>, name: &str, verb: Verb, value: &Value) {
    let name = key(members, name);
    let old = members.entry(name).or_insert(Value::Null);
    match (verb, old, value) {
        (Verb::Add, Value::Array(items), Value::Array(more)) => join(items, more),
        (Verb::Add, Value::Array(items), single) => join(items, std::slice::from_ref(single)),
        (_, Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                set(old, name, verb, value);
            }
        }
        (_, old, new) => *old = new.clone(),
    }
}

fn remove(members: &mut Map<String, Value>, name: &str) {
    let name = key(members, name);
    members.remove(&name);
}

/// The values of an attribute that a filter finds.
fn apply_found(
    items: &mut Vec<Value>,
    filter: &Filter,
    part: Option<&str>,
    verb: Verb,
    value: &Value,
) -> Result<(), PatchFault> {
    if verb == Verb::Remove && part.is_none() {
        items.retain(|item| !filter.matches(item));
        return Ok(());
    }
    let mut found = false;
    for item in items.iter_mut().filter(|item| filter.matches(item)) {
        found = true;
        match (item.as_object_mut(), part) {
            (Some(members), Some(part)) if verb == Verb::Remove => remove(members, part),
            (Some(members), Some(part)) => set(members, part, verb, value),
            (Some(_), None) => *item = value.clone(),
            (None, _) => return Err(PATH),
        }
    }
    if found { Ok(()) } else { Err(NO_TARGET) }
}

fn apply_at(
    resource: &mut Map<String, Value>,
    path: &Path,
    verb: Verb,
    value: &Value,
) -> Result<(), PatchFault> {
    let name = key(resource, &path.name);
    match (&path.filter, &path.part) {
        (None, None) if verb == Verb::Remove => match (resource.get_mut(&name), value) {
            // Some of several, by naming them.
            (Some(Value::Array(items)), Value::Array(gone)) if !gone.is_empty() => {
                let gone: HashSet<String> = gone.iter().map(identity).collect();
                items.retain(|item| !gone.contains(&identity(item)));
            }
            _ => drop(resource.remove(&name)),
        },
        (None, None) => set(resource, &name, verb, value),
        (None, Some(part)) => {
            let inner = resource
                .entry(name)
                .or_insert_with(|| Value::Object(Map::new()));
            let inner = inner.as_object_mut().ok_or(PATH)?;
            match verb {
                Verb::Remove => remove(inner, part),
                Verb::Add | Verb::Replace => set(inner, part, verb, value),
            }
        }
        (Some(filter), part) => match resource.get_mut(&name) {
            Some(Value::Array(items)) => {
                apply_found(items, filter, part.as_deref(), verb, value)?;
            }
            _ if verb == Verb::Remove => {}
            _ => return Err(NO_TARGET),
        },
    }
    Ok(())
}

impl Patch {
    /// Gives the resource as it is to be: with all of it done, or not at all when a part cannot be. Operations on
    /// attributes other than those named, in whatever case, are read and change nothing.
    ///
    /// # Errors
    /// See [`PatchFault`]; also without operations, and with more than [`MAX_OPERATIONS`].
    pub fn apply(&self, resource: &Value, attributes: &[&str]) -> Result<Value, PatchFault> {
        if self.operations.is_empty() || self.operations.len() > MAX_OPERATIONS {
            return Err(SYNTAX);
        }
        let mut members = resource.as_object().cloned().ok_or(VALUE)?;
        let mut apply = |path: &str, verb, value: &Value| {
            let path = Path::parse(path)?;
            let known = attributes
                .iter()
                .any(|name| path.name.eq_ignore_ascii_case(name));
            if known {
                apply_at(&mut members, &path, verb, value)
            } else {
                Ok(())
            }
        };
        for operation in &self.operations {
            let verb = match operation.op.to_ascii_lowercase().as_str() {
                "add" => Verb::Add,
                "replace" => Verb::Replace,
                "remove" => Verb::Remove,
                _ => return Err(SYNTAX),
            };
            match &operation.path {
                Some(path) => apply(path, verb, &operation.value)?,
                None if verb == Verb::Remove => return Err(NO_TARGET),
                None => {
                    for (path, value) in operation.value.as_object().ok_or(VALUE)? {
                        apply(path, verb, value)?;
                    }
                }
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn patched(operations: Value) -> Result<Value, PatchFault> {
        let user = json!({
            "userName": "wang", "active": true, "name": { "formatted": "王芳" },
            "members": [{ "value": "a" }, { "value": "b" }],
            "emails": [{ "type": "work", "value": "w@example.com" }],
        });
        let body: Patch = serde_json::from_value(json!({ "Operations": operations })).unwrap();
        body.apply(&user, &["userName", "active", "name", "members", "emails"])
    }

    #[test]
    fn the_ways_clients_write_it() {
        let members = |value: &Value| value["members"].as_array().map_or(0, Vec::len);
        let after =
            patched(json!([{ "op": "Replace", "path": "active", "value": "False" }])).unwrap();
        assert_eq!(after["active"], "False");
        let after = patched(
            json!([{ "op": "replace", "value": { "active": false, "name.formatted": "王方" } }]),
        )
        .unwrap();
        assert_eq!(
            (&after["active"], &after["name"]["formatted"]),
            (&json!(false), &json!("王方"))
        );
        let after = patched(json!([{ "op": "add", "path": "members", "value": [{ "value": "b" }, { "value": "c" }] }])).unwrap();
        assert_eq!(members(&after), 3);
        let after =
            patched(json!([{ "op": "Remove", "path": "members", "value": [{ "value": "a" }] }]))
                .unwrap();
        assert_eq!(members(&after), 1);
        let after =
            patched(json!([{ "op": "remove", "path": "members[value eq \"b\"]" }])).unwrap();
        assert_eq!(after["members"], json!([{ "value": "a" }]));
        let after = patched(json!([{ "op": "remove", "path": "members" }])).unwrap();
        assert_eq!(members(&after), 0);
        // An extension, and what is not kept, is read and changes nothing.
        let after = patched(json!([
            { "op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:active", "value": false },
            { "op": "Add", "path": "phoneNumbers[type eq \"work\"].value", "value": "1" },
            { "op": "replace", "value": { "id": "other", "title": "x" } },
        ]))
        .unwrap();
        assert_eq!((&after["active"], after.get("id")), (&json!(true), None));
        assert_eq!(after.as_object().unwrap().len(), 5);
        let many =
            json!([{ "op": "add", "path": "Members", "value": { "value": "a", "display": "A" } }]);
        assert_eq!(members(&patched(many).unwrap()), 2);
        let path = "emails[type eq \"work\"].value";
        let after =
            patched(json!([{ "op": "replace", "path": path, "value": "x@example.com" }])).unwrap();
        assert_eq!(after["emails"][0]["value"], "x@example.com");
    }

    #[test]
    fn what_cannot_be_done_changes_nothing() {
        for (operations, fault) in [
            (json!([]), "invalidSyntax"),
            (
                json!(vec![
                    json!({ "op": "add", "path": "active", "value": true });
                    MAX_OPERATIONS + 1
                ]),
                "invalidSyntax",
            ),
            (json!([{ "op": "move", "path": "active" }]), "invalidSyntax"),
            (
                json!([{ "op": "replace", "path": "a b", "value": 1 }]),
                "invalidPath",
            ),
            (
                json!([{ "op": "replace", "path": "members[value eq 1].a.b", "value": 1 }]),
                "invalidPath",
            ),
            (
                json!([{ "op": "replace", "path": "members]value[", "value": 1 }]),
                "invalidPath",
            ),
            (json!([{ "op": "replace", "value": 1 }]), "invalidValue"),
            (json!([{ "op": "remove" }]), "noTarget"),
            (
                json!([{ "op": "replace", "path": "emails[type eq \"home\"].value", "value": "x" }]),
                "noTarget",
            ),
        ] {
            assert_eq!(
                patched(operations.clone()),
                Err(PatchFault(fault)),
                "{operations}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_was_added_is_removed_again(values in prop::collection::hash_set("[c-z]{1,5}", 1..20)) {
            let before = patched(json!([{ "op": "replace", "path": "active", "value": true }])).unwrap();
            let items: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
            let add = json!({ "op": "add", "path": "members", "value": items });
            let added = patched(json!([add.clone(), add.clone()])).unwrap();
            prop_assert_eq!(added["members"].as_array().unwrap().len(), 2 + values.len());
            let mut operations = vec![add];
            for value in &values {
                let path = format!("members[value eq {}]", json!(value));
                operations.push(json!({ "op": "remove", "path": path }));
            }
            prop_assert_eq!(patched(json!(operations)).unwrap(), before);
        }

        #[test]
        fn any_path_may_come(path in "\\PC{0,40}", op in prop::sample::select(vec!["add", "replace", "remove"])) {
            let _ = patched(json!([{ "op": op, "path": path, "value": { "value": "x" } }]));
        }
    }
}
