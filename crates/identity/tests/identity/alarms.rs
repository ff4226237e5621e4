//! What looks like an attack is told, and answered.

use crate::site::{LEAD, SECURITY, both, password, ready};
use axum::http::StatusCode;
use serde_json::json;

const MINUTE: i64 = 60_000;
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";

#[tokio::test(flavor = "multi_thread")]
async fn who_sprays_has_to_wait_and_nobody_else() {
    both(async |installation| {
        let site = ready(installation).await;
        for number in 0..10 {
            let login = if number == 4 {
                LEAD.to_owned()
            } else {
                format!("nobody{number}")
            };
            site.browser(66)
                .post(
                    "/session",
                    json!({"login": login, "password": "Spring2026!"}),
                )
                .await
                .is(401, "session.credentials.wrong");
        }
        let told = site.log("session.alarm").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["detail"]["kind"], "spraying");
        assert_eq!(told[0]["address"], "192.0.2.66");

        let right = json!({"login": SECURITY, "password": password(SECURITY)});
        let refused = site.browser(66).post("/session", right.clone()).await;
        refused.is(429, "session.throttled");
        assert_eq!(refused.headers["retry-after"], "900");
        site.sign_in(LEAD).await;
        installation.clock().advance(15 * MINUTE);
        let later = site.browser(66).post("/session", right).await;
        assert_eq!(later.status, StatusCode::OK, "{:?}", later.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_cookie_gets_no_further_than_a_look() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut owner = site.browser(1);
        owner.agent = FIREFOX;
        site.sign_in_with(&mut owner, SECURITY).await;
        let mut row = site.row(&mut owner, LEAD).await;
        let path = format!("/users/{}/access", row["id"].as_str().unwrap());
        let access = |scope: &str| json!({"roles": ["sales_lead"], "data_scope": scope});

        let mut thief = owner.clone();
        thief.agent = "curl/8.14.1";
        assert_eq!(thief.get("/users").await.status, StatusCode::OK);
        thief
            .put(&path, &row["version"], access("all"))
            .await
            .is(403, "session.step_up");
        let told = site.log("session.alarm").await;
        assert_eq!(told.len(), 1, "once, however many requests");
        assert_eq!(told[0]["detail"]["kind"], "taken");
        assert_eq!(told[0]["detail"]["grounds"][5], "risk_high");

        // The owner, where they signed in, is not kept from anything.
        let changed = owner.put(&path, &row["version"], access("own")).await;
        assert!(changed.status.is_success(), "{:?}", changed.body);
        row = site.row(&mut owner, LEAD).await;

        // In another network with the same browser one works on.
        let mut on_the_train = site.browser_at([198, 51, 100, 9].into());
        on_the_train.agent = FIREFOX;
        on_the_train.cookies = owner.cookies.clone();
        on_the_train.csrf = owner.csrf.clone();
        let changed = on_the_train
            .put(&path, &row["version"], access("department"))
            .await;
        assert!(changed.status.is_success(), "{:?}", changed.body);
        assert_eq!(site.log("session.alarm").await.len(), 1);
    })
    .await;
}
