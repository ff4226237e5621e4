//! Customers and deals to try things on.

use crate::api::{Answer, Api};
use http::StatusCode;
use serde_json::{Value, json};

/// A customer of somebody's; its id.
pub async fn customer(api: &Api, owner: &str, name: &str) -> String {
    let made = api
        .post(owner, "/customers", json!({ "fields": { "name": name } }))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    made.id()
}

/// A record; the whole answer.
pub async fn make(api: &Api, owner: &str, path: &str, fields: Value) -> Value {
    let made = api.post(owner, path, json!({ "fields": fields })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{path} {}", made.json);
    made.json
}

/// A deal with a customer; the whole answer.
pub async fn deal(api: &Api, owner: &str, customer: &str, name: &str, minor: i64) -> Value {
    let amount = json!({ "minor": minor, "currency": "CNY" });
    let fields = json!({ "name": name, "customer": customer, "amount": amount });
    make(api, owner, "/opportunities", fields).await
}

/// Changes a record as it is now.
pub async fn change(api: &Api, caller: &str, path: &str, record: &Value, fields: Value) -> Answer {
    let (id, version) = (
        record["id"].as_str().unwrap(),
        record["version"].as_i64().unwrap(),
    );
    let body = json!({ "fields": fields });
    api.patch(caller, &format!("{path}/{id}"), version, body)
        .await
}

/// The ids of the stages of the usual pipeline, by code.
pub async fn stage(api: &Api, caller: &str, code: &str) -> String {
    let pipelines = api.get(caller, "/pipelines").await.json;
    let stages = pipelines["items"][0]["stages"].as_array().unwrap();
    let found = stages.iter().find(|stage| stage["code"] == code);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// The problems of a refused form: field and code.
pub fn problems(answer: &Answer) -> Vec<(String, String)> {
    let fields = answer.json["fields"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = fields.iter();
    pairs
        .map(|it| (text(&it["field"]), text(&it["code"])))
        .collect()
}
