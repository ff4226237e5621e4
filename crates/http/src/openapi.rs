//! The OpenAPI 3.1 document, made from the registry.

use crate::operation::{Answer, NamedSchema, Operation};
use crate::problem::ProblemBody;
use crate::{Access, BASE_PATH, Registry};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::{PartialSchema, ToSchema};

/// The document as JSON. Members are sorted, so that a diff shows what changed and nothing else.
///
/// # Panics
/// When two different types have the same schema name: a mistake that must not reach a release.
pub fn document(registry: &Registry, version: &str) -> Value {
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    let mut problem = vec![("Problem".to_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut problem);
    let mut declare = |all: &[(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)]| {
        for (name, schema) in all {
            let schema = json!(schema);
            let twin = schemas.insert(name.clone(), schema.clone());
            assert!(
                twin.is_none_or(|twin| twin == schema),
                "two schemas are called {name}"
            );
        }
    };
    declare(&problem);
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in &registry.operations {
        for schema in [operation.body.as_ref(), answer_schema(operation)]
            .into_iter()
            .flatten()
        {
            declare(&schema.all);
        }
        let method = operation.method.as_str().to_ascii_lowercase();
        let path = match operation.access {
            Access::Provisioning { .. } => format!("{}{}", operation.base(), operation.path),
            Access::Public | Access::PreAuth | Access::Own | Access::Action { .. } => {
                operation.path.to_owned()
            }
        };
        paths
            .entry(path)
            .or_default()
            .insert(method, describe(operation));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Custos", "version": version, "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" } },
        "servers": [{ "url": BASE_PATH }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-custos" },
                "provisioning": { "type": "http", "scheme": "bearer" }
            }
        }
    });
    plain_descriptions(&mut document);
    document
}

/// The schema library describes a member that refers to another schema by joining that schema with an object that has
/// nothing but the description. Read literally, such a value would have to be both; OpenAPI 3.1 allows the
/// description beside the reference.
fn plain_descriptions(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(plain_descriptions),
        Value::Object(members) => {
            if let Some((schema, description)) = described(members) {
                members.clear();
                members.extend(schema);
                members.insert("description".to_owned(), description);
            }
            members.values_mut().for_each(plain_descriptions);
        }
        _ => {}
    }
}

fn described(members: &Map<String, Value>) -> Option<(Map<String, Value>, Value)> {
    let [schema, note] = members.get("allOf")?.as_array()?.as_slice() else {
        return None;
    };
    let (schema, note) = (schema.as_object()?, note.as_object()?);
    let only_description = note.keys().all(|key| key == "type" || key == "description");
    let description = note
        .get("description")
        .filter(|_| only_description && note["type"] == "object")?;
    Some((schema.clone(), description.clone()))
}

fn answer_schema(operation: &Operation<()>) -> Option<&NamedSchema> {
    match &operation.answer {
        Answer::Json(schema) => Some(schema),
        Answer::Empty | Answer::File(_) => None,
    }
}

fn describe(operation: &Operation<()>) -> Value {
    let tag = operation.id.split('_').next().unwrap_or_default();
    let mut out =
        json!({ "operationId": operation.id, "tags": [tag], "x-access": access(operation.access) });
    if !matches!(operation.access, Access::Public | Access::PreAuth) {
        out["security"] = json!([{ "session": [] }]);
    }
    if matches!(operation.access, Access::Provisioning { .. }) {
        return describe_scim(operation, out);
    }
    if operation.cross_site {
        out["x-cross-site"] = json!(true);
    }
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        out["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = &operation.body {
        out["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": reference(body) } } });
    }
    if let Some(kind) = operation.upload {
        let schema = json!({ "type": "string", "format": "binary" });
        out["requestBody"] = json!({ "required": true, "content": { kind: { "schema": schema } } });
    }
    let mut success = json!({ "description": "success" });
    match &operation.answer {
        Answer::Empty => {}
        Answer::Json(schema) => {
            success["content"] = json!({ "application/json": { "schema": reference(schema) } })
        }
        Answer::File(kind) => {
            success["content"] =
                json!({ *kind: { "schema": { "type": "string", "format": "binary" } } });
        }
    }
    let problem = json!({
        "description": "problem",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
    });
    out["responses"] = json!({ operation.status.to_string(): success, "default": problem });
    out
}

/// What SCIM itself describes (RFC 7643), is not described once more.
fn describe_scim(operation: &Operation<()>, mut out: Value) -> Value {
    let resource = json!({ "application/scim+json": { "schema": { "type": "object" } } });
    out["servers"] = json!([{ "url": "/" }]);
    out["security"] = json!([{ "provisioning": [] }]);
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        out["parameters"] = Value::Array(parameters);
    }
    if matches!(
        operation.method,
        http::Method::POST | http::Method::PUT | http::Method::PATCH
    ) {
        out["requestBody"] = json!({ "required": true, "content": resource });
    }
    let mut success = json!({ "description": "success" });
    if operation.status != 204 {
        success["content"] = resource.clone();
    }
    let problem = json!({ "description": "problem", "content": resource });
    out["responses"] = json!({ operation.status.to_string(): success, "default": problem });
    out
}

fn access(access: Access) -> String {
    match access {
        Access::Public => "public".to_owned(),
        Access::PreAuth => "pre-auth".to_owned(),
        Access::Own => "own".to_owned(),
        Access::Action { resource, action } => format!("{resource}.{action}"),
        Access::Provisioning { resource, action } => format!("provisioning {resource}.{action}"),
    }
}

fn reference(schema: &NamedSchema) -> Value {
    let item = json!({ "$ref": format!("#/components/schemas/{}", schema.name) });
    if !schema.list {
        return item;
    }
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": { "type": "array", "items": item },
            "next_cursor": { "type": ["string", "null"] },
            "total": { "type": "integer", "format": "int64", "minimum": 0 }
        }
    })
}

fn parameters(operation: &Operation<()>) -> Vec<Value> {
    let path = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = |place: &str, name: &str, required: bool| json!({ "in": place, "name": name, "required": required, "schema": { "type": "string" } });
    let mut out: Vec<Value> = path.map(|name| text("path", name, true)).collect();
    out.extend(operation.query.iter().map(|parameter| json!(parameter)));
    out.extend(
        operation
            .headers
            .iter()
            .map(|name| text("header", name, *name != "Idempotency-Key")),
    );
    out
}
