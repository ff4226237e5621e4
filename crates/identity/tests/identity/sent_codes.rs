//! The second factor by a code sent by mail or text message: whom it is open to, and what it stands up to.

use crate::factors::{add_app, items, remove};
use crate::mail::{MAIL, messages, newest, prove, reachable, with_messages};
use crate::security::{saved, settings, with};
use crate::site::{Answer, Browser, LEAD, SECURITY, SYSTEM, Site, both, password, ready};
use axum::http::StatusCode;
use custos_testkit::Installation;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn by_mail() -> Value {
    with(
        "/second_factor",
        json!({ "mail_code": true, "sms_code": false }),
    )
}

/// The first factor, in a browser of its own.
async fn begun(site: &Site<'_>, host: u8) -> Browser {
    let mut browser = site.browser(host);
    let body = json!({ "login": LEAD, "password": password(LEAD) });
    let answer = browser.post("/session", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    browser
}

async fn ask(browser: &mut Browser) -> Answer {
    browser
        .post("/session/code/message", json!({ "kind": "mail" }))
        .await
}

async fn give(browser: &mut Browser, code: &str) -> Answer {
    browser.post("/session/code", json!({ "code": code })).await
}

/// The code of the newest message, once there are so many.
async fn code(site: &Site<'_>, count: usize) -> String {
    let message = newest(site, "sign_in_code", count).await;
    message["params"]["code"].as_str().unwrap().to_owned()
}

/// A code that is wrong.
fn other_than(code: &str) -> String {
    let first = if code.starts_with('1') { '2' } else { '1' };
    format!("{first}{}", &code[1..])
}

/// A site whose sales lead has a proven mail address and no factor but codes sent there; with a browser of theirs.
async fn by_code_only(installation: &Installation) -> (Site<'_>, Browser) {
    let (site, mut browser) = reachable(installation).await;
    saved(&site, by_mail()).await;
    let app = items(&mut browser).await.remove(0);
    let removed = remove(&mut browser, &app["id"]).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{:?}", removed.body);
    (site, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_by_mail_completes_a_sign_in_where_the_settings_allow_it() {
    both(async |installation| {
        let (site, mut browser) = reachable(installation).await;
        let app = items(&mut browser).await.remove(0);
        remove(&mut browser, &app["id"])
            .await
            .is(409, "factor.last");
        saved(&site, by_mail()).await;
        assert_eq!(
            remove(&mut browser, &app["id"]).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            browser.refresh().await.body["step_up"],
            json!(["mail_code"])
        );

        let mut door = site.browser(30);
        let body = json!({ "login": LEAD, "password": password(LEAD) });
        let first = door.post("/session", body).await;
        assert_eq!(first.body["next"], "mail_code");
        assert_eq!(first.body["methods"], json!(["mail_code", "recovery"]));
        // Knowing the password does not do for setting an app up.
        let enrolment = door.post("/session/totp/enrolment", json!({})).await;
        enrolment.is(409, "session.totp.set_up");
        let sent = ask(&mut door).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{:?}", sent.body);
        let shown = sent.body["sent_to"].as_str().unwrap();
        assert!(shown.contains('*') && shown != MAIL, "{shown}");
        let message = newest(&site, "sign_in_code", 1).await;
        assert_eq!(message["recipient"], MAIL);
        let code = message["params"]["code"].as_str().unwrap();
        give(&mut door, &other_than(code))
            .await
            .is(401, "session.code.wrong");
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let done = give(&mut door, &spaced).await;
        assert_eq!(
            (done.status, &done.body["next"]),
            (StatusCode::OK, &json!("done"))
        );
        assert_eq!(door.refresh().await.body["assurance"], "multi");
        assert_eq!(site.log("session.code").await[0]["detail"]["kind"], "mail");
        assert_eq!(
            site.log("session.create").await[0]["detail"]["method"],
            "sent_code"
        );
        let all = installation.verify(site.org().await).await;
        assert!(all.is_ok(), "{all:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_by_text_message_goes_to_the_proven_number() {
    both(async |installation| {
        let site = ready(installation).await;
        let template = |name: &str| json!({ "template": name, "id": "SMS_1", "params": ["code"] });
        let sms = json!({
            "provider": "aliyun", "endpoint": "http://127.0.0.1:9", "key_id": "k", "key_secret": "s",
            "sign_name": "守客", "app_id": "", "region": "",
            "templates": [template("sign_in_code"), template("contact_code")],
        });
        with_messages(&site, sms).await;
        let mut browser = site.sign_in(LEAD).await;
        let put = json!({ "value": "13800138000" });
        let put = browser
            .send(axum::http::Method::PUT, "/me/contacts/mobile", Some(put), &[])
            .await;
        assert_eq!(put.status, StatusCode::ACCEPTED, "{:?}", put.body);
        let proof = newest(&site, "contact_code", 1).await["params"]["code"].clone();
        let proven = browser
            .post("/me/contacts/mobile/verification", json!({ "code": proof }))
            .await;
        assert_eq!(proven.status, StatusCode::NO_CONTENT, "{:?}", proven.body);
        let accepted = json!({ "mail_code": true, "sms_code": true });
        saved(&site, with("/second_factor", accepted)).await;
        let app = items(&mut browser).await.remove(0);
        remove(&mut browser, &app["id"]).await;

        installation.clock().advance(MINUTE);
        let mut door = begun(&site, 30).await;
        ask(&mut door).await.is(409, "session.code.unavailable");
        let sent = door
            .post("/session/code/message", json!({ "kind": "mobile" }))
            .await;
        assert_eq!(sent.body["sent_to"], "138****8000", "{:?}", sent.body);
        let message = newest(&site, "sign_in_code", 1).await;
        let code = message["params"]["code"].as_str().unwrap();
        assert_eq!(give(&mut door, code).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_setting_opens_codes_to_administrators() {
    both(async |installation| {
        let (site, _) = by_code_only(installation).await;
        for login in [SYSTEM, SECURITY] {
            let mut browser = site.sign_in(login).await;
            let codes = messages(&site, "contact_code").await.len();
            prove(&site, &mut browser, codes + 1).await;
            let app = items(&mut browser).await.remove(0);
            remove(&mut browser, &app["id"])
                .await
                .is(409, "factor.last");
            // Nor after their factors were taken away: the next sign-in sets an app up.
            let store = installation.store();
            store
                .tamper_for_tests("DELETE FROM factor", &[])
                .await
                .unwrap();
            let mut door = site.browser(40);
            let body = json!({ "login": login, "password": password(login) });
            assert_eq!(
                door.post("/session", body).await.body["methods"],
                json!(["enrol_totp"])
            );
            ask(&mut door).await.is(409, "session.code.unavailable");
            give(&mut door, "123456")
                .await
                .is(409, "session.code.unavailable");
            site.enrol(&mut door, login).await;
            let code = json!({ "code": site.code(login) });
            let done = door.post("/session/totp/confirmation", code).await;
            assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_by_codes_is_not_made_an_administrator_even_in_a_race() {
    both(async |installation| {
        let (site, mut lead) = by_code_only(installation).await;
        let mut security = site.sign_in(SECURITY).await;
        let row = site.row(&mut security, LEAD).await;
        let path = format!("/users/{}/access", row["id"].as_str().unwrap());
        let grant = json!({ "roles": ["audit_admin"], "data_scope": "own" });
        let version = row["version"].clone();
        let refused = security.put(&path, &version, grant.clone()).await;
        assert_eq!(
            refused.fields(),
            [("roles".to_owned(), "user.roles.needs_factor".to_owned())]
        );
        // Removing the last factor and being made an administrator at the same moment: one of them fails.
        let (id, _) = add_app(&site, &mut lead, "").await;
        let granting = security.put(&path, &version, grant);
        let id = json!(id);
        let (granted, removed) = futures::join!(granting, remove(&mut lead, &id));
        assert!(
            granted.status.is_success() != removed.status.is_success(),
            "{:?} {:?}",
            granted.body,
            removed.body
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_an_app_is_asked_for_nothing_weaker() {
    both(async |installation| {
        let (site, mut browser) = reachable(installation).await;
        saved(&site, by_mail()).await;
        assert_eq!(browser.refresh().await.body["step_up"], json!(["totp"]));
        let mut door = begun(&site, 30).await;
        ask(&mut door).await.is(409, "session.code.unavailable");
        give(&mut door, "123456")
            .await
            .is(409, "session.code.unavailable");
        let kind = json!({ "kind": "mail" });
        let step_up = browser.post("/session/step-up/code/message", kind).await;
        step_up.is(409, "session.code.unavailable");
        assert_eq!(messages(&site, "sign_in_code").await.len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_its_session_only_and_once() {
    both(async |installation| {
        let (site, mut active) = by_code_only(installation).await;
        let mut mine = begun(&site, 30).await;
        ask(&mut mine).await;
        ask(&mut mine).await.is(429, "session.throttled");
        let code = code(&site, 1).await;
        // Somebody else with the password, in another session.
        let mut theirs = begun(&site, 31).await;
        give(&mut theirs, &code).await.is(401, "session.code.wrong");
        // A code for signing in steps up no other session, nor proves an address.
        let other = active
            .post("/session/step-up/code", json!({ "code": code }))
            .await;
        other.is(401, "session.code.wrong");
        let address = active
            .post("/me/contacts/mail/verification", json!({ "code": code }))
            .await;
        assert_eq!(address.status, StatusCode::UNPROCESSABLE_ENTITY);
        let tries = (0..50).map(|_| {
            let (mut browser, code) = (mine.clone(), code.clone());
            async move { give(&mut browser, &code).await.status }
        });
        let answers = futures::future::join_all(tries).await;
        let right = answers.iter().filter(|status| **status == StatusCode::OK);
        assert_eq!(right.count(), 1, "{answers:?}");
        let mut again = begun(&site, 32).await;
        give(&mut again, &code).await.is(401, "session.code.wrong");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_ends_the_session_and_late_codes_are_refused() {
    both(async |installation| {
        let (site, _) = by_code_only(installation).await;
        let mut door = begun(&site, 30).await;
        ask(&mut door).await;
        let right = code(&site, 1).await;
        let mut last = StatusCode::OK;
        for _ in 0..5 {
            installation.clock().advance(61_000);
            let answer = give(&mut door, &other_than(&right)).await;
            last = answer.status;
            if answer.code() == "session.expired" {
                break;
            }
            answer.is(401, "session.code.wrong");
        }
        assert_eq!(last, StatusCode::UNAUTHORIZED);
        give(&mut door, &right).await.is(401, "session.missing");

        installation.clock().advance(3_600_000);
        let mut slow = begun(&site, 33).await;
        ask(&mut slow).await;
        let late = code(&site, 2).await;
        installation.clock().advance(9 * MINUTE + 59_000);
        let mut slower = begun(&site, 34).await;
        assert_eq!(ask(&mut slower).await.status, StatusCode::ACCEPTED);
        // The newer one has taken the place of the one before.
        give(&mut slow, &late).await.is(401, "session.code.wrong");
        let newer = code(&site, 3).await;
        installation.clock().advance(9 * MINUTE + 59_000);
        assert_eq!(give(&mut slower, &newer).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_sent_ten_codes_a_day() {
    both(async |installation| {
        let (site, _) = by_code_only(installation).await;
        // One code has proven the address.
        for _ in 0..9 {
            let mut door = begun(&site, 30).await;
            assert_eq!(ask(&mut door).await.status, StatusCode::ACCEPTED);
            installation.clock().advance(31_000);
        }
        let mut door = begun(&site, 30).await;
        let refused = ask(&mut door).await;
        refused.is(429, "session.throttled");
        assert_eq!(messages(&site, "sign_in_code").await.len(), 9);
        installation.clock().advance(24 * 60 * MINUTE);
        let mut door = begun(&site, 30).await;
        assert_eq!(ask(&mut door).await.status, StatusCode::ACCEPTED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_proves_a_factor_again() {
    both(async |installation| {
        let (site, mut browser) = by_code_only(installation).await;
        installation.clock().advance(6 * MINUTE);
        let renew = "/me/recovery-codes";
        browser
            .post(renew, json!({}))
            .await
            .is(403, "session.step_up");
        let kind = json!({ "kind": "mail" });
        let sent = browser.post("/session/step-up/code/message", kind).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{:?}", sent.body);
        let code = code(&site, 1).await;
        let step_up = |code: &str| json!({ "code": code });
        let wrong = browser
            .post("/session/step-up/code", step_up(&other_than(&code)))
            .await;
        wrong.is(401, "session.code.wrong");
        let fresh = browser.post("/session/step-up/code", step_up(&code)).await;
        assert_eq!(fresh.status, StatusCode::OK, "{:?}", fresh.body);
        browser.csrf = fresh.body["csrf_token"].as_str().map(str::to_owned);
        assert_eq!(browser.post(renew, json!({})).await.status, StatusCode::OK);
        assert_eq!(site.log("session.step_up_code").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_alone_opens_nothing() {
    both(async |installation| {
        let (site, mut browser) = by_code_only(installation).await;
        let asked = site
            .browser(50)
            .post("/session/reset", json!({ "login": LEAD }))
            .await;
        assert_eq!(asked.status, StatusCode::ACCEPTED);
        let mut told = Vec::new();
        for _ in 0..200 {
            told = site.log("session.reset").await;
            if !told.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert_eq!(told[0]["detail"]["reason"], "mail_is_factor");
        assert_eq!(messages(&site, "reset").await.len(), 0);
        // With the address the last second factor would go.
        browser
            .delete("/me/contacts/mail")
            .await
            .is(409, "contact.last");
        add_app(&site, &mut browser, "").await;
        let removed = browser.delete("/me/contacts/mail").await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_codes_off_counts_at_once_and_is_previewed() {
    both(async |installation| {
        let (site, _) = by_code_only(installation).await;
        let mut door = begun(&site, 30).await;
        ask(&mut door).await;
        let code = code(&site, 1).await;
        let mut system = site.sign_in(SYSTEM).await;
        let preview = "/security/settings/preview";
        let same = system.post(preview, by_mail()).await;
        assert_eq!(same.body["factors"]["total"], 0, "{:?}", same.body);
        let off = system.post(preview, settings()).await;
        assert_eq!(off.body["factors"]["total"], 1);
        assert_eq!(off.body["factors"]["people"][0]["by"], "second_factor");
        saved(&site, settings()).await;
        give(&mut door, &code)
            .await
            .is(409, "session.code.unavailable");
    })
    .await;
}
