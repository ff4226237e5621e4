//! One's own factors, recovery codes, and taking factors away from somebody who lost them.

use crate::site::{AUDIT, Browser, LEAD, SECURITY, SYSTEM, Site, both, password, ready};
use crate::totp;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

pub async fn items(browser: &mut Browser) -> Vec<Value> {
    let answer = browser.get("/me/factors").await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.body["items"].as_array().unwrap().clone()
}

/// Adds another app; gives its id and secret.
pub async fn add_app(site: &Site<'_>, browser: &mut Browser, name: &str) -> (String, String) {
    site.installation.clock().advance(1000);
    let setup = browser
        .send(Method::POST, "/me/factors/totp/options", None, &[])
        .await;
    let secret = setup.body["secret"].as_str().unwrap().to_owned();
    let code = totp::code(&secret, site.now());
    let body = json!({"state": setup.body["state"], "code": code, "name": name});
    let added = browser.post("/me/factors/totp", body.clone()).await;
    assert_eq!(added.status, StatusCode::CREATED, "{:?}", added.body);
    browser
        .post("/me/factors/totp", body)
        .await
        .is(401, "session.challenge.invalid");
    (added.body["id"].as_str().unwrap().to_owned(), secret)
}

pub async fn remove(browser: &mut Browser, id: &Value) -> crate::site::Answer {
    browser
        .delete(&format!("/me/factors/{}", id.as_str().unwrap()))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn factors_are_added_named_used_and_removed() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let (id, secret) = add_app(&site, &mut browser, " 平板 ").await;
        let list = items(&mut browser).await;
        assert_eq!(list.len(), 2);
        assert_eq!(list[0]["name"], Value::Null);
        assert_eq!(
            (&list[1]["id"], &list[1]["name"]),
            (&json!(id), &json!("平板"))
        );
        let patch = |name: &str| Some(json!({"name": name}));
        let path = format!("/me/factors/{id}");
        let named = browser
            .send(Method::PATCH, &path, patch("书房平板"), &[])
            .await;
        assert_eq!(named.status, StatusCode::NO_CONTENT, "{:?}", named.body);
        assert_eq!(items(&mut browser).await[1]["name"], "书房平板");
        let long = browser
            .send(Method::PATCH, &path, patch(&"长".repeat(61)), &[])
            .await;
        assert_eq!(
            long.fields(),
            [("name".to_owned(), "factor.name.invalid".to_owned())]
        );

        // Either app signs in.
        site.next_code_period();
        let mut other = site.browser(9);
        other
            .post(
                "/session",
                json!({"login": LEAD, "password": password(LEAD)}),
            )
            .await;
        let code = json!({"code": totp::code(&secret, site.now())});
        let done = other.post("/session/totp", code).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);

        assert_eq!(
            remove(&mut browser, &list[0]["id"]).await.status,
            StatusCode::NO_CONTENT
        );
        remove(&mut browser, &list[0]["id"])
            .await
            .is(404, "not_found");
        remove(&mut browser, &list[1]["id"])
            .await
            .is(409, "factor.last");
        let actions = ["factor.create", "factor.update", "factor.delete"];
        for action in actions {
            assert_eq!(site.log(action).await[0]["outcome"], "allowed");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_factors_needs_a_fresh_one() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let (id, _) = add_app(&site, &mut browser, "").await;
        installation.clock().advance(6 * 60_000);
        assert_eq!(items(&mut browser).await.len(), 2);
        let path = format!("/me/factors/{id}");
        for (method, path, body) in [
            (Method::POST, "/me/factors/totp/options", None),
            (Method::POST, "/me/recovery-codes", None),
            (Method::PATCH, path.as_str(), Some(json!({"name": "x"}))),
            (Method::DELETE, path.as_str(), None),
        ] {
            let answer = browser.send(method, path, body, &[]).await;
            answer.is(403, "session.step_up");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_left_without_a_factor_even_in_a_race() {
    both(async |installation| {
        let site = ready(installation).await;
        for login in [SYSTEM, SECURITY, AUDIT, LEAD] {
            let mut browser = site.sign_in(login).await;
            let only = items(&mut browser).await;
            remove(&mut browser, &only[0]["id"])
                .await
                .is(409, "factor.last");
            add_app(&site, &mut browser, "").await;
            let both = items(&mut browser).await;
            let tries = (0..50).map(|n| {
                let mut browser = browser.clone();
                let id = both[n % 2]["id"].clone();
                async move { remove(&mut browser, &id).await.status }
            });
            let answers = futures::future::join_all(tries).await;
            let removed = answers.iter().filter(|s| **s == StatusCode::NO_CONTENT);
            assert_eq!(removed.count(), 1, "{login}: {answers:?}");
            assert_eq!(items(&mut browser).await.len(), 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_at_most_ten() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        for _ in 0..9 {
            add_app(&site, &mut browser, "").await;
        }
        let setup = browser
            .send(Method::POST, "/me/factors/totp/options", None, &[])
            .await;
        let code = totp::code(setup.body["secret"].as_str().unwrap(), site.now());
        let body = json!({"state": setup.body["state"], "code": code});
        browser
            .post("/me/factors/totp", body)
            .await
            .is(409, "factor.too_many");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn factors_of_others_are_out_of_reach() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut victim = site.sign_in(LEAD).await;
        add_app(&site, &mut victim, "").await;
        let id = items(&mut victim).await[0]["id"].clone();
        let mut other = site.sign_in(SYSTEM).await;
        add_app(&site, &mut other, "").await;
        remove(&mut other, &id).await.is(404, "not_found");
        let path = format!("/me/factors/{}", id.as_str().unwrap());
        other
            .send(Method::PATCH, &path, Some(json!({"name": "x"})), &[])
            .await
            .is(404, "not_found");
        // A setup begun in one session is not confirmed in another.
        let setup = victim
            .send(Method::POST, "/me/factors/totp/options", None, &[])
            .await;
        let code = totp::code(setup.body["secret"].as_str().unwrap(), site.now());
        let body = json!({"state": setup.body["state"], "code": code});
        other
            .post("/me/factors/totp", body)
            .await
            .is(401, "session.challenge.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_recovery_codes_replace_the_old_and_each_works_once_in_a_race() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let renew = async |browser: &mut Browser| -> Vec<String> {
            let answer = browser
                .send(Method::POST, "/me/recovery-codes", None, &[])
                .await;
            serde_json::from_value(answer.body["recovery_codes"].clone()).unwrap()
        };
        let old = renew(&mut browser).await;
        let new = renew(&mut browser).await;
        assert_eq!(new.len(), 10);
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        let mut pending = site.browser(9);
        pending.post("/session", credentials.clone()).await;
        pending
            .post("/session/recovery", json!({"code": old[0]}))
            .await
            .is(401, "session.recovery.wrong");
        let mut browsers = Vec::new();
        for n in 0..5 {
            let mut pending = site.browser(50 + n);
            pending.post("/session", credentials.clone()).await;
            browsers.extend(std::iter::repeat_n(pending, 10));
        }
        let tries = browsers.into_iter().map(|mut browser| {
            let body = json!({"code": new[0]});
            async move { browser.post("/session/recovery", body).await.status }
        });
        let answers = futures::future::join_all(tries).await;
        let inside = answers.iter().filter(|s| **s == StatusCode::OK).count();
        assert_eq!(inside, 1);
        let left = browser.get("/me/factors").await;
        assert_eq!(left.body["recovery_codes"], 9);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_security_administrator_lets_somebody_in_anew_who_lost_their_factors() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut lead = site.sign_in(LEAD).await;
        let mut security = site.sign_in(SECURITY).await;
        let row = site.row(&mut security, LEAD).await;
        assert_eq!(row["factors"], json!(["totp"]));
        let path = format!("/users/{}/factors", row["id"].as_str().unwrap());
        for login in [SYSTEM, AUDIT, LEAD] {
            let mut other = site.sign_in(login).await;
            other.delete(&path).await.is(403, "forbidden");
        }
        security
            .delete(&format!("{path}/fingerprint"))
            .await
            .is(404, "not_found");
        let done = security.delete(&format!("{path}/totp")).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{:?}", done.body);
        lead.get("/session").await.is(401, "session.missing");
        assert_eq!(site.row(&mut security, LEAD).await["factors"], json!([]));
        let mut again = site.browser(9);
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        let answer = again.post("/session", credentials).await;
        assert_eq!(answer.body["next"], "enrol_totp");
        assert_eq!(answer.body["methods"], json!(["enrol_totp"]));
        site.sign_in(LEAD).await;
        // Nobody does it to themselves.
        let own = site.row(&mut security, SECURITY).await;
        let path = format!("/users/{}/factors", own["id"].as_str().unwrap());
        security.delete(&path).await.is(403, "forbidden");
    })
    .await;
}
