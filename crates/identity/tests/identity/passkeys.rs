//! Passkeys: signing in by one, and what does not get in.

use crate::authenticator::{ADDRESS, Authenticator};
use crate::site::{Answer, Browser, LEAD, SECURITY, SYSTEM, Site, both, password, ready};
use axum::http::{Method, StatusCode};
use custos_testkit::Installation;
use serde_json::{Value, json};

async fn start(installation: &Installation) -> Site<'_> {
    let site = ready(installation).await;
    site.identity.set_public_address(ADDRESS);
    site
}

async fn options(browser: &mut Browser, path: &str) -> Answer {
    let answer = browser.send(Method::POST, path, None, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer
}

fn answered(given: &Answer, credential: Value) -> Value {
    json!({"state": given.body["state"], "credential": credential})
}

/// Adds a passkey to the account a browser is signed in to.
async fn add(browser: &mut Browser, key: &mut Authenticator, name: &str) -> Answer {
    let given = options(browser, "/me/factors/passkey/options").await;
    let mut body = answered(&given, key.create(&given.body["options"]));
    body["name"] = json!(name);
    browser.post("/me/factors/passkey", body).await
}

async fn with_passkey(site: &Site<'_>, login: &str, seed: u8) -> (Browser, Authenticator) {
    let mut browser = site.sign_in(login).await;
    site.installation.clock().advance(1000);
    let mut key = Authenticator::new(seed);
    let added = add(&mut browser, &mut key, "工作手机").await;
    assert_eq!(added.status, StatusCode::CREATED, "{:?}", added.body);
    (browser, key)
}

async fn sign_in(browser: &mut Browser, key: &mut Authenticator) -> Answer {
    let given = options(browser, "/session/passkey/options").await;
    let body = answered(&given, key.get(&given.body["options"]));
    browser.post("/session/passkey", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_in_without_login_and_password() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut key) = with_passkey(&site, SYSTEM, 1).await;
        let mut browser = site.browser(30);
        let done = sign_in(&mut browser, &mut key).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
        let session = browser.refresh().await;
        assert_eq!(session.body["user"]["login"], SYSTEM);
        assert_eq!(session.body["assurance"], "phishing_resistant");
        assert_eq!(session.body["fresh"], true);
        assert_eq!(session.body["step_up"], json!(["totp", "passkey"]));
        let log = site.log("session.create").await;
        assert_eq!(log[0]["detail"]["method"], "passkey");
        let factors = browser.get("/me/factors").await;
        assert_eq!(factors.body["items"][1]["kind"], "passkey");
        assert_eq!(factors.body["items"][1]["name"], "工作手机");
        assert_eq!(factors.body["recovery_codes"], 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_a_second_factor_and_proves_again() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut key) = with_passkey(&site, SYSTEM, 1).await;
        let mut browser = site.browser(30);
        let credentials = json!({"login": SYSTEM, "password": password(SYSTEM)});
        let first = browser.post("/session", credentials).await;
        assert_eq!(first.body["next"], "totp");
        assert_eq!(
            first.body["methods"],
            json!(["totp", "passkey", "recovery"])
        );
        let given = options(&mut browser, "/session/second-factor/passkey/options").await;
        let known = given.body["options"]["allowCredentials"]
            .as_array()
            .unwrap();
        assert_eq!(known.len(), 1);
        let body = answered(&given, key.get(&given.body["options"]));
        let done = browser.post("/session/second-factor/passkey", body).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
        browser.refresh().await;

        installation.clock().advance(6 * 60_000);
        let new =
            json!({"name": "新人", "login": "one", "department_id": null, "data_scope": "own"});
        browser
            .post("/users", new.clone())
            .await
            .is(403, "session.step_up");
        let given = options(&mut browser, "/session/step-up/passkey/options").await;
        let body = answered(&given, key.get(&given.body["options"]));
        let fresh = browser.post("/session/step-up/passkey", body.clone()).await;
        assert_eq!(fresh.status, StatusCode::OK, "{:?}", fresh.body);
        browser.csrf = fresh.body["csrf_token"].as_str().map(str::to_owned);
        let made = browser.post("/users", new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        let log = site.log("session.step_up").await;
        assert_eq!(log[0]["detail"]["method"], "passkey");
        browser
            .post("/session/step-up/passkey", body)
            .await
            .is(401, "session.passkey.wrong");
    })
    .await;
}

/// Every bent answer is refused alike, and the right one gets in afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_right_in_everything_does_not_get_in() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut key) = with_passkey(&site, SYSTEM, 1).await;
        let (_, other) = with_passkey(&site, LEAD, 2).await;
        let bend = |change: fn(&mut Authenticator)| {
            let mut bent = key.clone();
            change(&mut bent);
            bent
        };
        let stranger = Authenticator::new(3);
        let attacks = [
            (
                "wrong",
                bend(|key| key.origin = "https://crm.example.cn.evil.example".to_owned()),
            ),
            (
                "wrong",
                bend(|key| key.origin = "https://crm.example.cn:8443".to_owned()),
            ),
            (
                "wrong",
                bend(|key| key.origin = "http://crm.example.cn".to_owned()),
            ),
            ("wrong", bend(|key| key.host = "evil.example".to_owned())),
            ("wrong", bend(|key| key.verifies = false)),
            ("wrong", other.pretending_to_be(&key)),
            ("somebody_else", stranger_with_handle_of(&key, &other)),
            ("unknown", stranger),
        ];
        for (reason, mut attack) in attacks {
            let mut browser = site.browser(40);
            sign_in(&mut browser, &mut attack)
                .await
                .is(401, "session.passkey.wrong");
            assert!(browser.cookies.is_empty());
            let log = site.log("session.create").await;
            assert_eq!(log[0]["outcome"], "failed");
            assert_eq!(log[0]["detail"]["reason"], reason);
            installation.clock().advance(10_000);
        }
        let done = sign_in(&mut site.browser(40), &mut key).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
    })
    .await;
}

/// The other's credential under the first one's account.
fn stranger_with_handle_of(key: &Authenticator, other: &Authenticator) -> Authenticator {
    let mut forged = other.clone();
    forged.take_user_of(key);
    forged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_goes_back_is_refused_and_noted() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut key) = with_passkey(&site, SYSTEM, 1).await;
        let mut copy = key.clone();
        for _ in 0..3 {
            let done = sign_in(&mut site.browser(30), &mut key).await;
            assert_eq!(done.body["next"], "done", "{:?}", done.body);
        }
        for _ in 0..2 {
            sign_in(&mut site.browser(30), &mut copy)
                .await
                .is(401, "session.passkey.wrong");
            let log = site.log("session.create").await;
            assert_eq!(log[0]["detail"]["reason"], "counter_went_back");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_answered_once_in_time_and_for_its_purpose() {
    both(async |installation| {
        let site = start(installation).await;
        let (mut inside, mut key) = with_passkey(&site, SYSTEM, 1).await;
        let mut browser = site.browser(30);
        let given = options(&mut browser, "/session/passkey/options").await;
        let body = answered(&given, key.get(&given.body["options"]));
        let done = browser.post("/session/passkey", body.clone()).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
        let mut thief = site.browser(31);
        thief
            .post("/session/passkey", body)
            .await
            .is(401, "session.passkey.wrong");
        // A right new signature over the old challenge is refused as well.
        let body = answered(&given, key.get(&given.body["options"]));
        thief
            .post("/session/passkey", body)
            .await
            .is(401, "session.challenge.invalid");

        let late = options(&mut thief, "/session/passkey/options").await;
        let body = answered(&late, key.get(&late.body["options"]));
        installation.clock().advance(5 * 60_000);
        thief
            .post("/session/passkey", body)
            .await
            .is(401, "session.challenge.invalid");

        let mut again = site.sign_in(SYSTEM).await;
        let step_up = options(&mut again, "/session/step-up/passkey/options").await;
        let body = answered(&step_up, key.get(&step_up.body["options"]));
        // Neither for signing in nor in another session.
        thief
            .post("/session/passkey", body.clone())
            .await
            .is(401, "session.challenge.invalid");
        inside.refresh().await;
        inside
            .post("/session/step-up/passkey", body.clone())
            .await
            .is(401, "session.challenge.invalid");
        let done = again.post("/session/step-up/passkey", body).await;
        assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_answers_to_one_challenge_one_gets_in() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut key) = with_passkey(&site, SYSTEM, 1).await;
        let given = options(&mut site.browser(1), "/session/passkey/options").await;
        let body = answered(&given, key.get(&given.body["options"]));
        let tries = (0..50).map(|n| {
            let mut browser = site.browser(100 + n);
            let body = body.clone();
            async move { browser.post("/session/passkey", body).await.status }
        });
        let answers = futures::future::join_all(tries).await;
        let inside = answers.iter().filter(|s| **s == StatusCode::OK).count();
        assert_eq!(inside, 1);
        assert!(answers.iter().all(|s| [200, 401].contains(&s.as_u16())));
    })
    .await;
}

/// As synchronised passkeys do: they never count, so that the challenge alone stands against a replay.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_answers_of_a_passkey_that_does_not_count_one_gets_in() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, key) = with_passkey(&site, SYSTEM, 1).await;
        let given = options(&mut site.browser(1), "/session/passkey/options").await;
        let body = answered(&given, key.get_uncounted(&given.body["options"]));
        let tries = (0..50).map(|n| {
            let mut browser = site.browser(100 + n);
            let body = body.clone();
            async move { browser.post("/session/passkey", body).await.status }
        });
        let answers = futures::future::join_all(tries).await;
        let inside = answers.iter().filter(|s| **s == StatusCode::OK).count();
        assert_eq!(inside, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_passkey_is_no_second_factor() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut own) = with_passkey(&site, SYSTEM, 1).await;
        let (_, mut other) = with_passkey(&site, LEAD, 2).await;
        let mut browser = site.browser(30);
        let credentials = json!({"login": SYSTEM, "password": password(SYSTEM)});
        browser.post("/session", credentials).await;
        let given = options(&mut browser, "/session/second-factor/passkey/options").await;
        for attack in [
            other.get(&given.body["options"]),
            stranger_with_handle_of(&own, &other).get(&given.body["options"]),
        ] {
            browser
                .post("/session/second-factor/passkey", answered(&given, attack))
                .await
                .is(401, "session.passkey.wrong");
        }
        installation.clock().advance(60_000);
        let body = answered(&given, own.get(&given.body["options"]));
        let done = browser.post("/session/second-factor/passkey", body).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_takes_only_what_was_asked_for() {
    both(async |installation| {
        let site = start(installation).await;
        let mut browser = site.sign_in(SECURITY).await;
        let bend = |change: fn(&mut Authenticator)| {
            let mut bent = Authenticator::new(9);
            change(&mut bent);
            bent
        };
        for mut attack in [
            bend(|key| key.origin = "https://evil.example".to_owned()),
            bend(|key| key.host = "evil.example".to_owned()),
            bend(|key| key.verifies = false),
        ] {
            add(&mut browser, &mut attack, "")
                .await
                .is(422, "passkey.invalid");
        }
        let mut key = Authenticator::new(1);
        let given = options(&mut browser, "/me/factors/passkey/options").await;
        let body = answered(&given, key.create(&given.body["options"]));
        let added = browser.post("/me/factors/passkey", body.clone()).await;
        assert_eq!(added.status, StatusCode::CREATED, "{:?}", added.body);
        browser
            .post("/me/factors/passkey", body)
            .await
            .is(401, "session.challenge.invalid");
        // The same credential belongs to one account only.
        let mut lead = site.sign_in(LEAD).await;
        add(&mut lead, &mut key, "").await.is(409, "passkey.known");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_host_name_there_are_no_passkeys() {
    both(async |installation| {
        let site = ready(installation).await;
        site.identity.set_public_address("https://192.0.2.1:8443");
        let mut browser = site.browser(1);
        let answer = browser
            .send(Method::POST, "/session/passkey/options", None, &[])
            .await;
        answer.is(409, "passkey.unavailable");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_does_not_get_in_by_its_passkey() {
    both(async |installation| {
        let site = start(installation).await;
        let (_, mut key) = with_passkey(&site, LEAD, 1).await;
        let mut system = site.sign_in(SYSTEM).await;
        let lead = site.row(&mut system, LEAD).await;
        let path = format!("/users/{}", lead["id"].as_str().unwrap());
        let off = system
            .patch(&path, &lead["version"], json!({"status": "disabled"}))
            .await;
        assert_eq!(off.status, StatusCode::OK, "{:?}", off.body);
        sign_in(&mut site.browser(30), &mut key)
            .await
            .is(401, "session.passkey.wrong");
    })
    .await;
}
