//! What the rules about passwords do: length and strength, leaks, history, age.

use crate::security::{save, settings, with};
use crate::site::{Answer, Browser, LEAD, SYSTEM, Site, both, password, ready};
use axum::http::{Method, StatusCode};
use serde_json::json;

async fn change(browser: &mut Browser, current: &str, new: &str) -> Answer {
    let body = json!({ "current": current, "new": new });
    browser
        .send(Method::PUT, "/session/password", Some(body), &[])
        .await
}

async fn set(site: &Site<'_>, password: serde_json::Value) {
    let mut system = site.sign_in(SYSTEM).await;
    let answer = save(&mut system, with("/password", password)).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

fn refused(answer: &Answer, code: &str) {
    assert_eq!(
        answer.fields(),
        [("new".to_owned(), code.to_owned())],
        "{:?}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn length_strength_and_leaks() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut lead = site.sign_in(LEAD).await;
        let now = password(LEAD);
        refused(&change(&mut lead, &now, "kT9#vw2Lq!x").await, "password.too_short");
        refused(&change(&mut lead, &now, "1q2w3e4r5t6y").await, "password.breached");
        refused(&change(&mut lead, &now, "zhuguan zhuguan zhuguan").await, "password.guessable");
        set(&site, json!({ "min_length": 8, "min_score": 2, "history": 0, "max_age_days": 0, "breached_list": false })).await;
        let judged = lead.post("/session/password/strength", json!({ "password": "sunshine1" })).await;
        assert_eq!((&judged.body["min_length"], &judged.body["codes"]), (&json!(8), &json!(["password.common"])));
        // What is in the list may be used where the list is off, if it is strong otherwise; administrators' may not.
        let known_but_strong = "fylhbzyjdf";
        assert_eq!(change(&mut lead, &now, known_but_strong).await.status, StatusCode::NO_CONTENT);
        let mut system = site.sign_in(SYSTEM).await;
        refused(&change(&mut system, &password(SYSTEM), known_but_strong).await, "password.breached");
        set(&site, json!({ "min_length": 64, "min_score": 4, "history": 0, "max_age_days": 0, "breached_list": true })).await;
        let phrase = "amber kettle northwind violet anchor gravel midnight copper flut";
        assert_eq!(phrase.len(), 64);
        refused(&change(&mut lead, known_but_strong, &phrase[1..]).await, "password.too_short");
        assert_eq!(change(&mut lead, known_but_strong, phrase).await.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_passwords_cannot_be_used_again() {
    both(async |installation| {
        let site = ready(installation).await;
        set(&site, json!({ "min_length": 12, "min_score": 3, "history": 3, "max_age_days": 0, "breached_list": true })).await;
        let mut lead = site.sign_in(LEAD).await;
        let words = [password(LEAD), "amber-kettle-northwind-1".into(), "violet-anchor-gravel-2".into(), "copper-flute-midnight-3".into()];
        for pair in words.windows(2) {
            refused(&change(&mut lead, &pair[0], &pair[0]).await, "password.reused");
            installation.clock().advance(1000);
            let done = change(&mut lead, &pair[0], &pair[1]).await;
            assert_eq!(done.status, StatusCode::NO_CONTENT, "{:?}", done.body);
        }
        // Three are remembered, the present one among them; the first may come back.
        for remembered in &words[1..] {
            refused(&change(&mut lead, &words[3], remembered).await, "password.reused");
        }
        installation.clock().advance(1000);
        let back = change(&mut lead, &words[3], &words[0]).await;
        assert_eq!(back.status, StatusCode::NO_CONTENT, "{:?}", back.body);
        // What is kept are hashes.
        let rows = installation.store().tamper_for_tests("SELECT hash FROM password_past", &[]).await.unwrap();
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(|row| row.text(0).unwrap().starts_with("$argon2id$")));
        set(&site, settings()["password"].clone()).await;
        refused(&change(&mut lead, &words[0], &words[1]).await, "password.reused");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_new_password_once_the_old_one_is_too_old() {
    both(async |installation| {
        let site = ready(installation).await;
        set(&site, json!({ "min_length": 12, "min_score": 3, "history": 1, "max_age_days": 1, "breached_list": true })).await;
        installation.clock().advance(86_400_000);
        site.next_code_period();
        // Who signed in for the first time sets the second factor up, and is told then.
        let mut system = site.browser(7);
        let body = json!({ "login": SYSTEM, "password": password(SYSTEM) });
        assert_eq!(system.post("/session", body).await.body["next"], "totp");
        let done = system.post("/session/totp", json!({ "code": site.code(SYSTEM) })).await;
        assert_eq!(done.body["next"], "change_password", "{:?}", done.body);
        let session = system.refresh().await;
        assert_eq!(session.body["user"]["password_expired"], true);
        assert_eq!((&session.body["permissions"], &session.body["user"]["roles"]), (&json!([]), &json!([])));
        system.get("/users").await.is(403, "forbidden");
        system.get("/security/settings").await.is(403, "forbidden");
        refused(&change(&mut system, &password(SYSTEM), &password(SYSTEM)).await, "password.reused");
        let new = "amber-kettle-northwind-83";
        assert_eq!(change(&mut system, &password(SYSTEM), new).await.status, StatusCode::NO_CONTENT);
        // At the next request, without a new sign-in.
        assert_eq!(system.get("/users").await.status, StatusCode::OK);
        assert_eq!(system.refresh().await.body["user"]["password_expired"], false);
        // A millisecond short of a day it is still good, then no more; also within a session.
        installation.clock().advance(86_400_000 - 60_000 - 1);
        site.next_code_period();
        let mut again = site.browser(7);
        let body = json!({ "login": SYSTEM, "password": new });
        assert_eq!(again.post("/session", body).await.body["next"], "totp");
        let done = again.post("/session/totp", json!({ "code": site.code(SYSTEM) })).await;
        assert_eq!(done.body["next"], "done");
        assert_eq!(again.get("/users").await.status, StatusCode::OK);
        installation.clock().advance(1);
        again.get("/users").await.is(403, "forbidden");
    })
    .await;
}
