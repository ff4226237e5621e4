//! Connecting one's own account with an identity provider, and attacks on it.

use crate::federation::{SetUp, admins, begin, come_back, set_up, sign_in};
use crate::mail::{messages, reachable};
use crate::provider::query;
use crate::site::{Answer, Browser, LEAD, Site, both, password, ready};
use axum::http::{Method, StatusCode};
use futures::future::join_all;
use serde_json::{Value, json};

const OWN: &str = "/me/identities";
const OWN_CALLBACK: &str = "/me/identities/callback";
const CALLBACK: &str = "/session/federation/callback";
const ATTEMPT: &str = "__Host-custos-attempt";

/// Begins to connect the account signed in; gives the address the browser is sent to.
async fn begin_own(browser: &mut Browser, set_up: &SetUp) -> String {
    let body = json!({ "provider_id": set_up.id, "return_to": "/account" });
    let host = [("host", "crm.example")];
    let begun = browser.send(Method::POST, OWN, Some(body), &host).await;
    assert_eq!(begun.status, StatusCode::OK, "{:?}", begun.body);
    begun.body["redirect"].as_str().unwrap().to_owned()
}

/// What the provider sends back when somebody it calls so signs in there.
fn answer_about(set_up: &SetUp, url: &str, subject: &str) -> Value {
    let claims = json!({ "sub": subject, "preferred_username": subject });
    let code = set_up.idp.authorize(url, claims);
    json!({ "state": query(url)["state"], "code": code, "iss": set_up.idp.issuer })
}

async fn connect(browser: &mut Browser, set_up: &SetUp, subject: &str) -> Answer {
    let url = begin_own(browser, set_up).await;
    let answer = answer_about(set_up, &url, subject);
    browser.post(OWN_CALLBACK, answer).await
}

async fn connections(browser: &mut Browser) -> Vec<Value> {
    let list = browser.get(OWN).await;
    list.body["items"].as_array().unwrap().clone()
}

/// Signs in as somebody the provider made an account for, with a second factor, and without a password.
async fn arrive(site: &Site<'_>, host: u8, set_up: &SetUp, subject: &str) -> Browser {
    let mut browser = site.browser(host);
    let claims = json!({ "sub": subject, "preferred_username": subject });
    let answer = sign_in(&mut browser, set_up, claims).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    site.next_code_period();
    *set_up.idp.now.lock().unwrap() = site.now();
    site.second_step(&mut browser, subject, &answer).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_made_to_connect_with_somebody_elses_identity() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut attacker = arrive(&site, 20, &set_up, "attacker").await;
        let mut victim = site.sign_in(LEAD).await;
        *set_up.idp.now.lock().unwrap() = site.now();

        // The attacker keeps the answer about themselves and has the victim's browser hand it in, wherever it may be.
        let url = begin_own(&mut attacker, &set_up).await;
        let answer = answer_about(&set_up, &url, "attacker-2");
        for (path, status) in [(OWN_CALLBACK, 422), (CALLBACK, 401)] {
            let refused = victim.post(path, answer.clone()).await;
            refused.is(status, "federation.attempt.invalid");
        }
        // While the victim is about to connect an own identity.
        let own = begin_own(&mut victim, &set_up).await;
        let refused = victim.post(OWN_CALLBACK, answer.clone()).await;
        refused.is(422, "federation.attempt.invalid");
        // Even with the cookie of the attacker's attempt in the victim's browser it is for another account.
        let mut planted = victim.clone();
        let cookie = attacker.cookies[ATTEMPT].clone();
        planted.cookies.insert(ATTEMPT.to_owned(), cookie);
        let refused = planted.post(OWN_CALLBACK, answer).await;
        refused.is(422, "federation.attempt.invalid");
        // The answer of a sign-in connects nobody.
        let mut signing_in = victim.clone();
        let url = begin(&mut signing_in, &set_up, "/").await;
        let answer = answer_about(&set_up, &url, "attacker-3");
        let refused = signing_in.post(OWN_CALLBACK, answer).await;
        refused.is(422, "federation.attempt.invalid");
        assert_eq!(connections(&mut victim).await, Vec::<Value>::new());

        // What the victim began still ends well, once.
        let answer = answer_about(&set_up, &own, "zhu");
        let again = victim.clone();
        let connected = victim.post(OWN_CALLBACK, answer.clone()).await;
        assert_eq!(connected.status, StatusCode::OK, "{:?}", connected.body);
        let refused = again.clone().post(OWN_CALLBACK, answer).await;
        refused.is(422, "federation.attempt.invalid");
        let listed = connections(&mut victim).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["last_seen_at"], Value::Null);
        let zhu = json!({ "sub": "zhu", "preferred_username": "someone" });
        let arrived = sign_in(&mut site.browser(23), &set_up, zhu).await;
        assert_eq!(arrived.body["next"], "totp", "{:?}", arrived.body);
        assert!(connections(&mut victim).await[0]["last_seen_at"].is_string());

        // Neither begun nor ended without a factor proven a moment ago.
        let url = begin_own(&mut attacker, &set_up).await;
        site.installation.clock().advance(6 * 60_000);
        *set_up.idp.now.lock().unwrap() = site.now();
        let answer = answer_about(&set_up, &url, "attacker-4");
        attacker
            .post(OWN_CALLBACK, answer)
            .await
            .is(403, "session.step_up");
        let body = json!({ "provider_id": set_up.id, "return_to": "/account" });
        attacker.post(OWN, body).await.is(403, "session.step_up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_belongs_to_one_account_and_an_account_has_one_of_each_provider() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut owner = arrive(&site, 20, &set_up, "owner").await;
        let mut other = site.sign_in(LEAD).await;
        *set_up.idp.now.lock().unwrap() = site.now();
        connect(&mut other, &set_up, "owner")
            .await
            .is(409, "federation.linked_already");
        assert_eq!(connections(&mut other).await, Vec::<Value>::new());
        connect(&mut owner, &set_up, "owner-2")
            .await
            .is(409, "federation.linked_already");
        // It is still the owner who comes in by it.
        let claims = json!({ "sub": "owner", "preferred_username": "owner" });
        let mut again = site.browser(21);
        let answer = sign_in(&mut again, &set_up, claims).await;
        site.second_step(&mut again, "owner", &answer).await;
        let session = again.refresh().await;
        assert_eq!(session.body["user"]["login"], "owner");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_way_in_stays() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let first = set_up(&site, &mut admins, "idp.example", "create").await;
        let second = set_up(&site, &mut admins, "other.example", "link_only").await;
        let mut browser = arrive(&site, 20, &first, "lin.shu").await;
        *second.idp.now.lock().unwrap() = site.now();
        let path = |set_up: &SetUp| format!("{OWN}/{}", set_up.id);
        // Neither an app nor recovery codes sign in by themselves.
        browser
            .delete(&path(&first))
            .await
            .is(409, "federation.last_way");
        assert_eq!(connections(&mut browser).await.len(), 1);

        // A provider that is disabled is no way in.
        let connected = connect(&mut browser, &second, "lin").await;
        assert_eq!(connected.status, StatusCode::OK, "{:?}", connected.body);
        let provider = format!("/identity-providers/{}", second.id);
        let off = json!({ "enabled": false });
        let off = admins.system.patch(&provider, &json!(2), off).await;
        assert_eq!(off.status, StatusCode::OK, "{:?}", off.body);
        browser
            .delete(&path(&first))
            .await
            .is(409, "federation.last_way");
        let on = json!({ "enabled": true });
        admins.system.patch(&provider, &json!(3), on).await;

        // Of two parted at once one stays.
        let paths = [path(&first), path(&second)];
        let tries = paths.iter().map(|path| {
            let mut browser = browser.clone();
            async move { browser.delete(path).await.status }
        });
        let statuses = join_all(tries).await;
        let parted = statuses
            .iter()
            .filter(|status| **status == StatusCode::NO_CONTENT)
            .count();
        assert!(parted <= 1, "{statuses:?}");

        // With a password the last one may go.
        let mut lead = site.sign_in(LEAD).await;
        *first.idp.now.lock().unwrap() = site.now();
        *second.idp.now.lock().unwrap() = site.now();
        let connected = connect(&mut lead, &second, "zhu").await;
        assert_eq!(connected.status, StatusCode::OK, "{:?}", connected.body);
        let gone = lead.delete(&path(&second)).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{:?}", gone.body);
        let zhu = json!({ "sub": "zhu" });
        sign_in(&mut site.browser(24), &second, zhu)
            .await
            .is(401, "federation.not_linked");
        let body = json!({ "login": LEAD, "password": password(LEAD) });
        let answer = site.browser(25).post("/session", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_of_a_connection_and_of_its_end() {
    both(async |installation| {
        let (site, mut browser) = reachable(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "link_only").await;
        site.sign_in_with(&mut browser, LEAD).await;
        *set_up.idp.now.lock().unwrap() = site.now();
        let (added, removed) = ("factor_added", "factor_removed");
        let before = (
            messages(&site, added).await.len(),
            messages(&site, removed).await.len(),
        );
        connect(&mut browser, &set_up, "zhu").await;
        assert_eq!(messages(&site, added).await.len(), before.0 + 1);
        browser.delete(&format!("{OWN}/{}", set_up.id)).await;
        assert_eq!(messages(&site, removed).await.len(), before.1 + 1);
        let log = site.log("user.connect").await;
        assert_eq!(log.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_neither_signs_in_nor_is_connected() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        arrive(&site, 20, &set_up, "robot").await;
        let mut lead = site.sign_in(LEAD).await;
        *set_up.idp.now.lock().unwrap() = site.now();
        let url = begin_own(&mut lead, &set_up).await;
        // No operation makes a person's account a program's; a provider must not sign one in were it so.
        let sql = "UPDATE account SET service = 1 WHERE service = 0";
        let store = site.installation.store();
        store.tamper_for_tests(sql, &[]).await.unwrap();
        let claims = json!({ "sub": "robot", "preferred_username": "robot" });
        let mut other = site.browser(21);
        let url_in = begin(&mut other, &set_up, "/").await;
        let code = set_up.idp.authorize(&url_in, claims);
        come_back(&mut other, &set_up, &url_in, &code)
            .await
            .is(401, "federation.refused");
        assert!(!other.cookies.contains_key("__Host-custos"));
        let entry = &site.log("session.create").await[0];
        assert_eq!(entry["detail"]["reason"], "service_account");
        // Nor connect one, with a session it might have.
        let answer = answer_about(&set_up, &url, "zhu");
        let refused = lead.post(OWN_CALLBACK, answer).await;
        refused.is(422, "federation.attempt.invalid");
        let rows = "SELECT COUNT(*) FROM federated_identity";
        let rows = store.tamper_for_tests(rows, &[]).await.unwrap();
        assert_eq!(rows[0].int(0).unwrap(), 1, "the robot's alone");
    })
    .await;
}
