//! What the interface can do, as clients of provisioning ask it.

use super::body::{MAX_PAGE, list};
use super::{groups, users};
use serde_json::{Value, json};

/// `ServiceProviderConfig` (RFC 7643, section 5).
pub(super) fn service_provider() -> Value {
    let no = json!({ "supported": false });
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_PAGE },
        "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "OAuth Bearer Token", "primary": true,
            "description": "A provisioning token of the identity provider", "specUri": "https://www.rfc-editor.org/info/rfc6750",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": "/scim/v2/ServiceProviderConfig" },
    })
}

fn all(resources: &[Value]) -> Value {
    list(resources.len(), 1, resources)
}

fn one(resources: Vec<Value>, id: &str) -> Option<Value> {
    resources.into_iter().find(|resource| resource["id"] == id)
}

fn resource_types() -> Vec<Value> {
    let kind = |name: &str, endpoint: &str, schema: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name, "name": name, "endpoint": endpoint, "schema": schema,
            "meta": { "resourceType": "ResourceType", "location": format!("/scim/v2/ResourceTypes/{name}") },
        })
    };
    vec![
        kind("User", "/Users", users::SCHEMA),
        kind("Group", "/Groups", groups::SCHEMA),
    ]
}

/// `ResourceTypes` (RFC 7643, section 6).
pub(super) fn all_resource_types() -> Value {
    all(&resource_types())
}

/// One of them.
pub(super) fn resource_type(id: &str) -> Option<Value> {
    one(resource_types(), id)
}

/// An attribute that is kept: text, single, free to change, unless said otherwise.
fn attribute(name: &str, more: Value) -> Value {
    let mut attribute = json!({
        "name": name, "type": "string", "multiValued": false, "description": name, "required": false,
        "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
    });
    if let (Some(members), Value::Object(more)) = (attribute.as_object_mut(), more) {
        members.extend(more);
    }
    attribute
}

fn schema_list() -> Vec<Value> {
    let shown = |name: &str| attribute(name, json!({ "mutability": "readOnly" }));
    let schema = |id: &str, name: &str, attributes: Value| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": id, "name": name, "description": name,
            "attributes": attributes,
            "meta": { "resourceType": "Schema", "location": format!("/scim/v2/Schemas/{id}") },
        })
    };
    let user = json!([
        attribute(
            "userName",
            json!({ "required": true, "uniqueness": "server" })
        ),
        attribute("displayName", json!({ "required": true })),
        // There is one name here. The parts of another are read where no `displayName` is given.
        attribute(
            "name",
            json!({ "type": "complex", "mutability": "readOnly", "subAttributes": [shown("formatted")] })
        ),
        attribute("active", json!({ "type": "boolean" })),
        attribute(
            "groups",
            json!({
                "type": "complex", "multiValued": true, "mutability": "readOnly",
                "subAttributes": [shown("value"), shown("display")],
            })
        ),
    ]);
    let fixed = |name: &str, more: Value| {
        let mut fixed = attribute(name, more);
        fixed["mutability"] = "immutable".into();
        fixed
    };
    let user_reference = json!({ "type": "reference", "referenceTypes": ["User"] });
    let group = json!([
        attribute("displayName", json!({ "required": true })),
        attribute(
            "members",
            json!({
                "type": "complex", "multiValued": true,
                "subAttributes": [fixed("value", json!({})), fixed("$ref", user_reference)],
            })
        ),
    ]);
    vec![
        schema(users::SCHEMA, "User", user),
        schema(groups::SCHEMA, "Group", group),
    ]
}

/// `Schemas` (RFC 7643, section 7): the attributes that are kept. Others are read and not kept.
pub(super) fn schemas() -> Value {
    all(&schema_list())
}

/// One of them.
pub(super) fn schema(id: &str) -> Option<Value> {
    one(schema_list(), id)
}
