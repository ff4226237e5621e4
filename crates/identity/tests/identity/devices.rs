//! Sessions and devices: seeing them, ending them, and that ended means ended.

use crate::site::{
    AUDIT, Browser, LEAD, SECURITY, SYSTEM, Site, both, empty, node, password, ready,
};
use axum::http::StatusCode;
use custos_store::EngineKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
const WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60";
const MISSING: &str = "019b8a00-0000-7000-8000-0000000000ff";

async fn alive(browser: &Browser) -> bool {
    let answer = browser.clone().get("/session").await;
    if answer.status == StatusCode::OK {
        return true;
    }
    answer.is(401, "session.missing");
    false
}

async fn items(browser: &mut Browser, path: &str) -> Vec<Value> {
    let list = browser.get(path).await;
    assert_eq!(list.status, StatusCode::OK, "{:?}", list.body);
    list.body["items"].as_array().unwrap().clone()
}

/// The id of a browser's own session.
async fn current(browser: &mut Browser) -> String {
    let list = items(browser, "/me/sessions").await;
    let own: Vec<_> = list.iter().filter(|one| one["current"] == true).collect();
    assert_eq!(own.len(), 1);
    own[0]["id"].as_str().unwrap().to_owned()
}

async fn sign_in_at(site: &Site<'_>, host: u8, agent: &'static str, login: &str) -> Browser {
    let mut browser = site.browser(host);
    browser.agent = agent;
    site.sign_in_with(&mut browser, login).await;
    browser
}

async fn user_path(site: &Site<'_>, login: &str) -> String {
    let mut admin = site.sign_in(SYSTEM).await;
    let row = site.row(&mut admin, login).await;
    format!("/users/{}/sessions", row["id"].as_str().unwrap())
}

async fn ends(browser: &mut Browser, path: &str) {
    let answer = browser.delete(path).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_recognises_their_devices() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut desk = sign_in_at(&site, 21, FIREFOX, LEAD).await;
        let made_at = site.now();
        let mut phone = sign_in_at(&site, 22, WECHAT, LEAD).await;
        installation.clock().advance(60_000);
        let mut desk_elsewhere = site.browser(23);
        desk_elsewhere.cookies = desk.cookies.clone();
        assert!(alive(&desk_elsewhere).await);

        let list = items(&mut phone, "/me/sessions").await;
        assert_eq!(list.len(), 2);
        let (here, there) = (&list[0], &list[1]);
        assert_eq!(
            (&here["current"], &here["browser"], &here["system"]),
            (&json!(true), &json!("wechat"), &json!("ios"))
        );
        assert_eq!(here["made_from"], "192.0.2.22");
        assert_eq!(
            (&there["current"], &there["browser"], &there["system"]),
            (&json!(false), &json!("firefox"), &json!("linux"))
        );
        assert_eq!(there["made_from"], "192.0.2.21");
        assert_eq!(there["last_used_from"], "192.0.2.23");
        assert_eq!(there["actions"], json!(["session.delete"]));
        let time = |text: &Value| -> i64 {
            let at: custos_values::Timestamp = text.as_str().unwrap().parse().unwrap();
            at.millis()
        };
        assert_eq!(time(&there["made_at"]), made_at);
        assert_eq!(time(&there["last_used_at"]), site.now());

        // What was only in memory is found after a restart, and nothing of it lies open.
        site.identity.flush().await.unwrap();
        let after = empty(installation);
        let again = items(&mut desk.at(&after), "/me/sessions").await;
        let there = again.iter().find(|one| one["current"] == true).unwrap();
        assert_eq!(there["made_from"], "192.0.2.21");
        let other = again.iter().find(|one| one["current"] == false).unwrap();
        assert_eq!(other["last_used_from"], "192.0.2.22");
        assert_eq!(site.log("session.list").await.len(), 2);
        let rows = installation
            .store()
            .tamper_for_tests(
                "SELECT agent, made_from, seen_from FROM session WHERE state = 1",
                &[],
            )
            .await
            .unwrap();
        for row in &rows {
            for column in 0..3 {
                let sealed = String::from_utf8_lossy(row.bytes(column).unwrap()).into_owned();
                assert!(!sealed.contains("192.0.2") && !sealed.contains("firefox"));
            }
        }
        // Over is over, also in the list.
        installation.clock().advance(20 * 60_000);
        assert!(alive(&desk).await);
        installation.clock().advance(20 * 60_000);
        assert_eq!(items(&mut desk, "/me/sessions").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_ones_own_ends_at_the_next_request() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut desk = sign_in_at(&site, 21, FIREFOX, LEAD).await;
        let mut phone = sign_in_at(&site, 22, WECHAT, LEAD).await;
        let stolen = phone.clone();
        let id = current(&mut phone).await;
        assert!(alive(&phone).await && alive(&desk).await);
        ends(&mut desk, &format!("/me/sessions/{id}")).await;
        assert!(!alive(&phone).await && !alive(&stolen).await);
        assert!(alive(&desk).await);
        desk.delete(&format!("/me/sessions/{id}"))
            .await
            .is(404, "not_found");
        let log = site.log("session.end").await;
        assert_eq!(log.len(), 1);
        // Ending the own one is signing out.
        let own = current(&mut desk).await;
        let kept = desk.clone();
        ends(&mut desk, &format!("/me/sessions/{own}")).await;
        assert!(!desk.cookies.contains_key("__Host-custos"));
        assert!(!alive(&kept).await);
        assert_eq!(site.log("session.delete").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_the_others_end_and_half_finished_sign_ins_too() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut desk = site.sign_in(LEAD).await;
        let phone = site.sign_in(LEAD).await;
        let somebody = site.sign_in(AUDIT).await;
        site.next_code_period();
        let mut half = site.browser(9);
        let body = json!({"login": LEAD, "password": password(LEAD)});
        half.post("/session", body).await;
        ends(&mut desk, "/me/sessions").await;
        assert!(!alive(&phone).await);
        assert!(alive(&desk).await && alive(&somebody).await);
        half.post("/session/totp", json!({"code": site.code(LEAD)}))
            .await
            .is(401, "session.missing");
        let log = site.log("session.end").await;
        assert_eq!(log[0]["detail"]["sessions_ended"], 2, "{log:?}");
        assert_eq!(items(&mut desk, "/me/sessions").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_others_are_the_security_administrators_alone() {
    both(async |installation| {
        let site = ready(installation).await;
        let path = user_path(&site, LEAD).await;
        let mut lead = sign_in_at(&site, 21, FIREFOX, LEAD).await;
        let id = current(&mut lead).await;
        // Nobody ends another's as if it were their own, and nobody else by the administrator's way.
        for login in [SYSTEM, AUDIT] {
            let mut other = site.sign_in(login).await;
            other
                .delete(&format!("/me/sessions/{id}"))
                .await
                .is(404, "not_found");
            other.get(&path).await.is(403, "forbidden");
            other.delete(&path).await.is(403, "forbidden");
            other
                .delete(&format!("{path}/{id}"))
                .await
                .is(403, "forbidden");
        }
        let mut security = site.sign_in(SECURITY).await;
        let list = items(&mut security, &path).await;
        assert_eq!(list.len(), 1);
        assert_eq!(list[0]["id"], json!(id));
        assert_eq!(list[0]["made_from"], "192.0.2.21");
        assert_eq!(list[0]["current"], false);
        assert_eq!(list[0]["actions"], json!(["session.delete"]));
        // A session of one person is not one of another.
        let other_path = user_path(&site, AUDIT).await;
        for wrong in [
            format!("{other_path}/{id}"),
            format!("{path}/{MISSING}"),
            format!("/users/{MISSING}/sessions/{id}"),
            format!("/users/{MISSING}/sessions"),
        ] {
            security.delete(&wrong).await.is(404, "not_found");
        }
        assert!(alive(&lead).await);
        ends(&mut security, &format!("{path}/{id}")).await;
        assert!(!alive(&lead).await);
        let [first, second] = [site.sign_in(LEAD).await, site.sign_in(LEAD).await];
        ends(&mut security, &path).await;
        assert!(!alive(&first).await && !alive(&second).await && alive(&security).await);
        assert_eq!(site.log("session.revoke").await.len(), 2);
        // One's own stay out of this way, so that nobody locks themselves out by it.
        let own_path = user_path(&site, SECURITY).await;
        let own = items(&mut security, &own_path).await;
        assert_eq!(own[0]["actions"], json!([]));
        security.delete(&own_path).await.is(404, "not_found");
        assert!(alive(&security).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_starts_after_the_answer_succeeds() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut desk = site.sign_in(LEAD).await;
        for _ in 0..3 {
            let mut phone = site.sign_in(LEAD).await;
            let id = current(&mut phone).await;
            let (ended, before) = (
                Arc::new(AtomicBool::new(false)),
                Arc::new(AtomicU32::new(0)),
            );
            let mut running = Vec::new();
            for _ in 0..50 {
                let (phone, ended, before) = (phone.clone(), ended.clone(), before.clone());
                running.push(tokio::spawn(async move {
                    let mut refused = 0;
                    while refused < 3 {
                        let after = ended.load(Ordering::SeqCst);
                        let alive = alive(&phone).await;
                        assert!(!(after && alive), "a request got in after the end");
                        refused += u32::from(after);
                        before.fetch_add(u32::from(alive), Ordering::SeqCst);
                    }
                }));
            }
            while before.load(Ordering::SeqCst) < 50 {
                // Else what is in memory would answer everything.
                installation.clock().advance(400);
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            ends(&mut desk, &format!("/me/sessions/{id}")).await;
            ended.store(true, Ordering::SeqCst);
            for one in running {
                one.await.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_nodes_notice_within_a_second() {
    both(async |installation| {
        let site = ready(installation).await;
        // The embedded engine has one process; its second node shares the store, not the memory.
        let store = match installation.store().engine() {
            EngineKind::Postgres => installation
                .open(installation.migrations(), installation.keyring())
                .await
                .unwrap(),
            EngineKind::Sqlite => Arc::clone(installation.store()),
        };
        let there = node(installation, &store, store.audit_sink());
        let mut desk = site.sign_in(LEAD).await;
        for end_all in [false, true] {
            let mut phone = site.sign_in(LEAD).await;
            let id = current(&mut phone).await;
            // The other node reads the session just before it ends: the worst moment.
            let phone_there = phone.at(&there);
            assert!(alive(&phone_there).await);
            let path = match end_all {
                true => "/me/sessions".to_owned(),
                false => format!("/me/sessions/{id}"),
            };
            ends(&mut desk, &path).await;
            assert!(!alive(&phone).await);
            installation.clock().advance(999);
            // As long as it is used, too.
            alive(&phone_there).await;
            installation.clock().advance(1);
            assert!(!alive(&phone_there).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_cookies_are_worth_nothing() {
    both(async |installation| {
        let site = ready(installation).await;
        site.sign_in(LEAD).await;
        // The cookie of the first factor, after the second.
        site.next_code_period();
        let mut browser = site.browser(7);
        let body = json!({"login": LEAD, "password": password(LEAD)});
        browser.post("/session", body).await;
        let mut first_factor = browser.clone();
        let code = json!({"code": site.code(LEAD)});
        let done = browser.post("/session/totp", code.clone()).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
        browser.refresh().await;
        assert!(!alive(&first_factor).await);
        first_factor
            .post("/session/totp", code)
            .await
            .is(401, "session.missing");
        // The cookies of other sessions, after the password was changed.
        let other = site.sign_in(LEAD).await;
        assert!(alive(&other).await);
        let body = json!({"current": password(LEAD), "new": "amber-kettle-northwind-83"});
        let answer = browser
            .send(
                axum::http::Method::PUT,
                "/session/password",
                Some(body),
                &[],
            )
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
        assert!(!alive(&other).await && alive(&browser).await);
        let tokens: BTreeSet<_> = [&first_factor, &browser, &other]
            .map(|one| one.cookies["__Host-custos"].clone())
            .into();
        assert_eq!(tokens.len(), 3);
    })
    .await;
}
