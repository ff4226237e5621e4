//! Proving a factor again within a session.

use crate::site::{Browser, LEAD, SECURITY, SYSTEM, Site, both, password, ready};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn new_user(login: &str) -> Value {
    json!({"name": "新人", "login": login, "department_id": null, "data_scope": "own"})
}

async fn step_up(site: &Site<'_>, browser: &mut Browser, login: &str) {
    let answer = browser
        .post("/session/step-up/totp", json!({"code": site.code(login)}))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    browser.csrf = answer.body["csrf_token"].as_str().map(str::to_owned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sensitive_action_needs_a_factor_of_the_last_minutes() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(SYSTEM).await;
        let before = browser.refresh().await;
        assert_eq!(before.body["fresh"], true);
        assert_eq!(before.body["step_up"], json!(["totp"]));
        let made = browser.post("/users", new_user("one")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);

        installation.clock().advance(5 * MINUTE);
        browser
            .post("/users", new_user("two"))
            .await
            .is(403, "session.step_up");
        // What is not sensitive goes on, and buttons stay.
        let now = browser.refresh().await;
        assert_eq!(now.body["fresh"], false);
        assert_eq!(now.body["permissions"], before.body["permissions"]);
        assert_eq!(browser.get("/users").await.status, StatusCode::OK);

        let (cookie, csrf) = (browser.cookies.clone(), browser.csrf.clone());
        let mut planted = browser.clone();
        step_up(&site, &mut browser, SYSTEM).await;
        assert_ne!(browser.cookies["__Host-custos"], cookie["__Host-custos"]);
        assert_ne!(browser.csrf, csrf);
        let made = browser.post("/users", new_user("two")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        planted.get("/session").await.is(401, "session.missing");

        let log = site.log("session.step_up").await;
        assert_eq!(log.len(), 1);
        assert_eq!(log[0]["detail"]["method"], "totp");
        assert_eq!(log[0]["detail"]["grounds"][1], "not_fresh");
        let denied: Vec<_> = site.log("user.create").await;
        let outcomes: Vec<_> = denied.iter().map(|e| e["outcome"].clone()).collect();
        assert_eq!(outcomes[..3], ["allowed", "denied", "allowed"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_with_the_cookie_is_not_fresh_until_it_proves_a_factor() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(SYSTEM).await;
        browser.agent = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
        browser
            .post("/users", new_user("one"))
            .await
            .is(403, "session.step_up");
        site.next_code_period();
        step_up(&site, &mut browser, SYSTEM).await;
        let made = browser.post("/users", new_user("one")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        // The session is now that of the new place.
        browser.agent = "";
        browser
            .post("/users", new_user("two"))
            .await
            .is(403, "session.step_up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_at_all_is_not_asked() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        installation.clock().advance(6 * MINUTE);
        browser
            .post("/users", new_user("one"))
            .await
            .is(403, "forbidden");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_sensitive_actions() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let mut security = site.sign_in(SECURITY).await;
        site.sign_in(LEAD).await;
        let lead = site.row(&mut system, LEAD).await;
        let (id, version) = (lead["id"].as_str().unwrap(), &lead["version"]);
        let sessions = security.get(&format!("/users/{id}/sessions")).await;
        let session = sessions.body["items"][0]["id"].as_str().unwrap().to_owned();
        installation.clock().advance(5 * MINUTE);
        let user = format!("/users/{id}");
        let step_up = (403, "session.step_up");
        for answer in [
            system.patch(&user, version, json!({"name": "别名"})).await,
            system
                .post(&format!("{user}/sign-in-link"), json!({}))
                .await,
            security
                .put(
                    &format!("{user}/access"),
                    version,
                    json!({"roles": ["sales"], "data_scope": "all"}),
                )
                .await,
            security.delete(&format!("{user}/sessions/{session}")).await,
            security.delete(&format!("{user}/sessions")).await,
            security
                .send(
                    Method::PUT,
                    "/session/password",
                    Some(
                        json!({"current": password(SECURITY), "new": "violet-harbour-tortoise-9"}),
                    ),
                    &[],
                )
                .await,
        ] {
            answer.is(step_up.0, step_up.1);
        }
        // One's own sessions one ends without.
        let answer = security.delete("/me/sessions").await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_and_used_codes_are_refused_and_the_fifth_in_a_row_ends_the_session() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(SYSTEM).await;
        // The code that signed in is used up.
        browser
            .post("/session/step-up/totp", json!({"code": site.code(SYSTEM)}))
            .await
            .is(401, "session.totp.wrong");
        for _ in 0..3 {
            installation.clock().advance(61_000);
            browser
                .post("/session/step-up/totp", json!({"code": "000000"}))
                .await
                .is(401, "session.totp.wrong");
        }
        // A right one in between forgives.
        installation.clock().advance(61_000);
        step_up(&site, &mut browser, SYSTEM).await;
        for _ in 0..4 {
            installation.clock().advance(61_000);
            browser
                .post("/session/step-up/totp", json!({"code": "000000"}))
                .await
                .is(401, "session.totp.wrong");
        }
        browser
            .post("/session/step-up/totp", json!({"code": "000000"}))
            .await
            .is(429, "session.throttled");
        installation.clock().advance(61_000);
        browser
            .post("/session/step-up/totp", json!({"code": "000000"}))
            .await
            .is(401, "session.expired");
        browser.get("/session").await.is(401, "session.missing");
        let failed = site.log("session.step_up").await;
        let failed = failed.iter().filter(|e| e["outcome"] == "failed").count();
        assert_eq!(failed, 9);
        // Its owner signs in as ever.
        site.sign_in(SYSTEM).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_tries_with_one_code_one_succeeds() {
    both(async |installation| {
        let site = ready(installation).await;
        let first = site.sign_in(SYSTEM).await;
        let second = site.sign_in(SYSTEM).await;
        site.next_code_period();
        let code = site.code(SYSTEM);
        let tries = (0..50).map(|n| {
            let mut browser = if n % 2 == 0 {
                first.clone()
            } else {
                second.clone()
            };
            let body = json!({"code": code});
            async move { (browser.post("/session/step-up/totp", body).await, browser) }
        });
        let answers = futures::future::join_all(tries).await;
        let mut done = 0;
        for (answer, mut browser) in answers {
            if answer.status == StatusCode::OK {
                done += 1;
                assert_eq!(browser.refresh().await.status, StatusCode::OK);
            } else {
                let status = answer.status.as_u16();
                assert!([401, 429].contains(&status), "{:?}", answer.body);
            }
        }
        assert_eq!(done, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_steps_up_without_a_session_or_its_token() {
    both(async |installation| {
        let site = ready(installation).await;
        let body = json!({"code": "000000"});
        site.browser(1)
            .post("/session/step-up/totp", body.clone())
            .await
            .is(401, "session.missing");
        let mut pending = site.browser(1);
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        pending.post("/session", credentials).await;
        pending
            .post("/session/step-up/totp", body.clone())
            .await
            .is(401, "session.second_factor");
        let mut forged = site.sign_in(LEAD).await;
        forged.csrf = None;
        forged
            .post("/session/step-up/totp", body)
            .await
            .is(403, "request.csrf");
    })
    .await;
}
