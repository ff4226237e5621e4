use crate::site::{Browser, LEAD, SECURITY, SYSTEM, both, empty, password, ready};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

async fn alive(browser: &mut Browser) -> bool {
    browser.get("/session").await.status == StatusCode::OK
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_when_not_used_and_after_half_a_day_in_any_case() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut idle = site.sign_in(LEAD).await;
        installation.clock().advance(30 * MINUTE - 1);
        assert!(alive(&mut idle).await);
        installation.clock().advance(30 * MINUTE);
        idle.get("/session").await.is(401, "session.expired");

        let mut busy = site.sign_in(SYSTEM).await;
        let started = site.now();
        while site.now() < started + 12 * HOUR - 20 * MINUTE {
            installation.clock().advance(20 * MINUTE);
            if site.now() < started + 12 * HOUR {
                assert!(alive(&mut busy).await, "{}", site.now() - started);
            }
        }
        installation.clock().advance(20 * MINUTE);
        busy.get("/session").await.is(401, "session.expired");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn says_when_it_ends() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let read = |session: &Value, member: &str| {
            session[member]
                .as_str()
                .unwrap()
                .parse::<custos_values::Timestamp>()
                .unwrap()
                .millis()
        };
        installation.clock().advance(5 * MINUTE);
        let session = browser.get("/session").await.body;
        assert_eq!(read(&session, "idle_expires_at"), site.now() + 30 * MINUTE);
        assert_eq!(
            read(&session, "absolute_expires_at"),
            site.now() - 5 * MINUTE + 12 * HOUR
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_factor_has_to_follow_within_ten_minutes() {
    both(async |installation| {
        let site = ready(installation).await;
        site.sign_in(LEAD).await;
        site.next_code_period();
        let mut browser = site.browser(1);
        browser
            .post(
                "/session",
                json!({"login": LEAD, "password": password(LEAD)}),
            )
            .await;
        installation.clock().advance(10 * MINUTE);
        browser
            .post("/session/totp", json!({"code": site.code(LEAD)}))
            .await
            .is(401, "session.expired");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_it_at_once() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let stolen = browser.clone();
        let answer = browser.send(Method::DELETE, "/session", None, &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert!(!browser.cookies.contains_key("__Host-custos"));
        stolen
            .clone()
            .get("/session")
            .await
            .is(401, "session.missing");
        assert_eq!(site.log("session.delete").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_out_with_the_next_request() {
    both(async |installation| {
        let site = ready(installation).await;
        let other_node = empty(installation);
        let mut lead = site.sign_in(LEAD).await;
        let mut lead_there = other_node.browser(7);
        lead_there.cookies = lead.cookies.clone();
        let mut admin = site.sign_in(SYSTEM).await;
        assert!(alive(&mut lead).await && alive(&mut lead_there).await);
        let row = site.row(&mut admin, LEAD).await;
        let path = format!("/users/{}", row["id"].as_str().unwrap());
        let answer = admin
            .patch(&path, &row["version"], json!({"status": "disabled"}))
            .await;
        assert_eq!(answer.body["status"], "disabled", "{:?}", answer.body);
        assert!(!alive(&mut lead).await);
        // Another node notices within a second.
        installation.clock().advance(1000);
        assert!(!alive(&mut lead_there).await);
        // Enabled again, the old session stays ended.
        let version = &answer.body["version"];
        let answer = admin
            .patch(&path, version, json!({"status": "active"}))
            .await;
        assert_eq!(answer.body["status"], "active");
        assert!(!alive(&mut lead).await && !alive(&mut lead_there).await);
        site.sign_in(LEAD).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_access_counts_with_the_next_request() {
    both(async |installation| {
        let site = ready(installation).await;
        let other_node = empty(installation);
        let mut lead = site.sign_in(LEAD).await;
        let mut lead_there = other_node.browser(7);
        lead_there.cookies = lead.cookies.clone();
        assert_eq!(
            lead_there.get("/users/directory").await.status,
            StatusCode::OK
        );
        let mut security = site.sign_in(SECURITY).await;
        let row = site.row(&mut security, LEAD).await;
        let path = format!("/users/{}/access", row["id"].as_str().unwrap());
        let none = json!({"roles": [], "data_scope": "own"});
        let answer = security.put(&path, &row["version"], none).await;
        assert_eq!(answer.body["roles"], json!([]), "{:?}", answer.body);
        // Without roles there is nothing one may do.
        lead.get("/users/directory").await.is(403, "forbidden");
        lead.get("/departments").await.is(403, "forbidden");
        lead.get("/me/preferences/k").await.is(404, "not_found");
        let session = lead.get("/session").await;
        assert_eq!(session.body["permissions"], json!([]));
        installation.clock().advance(1000);
        lead_there
            .get("/users/directory")
            .await
            .is(403, "forbidden");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_survive_a_restart() {
    both(async |installation| {
        let cookies = {
            let site = ready(installation).await;
            let mut browser = site.sign_in(LEAD).await;
            for _ in 0..3 {
                installation.clock().advance(25 * MINUTE);
                assert!(alive(&mut browser).await);
            }
            site.identity.flush().await.unwrap();
            browser.cookies
        };
        installation.reopen().await;
        installation.clock().advance(25 * MINUTE);
        let site = empty(installation);
        let mut browser = site.browser(7);
        browser.cookies = cookies;
        assert!(alive(&mut browser).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_on_one_node_keep_it_alive_on_another() {
    both(async |installation| {
        let site = ready(installation).await;
        let other_node = empty(installation);
        let mut here = site.sign_in(LEAD).await;
        let mut there = other_node.browser(7);
        there.cookies = here.cookies.clone();
        assert!(alive(&mut there).await);
        for _ in 0..3 {
            installation.clock().advance(20 * MINUTE);
            assert!(alive(&mut here).await);
            // Written down in the background.
            for _ in 0..100 {
                if !site.log("session.update").await.is_empty() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
        site.identity.flush().await.unwrap();
        assert!(alive(&mut there).await);
    })
    .await;
}
