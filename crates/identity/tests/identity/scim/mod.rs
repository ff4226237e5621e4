//! Provisioning by identity providers: what their tokens reach, and everything they must not.

mod keeping;
mod leaving;
mod reach;
mod tokens;

use crate::federation::{Admins, SetUp, approve};
use crate::site::{Answer, Browser, Site};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const USERS: &str = "/scim/v2/Users";
const GROUPS: &str = "/scim/v2/Groups";
const DAY_MS: i64 = 86_400_000;

/// An identity provider at work, from 192.0.2.200.
#[derive(Clone)]
struct Client {
    browser: Browser,
    token: String,
}

impl Client {
    async fn send(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.browser
            .send(method, path, body, &[("authorization", &bearer)])
            .await
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn patch(&mut self, path: &str, operations: Value) -> Answer {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations,
        });
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Makes a user, whose id it gives.
    async fn user(&mut self, login: &str, external: &str) -> String {
        let body = json!({ "userName": login, "externalId": external, "displayName": format!("{login} Li"), "active": true });
        let made = self.post(USERS, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        id(&made)
    }

    async fn group(&mut self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "displayName": name, "members": members });
        let made = self.post(GROUPS, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        id(&made)
    }

    async fn found(&mut self, filter: &str) -> Vec<String> {
        let filter: String = filter.bytes().map(|b| format!("%{b:02X}")).collect();
        let page = self.get(&format!("{USERS}?filter={filter}")).await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.body);
        let users = page.body["Resources"].as_array().unwrap();
        users
            .iter()
            .map(|user| user["userName"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().unwrap().to_owned()
}

/// Refused as SCIM refuses.
fn refused(answer: &Answer, status: u16, detail: &str, kind: Option<&str>) {
    let body = &answer.body;
    assert_eq!(answer.status.as_u16(), status, "{body:?}");
    assert_eq!(answer.headers["content-type"], "application/scim+json");
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
    assert_eq!(
        (&body["schemas"], &body["status"], &body["detail"]),
        (&schemas, &json!(status.to_string()), &json!(detail))
    );
    assert_eq!(body["scimType"].as_str(), kind, "{body:?}");
}

async fn version(admins: &mut Admins, id: &str) -> Value {
    let list = admins.system.get("/identity-providers").await;
    let items = list.body["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["id"] == id).unwrap();
    found["version"].clone()
}

/// Makes a token of a provider.
async fn issue(site: &Site<'_>, admins: &mut Admins, set_up: &SetUp) -> Client {
    let tag = format!("\"{}\"", version(admins, &set_up.id).await);
    let path = format!("/identity-providers/{}/provisioning-token", set_up.id);
    let body = json!({ "days": 90 });
    let made = admins
        .system
        .send(Method::POST, &path, Some(body), &[("if-match", &tag)])
        .await;
    assert_eq!(made.status, StatusCode::OK, "{:?}", made.body);
    Client {
        browser: site.browser(200),
        token: made.body["token"].as_str().unwrap().to_owned(),
    }
}

/// Approves what its groups give.
async fn grant(admins: &mut Admins, set_up: &SetUp, privileged: bool) {
    let access = json!({
        "privileged": privileged, "two_factors": true,
        "mappings": if privileged { json!([{ "group": "auditors", "role": "audit_admin" }]) } else { json!([
            { "group": "sales", "role": "sales", "data_scope": "own" },
            { "group": "leads-42", "role": "sales_lead", "data_scope": "department" },
        ]) },
    });
    let version = version(admins, &set_up.id).await.as_i64().unwrap();
    let done = approve(admins, set_up, version, access).await;
    assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
}

async fn row(site: &Site<'_>, admins: &mut Admins, login: &str) -> Value {
    site.row(&mut admins.system, login).await
}
