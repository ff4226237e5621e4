//! Service accounts and their keys: what they open, and that nothing else does.

use crate::security::{save, with};
use crate::site::{AUDIT, Answer, Browser, LEAD, SECURITY, SYSTEM, Site, both, empty, node, ready};
use axum::http::{Method, StatusCode};
use custos_store::EngineKind;
use custos_values::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

const DAY_MS: i64 = 86_400_000;
/// What a key with the scope `user.read` opens, and nobody without roles may.
const OPEN: &str = "/users/directory";

fn in_days(site: &Site<'_>, days: i64) -> Value {
    json!(Timestamp::from_millis(site.now() + days * DAY_MS).to_string())
}

fn new_key(site: &Site<'_>) -> Value {
    json!({ "name": "erp", "scopes": ["user.read"], "networks": [], "expires_at": in_days(site, 30) })
}

/// A service account with the role of a sales person.
async fn service(site: &Site<'_>, system: &mut Browser) -> String {
    let body = json!({ "name": "ERP 同步", "department_id": null, "data_scope": "own" });
    let made = system.post("/service-accounts", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let mut security = site.sign_in(SECURITY).await;
    let access = json!({ "roles": ["sales"], "data_scope": "own" });
    let granted = security
        .put(&format!("/users/{id}/access"), &json!(1), access)
        .await;
    assert_eq!(granted.status, StatusCode::OK, "{:?}", granted.body);
    assert_eq!(granted.body["service"], true);
    id
}

async fn key_of(system: &mut Browser, account: &str, body: Value) -> (String, String) {
    let made = system
        .post(&format!("/service-accounts/{account}/keys"), body)
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

/// What a program with a key gets, from 192.0.2.`host`.
async fn ask(site: &Site<'_>, host: u8, key: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    let mut program = site.browser(host);
    program
        .send(Method::GET, path, None, &[("authorization", &bearer)])
        .await
}

async fn opens(site: &Site<'_>, key: &str) -> bool {
    ask(site, 50, key, OPEN).await.status == StatusCode::OK
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_what_its_scopes_and_its_account_allow() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let (id, key) = key_of(&mut system, &account, new_key(&site)).await;
        assert!(key.starts_with("custos_") && key.len() == 58, "{key}");
        let answer = ask(&site, 50, &key, OPEN).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        // Nobody chooses a program as owner of a customer.
        assert!(!answer.body.to_string().contains(&account));
        // Beyond its scopes, and what is a person's own.
        ask(&site, 50, &key, "/users").await.is(403, "forbidden");
        ask(&site, 50, &key, "/departments")
            .await
            .is(403, "forbidden");
        for own in ["/session", "/me/sessions"] {
            ask(&site, 50, &key, own).await.is(403, "api_key.own");
        }
        let bearer = format!("Bearer {key}");
        let password = json!({ "current": null, "new": "amber-kettle-northwind-83" });
        let headers = [("authorization", bearer.as_str())];
        let mut program = site.browser(50);
        program
            .send(Method::PUT, "/session/password", Some(password), &headers)
            .await
            .is(403, "api_key.own");
        program
            .send(Method::DELETE, "/session", None, &headers)
            .await
            .is(403, "api_key.own");
        // The log names the key, and the list its last use.
        let log = site.log("user.read").await;
        assert_eq!(
            log[0]["detail"]["api_key"]
                .as_str()
                .unwrap()
                .replace('-', ""),
            id.replace('-', "")
        );
        let seen = async |site: &Site<'_>, browser: &mut Browser| {
            let list = browser.at(site).get("/service-accounts").await;
            assert_eq!(list.body["scopes"], json!(["user.read"]), "{:?}", list.body);
            list.body["items"][0]["keys"][0].clone()
        };
        let shown = seen(&site, &mut system).await;
        assert_eq!(
            (&shown["name"], &shown["last_used_from"]),
            (&json!("erp"), &json!("192.0.2.50"))
        );
        assert!(!shown.to_string().contains(&key[7..20]));
        site.identity.flush().await.unwrap();
        let after = seen(&empty(installation), &mut system).await;
        assert_eq!(after["last_used_from"], "192.0.2.50");
        // Without its role, the account may nothing.
        let mut security = site.sign_in(SECURITY).await;
        let none = json!({ "roles": [], "data_scope": "own" });
        security
            .put(&format!("/users/{account}/access"), &json!(2), none)
            .await;
        ask(&site, 50, &key, OPEN).await.is(403, "forbidden");
        let rows = installation
            .store()
            .tamper_for_tests("SELECT secret, name, last_used_from FROM api_key", &[])
            .await
            .unwrap();
        for column in 0..3 {
            let stored = String::from_utf8_lossy(rows[0].bytes(column).unwrap()).into_owned();
            assert!(
                !stored.contains("erp")
                    && !stored.contains("192.0.2")
                    && !stored.contains(&key[7..20])
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refused_key_gets_the_same_answer() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let mut body = new_key(&site);
        body["networks"] = json!(["192.0.2.48/28"]);
        let (_, bound) = key_of(&mut system, &account, body).await;
        let (_, good) = key_of(&mut system, &account, new_key(&site)).await;
        let mut body = new_key(&site);
        body["expires_at"] = json!(Timestamp::from_millis(site.now() + 1000).to_string());
        let (_, short) = key_of(&mut system, &account, body).await;
        let (gone_id, gone) = key_of(&mut system, &account, new_key(&site)).await;
        assert!(
            opens(&site, &bound).await
                && opens(&site, &good).await
                && opens(&site, &short).await
                && opens(&site, &gone).await
        );
        assert_eq!(
            system.delete(&format!("/api-keys/{gone_id}")).await.status,
            StatusCode::NO_CONTENT
        );
        installation.clock().advance(1000);
        let forged = format!("{}00000000", &good[..50]);
        let mut unknown = good.clone();
        unknown.replace_range(10..11, if &good[10..11] == "A" { "B" } else { "A" });
        let mut shapes = Vec::new();
        for (host, key) in [
            (64, &bound),
            (50, &short),
            (50, &gone),
            (50, &forged),
            (50, &unknown),
            (50, &String::new()),
            (50, &"x".repeat(5000)),
        ] {
            let answer = ask(&site, host, key, OPEN).await;
            answer.is(401, "api_key.refused");
            shapes.push((answer.body, answer.headers.len()));
        }
        assert!(
            shapes.windows(2).all(|pair| pair[0] == pair[1]),
            "{shapes:?}"
        );
        let reasons: Vec<Value> = site
            .log("api_key.refuse")
            .await
            .iter()
            .rev()
            .map(|entry| entry["detail"]["reason"].clone())
            .collect();
        assert_eq!(
            reasons,
            [
                "address", "expired", "unknown", "unknown", "unknown", "unknown", "unknown"
            ]
        );
        // At the last address of its network, and the first.
        for host in [48, 63] {
            assert_eq!(ask(&site, host, &bound, OPEN).await.status, StatusCode::OK);
        }
        // A rule about the role binds programs too.
        let rule = json!([{ "role": "sales", "networks": ["192.0.2.50/32"], "hours": null }]);
        assert_eq!(
            save(&mut system, with("/roles", rule)).await.status,
            StatusCode::OK
        );
        ask(&site, 51, &good, OPEN).await.is(401, "api_key.refused");
        assert!(opens(&site, &good).await);
        // Beside a session, whatever the session is worth.
        for cookie in [
            "__Host-custos=nonsense".to_owned(),
            format!("__Host-custos={}", system.cookies["__Host-custos"]),
        ] {
            let bearer = format!("Bearer {good}");
            let headers = [
                ("authorization", bearer.as_str()),
                ("cookie", cookie.as_str()),
            ];
            site.browser(50)
                .send(Method::GET, OPEN, None, &headers)
                .await
                .is(400, "request.two_credentials");
        }
        // Of a disabled account.
        let change = json!({ "status": "disabled" });
        system
            .patch(&format!("/users/{account}"), &json!(2), change)
            .await;
        ask(&site, 50, &good, OPEN).await.is(401, "api_key.refused");
        assert_eq!(
            site.log("api_key.refuse").await[0]["detail"]["reason"],
            "disabled"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_keys_is_slowed_down_and_keeps_nobody_out() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let (_, good) = key_of(&mut system, &account, new_key(&site)).await;
        for _ in 0..60 {
            ask(&site, 50, "custos_guess", OPEN)
                .await
                .is(401, "api_key.refused");
        }
        let refused = ask(&site, 50, "custos_guess", OPEN).await;
        refused.is(429, "session.throttled");
        assert!(refused.headers.contains_key("retry-after"));
        assert!(
            opens(&site, &good).await,
            "who has the key gets in from the same address"
        );
        ask(&site, 51, "custos_guess", OPEN)
            .await
            .is(401, "api_key.refused");
        installation.clock().advance(2000);
        ask(&site, 50, "custos_guess", OPEN)
            .await
            .is(401, "api_key.refused");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_lets_both_work_for_a_while() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let (first_id, first) = key_of(&mut system, &account, new_key(&site)).await;
        let rotate = |days: Value, site: &Site<'_>| json!({ "overlap_days": days, "expires_at": in_days(site, 60) });
        let path = format!("/api-keys/{first_id}/rotation");
        let too_long = system.post(&path, rotate(json!(8), &site)).await;
        assert_eq!(too_long.fields(), [("overlap_days".to_owned(), "number.out_of_range".to_owned())]);
        let second = system.post(&path, rotate(json!(7), &site)).await;
        assert_eq!(second.status, StatusCode::CREATED, "{:?}", second.body);
        let second_key = second.body["secret"].as_str().unwrap();
        assert!(opens(&site, &first).await && opens(&site, second_key).await);
        installation.clock().advance(7 * DAY_MS - 1);
        assert!(opens(&site, &first).await);
        installation.clock().advance(1);
        assert!(!opens(&site, &first).await && opens(&site, second_key).await);
        let mut system = site.sign_in(SYSTEM).await;
        system.post(&path, rotate(json!(0), &site)).await.is(409, "api_key.ended");
        // Without overlap the old one ends at once.
        let second_id = second.body["id"].as_str().unwrap();
        let third = system.post(&format!("/api-keys/{second_id}/rotation"), rotate(json!(0), &site)).await;
        assert!(!opens(&site, second_key).await && opens(&site, third.body["secret"].as_str().unwrap()).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_at_once_on_every_node() {
    both(async |installation| {
        let site = ready(installation).await;
        let store = match installation.store().engine() {
            EngineKind::Postgres => installation
                .open(installation.migrations(), installation.keyring())
                .await
                .unwrap(),
            EngineKind::Sqlite => Arc::clone(installation.store()),
        };
        let there = node(installation, &store, store.audit_sink());
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let (id, key) = key_of(&mut system, &account, new_key(&site)).await;
        assert!(opens(&site, &key).await && opens(&there, &key).await);
        // The security administrator takes it away as well.
        let mut security = site.sign_in(SECURITY).await;
        assert_eq!(
            security.delete(&format!("/api-keys/{id}")).await.status,
            StatusCode::NO_CONTENT
        );
        assert!(!opens(&site, &key).await && !opens(&there, &key).await);
        security
            .delete(&format!("/api-keys/{id}"))
            .await
            .is(404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn duties_stay_apart_and_nobody_signs_in_as_a_program() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let keys = format!("/service-accounts/{account}/keys");
        for login in [SECURITY, AUDIT, LEAD] {
            let mut other = site.sign_in(login).await;
            other.post(&keys, new_key(&site)).await.is(403, "forbidden");
            let body = json!({ "name": "x", "department_id": null, "data_scope": "all" });
            other
                .post("/service-accounts", body)
                .await
                .is(403, "forbidden");
            let seen = other.get("/service-accounts").await.status;
            assert_eq!(seen == StatusCode::OK, login != LEAD, "{login}");
        }
        let mut system = site.sign_in(SYSTEM).await;
        system
            .post(&format!("/users/{account}/sign-in-link"), json!({}))
            .await
            .is(409, "user.service");
        let mut security = site.sign_in(SECURITY).await;
        for role in ["system_admin", "security_admin", "audit_admin"] {
            let access = json!({ "roles": [role], "data_scope": "own" });
            let refused = security
                .put(&format!("/users/{account}/access"), &json!(2), access)
                .await;
            assert_eq!(
                refused.fields(),
                [("roles".to_owned(), "user.service.roles".to_owned())]
            );
        }
        // A person has no keys.
        let lead = site.row(&mut system, LEAD).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        system
            .post(&format!("/service-accounts/{lead}/keys"), new_key(&site))
            .await
            .is(404, "not_found");
        // A factor has to be fresh.
        installation.clock().advance(5 * 60_000);
        system
            .post(&keys, new_key(&site))
            .await
            .is(403, "session.step_up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_key_is_named() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let account = service(&site, &mut system).await;
        let keys = format!("/service-accounts/{account}/keys");
        for (member, value, field, code) in [
            ("name", json!(""), "name", "name.empty"),
            ("scopes", json!([]), "scopes", "api_key.scopes.none"),
            (
                "scopes",
                json!(["user.read", "user.grant"]),
                "scopes",
                "choice.unknown",
            ),
            (
                "scopes",
                json!(["session.read"]),
                "scopes",
                "choice.unknown",
            ),
            (
                "networks",
                json!(["office"]),
                "networks[0]",
                "network.invalid",
            ),
            (
                "expires_at",
                in_days(&site, 0),
                "expires_at",
                "api_key.expiry",
            ),
            (
                "expires_at",
                in_days(&site, 367),
                "expires_at",
                "api_key.expiry",
            ),
        ] {
            let mut body = new_key(&site);
            body[member] = value;
            let refused = system.post(&keys, body).await;
            assert_eq!(
                refused.fields(),
                [(field.to_owned(), code.to_owned())],
                "{:?}",
                refused.body
            );
        }
        let mut longest = new_key(&site);
        longest["expires_at"] = in_days(&site, 366);
        let mut made = vec![key_of(&mut system, &account, longest).await.1];
        for _ in 1..20 {
            made.push(key_of(&mut system, &account, new_key(&site)).await.1);
        }
        system
            .post(&keys, new_key(&site))
            .await
            .is(409, "api_key.too_many");
        made.sort();
        made.dedup();
        assert_eq!(made.len(), 20);
    })
    .await;
}
