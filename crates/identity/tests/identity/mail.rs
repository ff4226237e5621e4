//! Messages about accounts: invitations, forgotten passwords, proven addresses, news. What the mails say is read from
//! their sealed rows.

use crate::site::{Browser, LEAD, SYSTEM, Site, both, password, ready};
use axum::http::{Method, StatusCode};
use custos_store::Value as Column;
use serde_json::{Value, json};
use std::time::Duration;

pub const MAIL: &str = "zhu.guanqun@example.cn";

/// Sets a mail server up, past the operations of another crate. Nothing is sent in these tests.
pub async fn with_mail(site: &Site<'_>) {
    with_messages(site, Value::Null).await;
}

/// As [`with_mail`], and a provider of text messages.
pub async fn with_messages(site: &Site<'_>, sms: Value) {
    let org = site.org().await;
    let store = site.installation.store();
    let key = store.keys().get(store, org).await.unwrap();
    let settings = json!({
        "base_url": "https://crm.example.cn",
        "smtp": {
            "host": "localhost", "port": 25, "security": "plain", "user": null, "password": null,
            "from_name": "CRM", "from_address": "crm@example.cn",
        },
        "sms": sms,
    });
    let sealed = key.seal_secret(
        "outbox.settings",
        org.as_bytes(),
        settings.to_string().as_bytes(),
        site.installation.random(),
    );
    let values = [Column::from(&org.as_bytes()[..]), Column::Bytes(sealed)];
    let sql = "INSERT INTO outbox_settings (org_id, id, value, updated_at, version) VALUES ($1, $1, $2, 0, 1)";
    store.tamper_for_tests(sql, &values).await.unwrap();
}

/// The messages of a kind, oldest first, opened.
pub async fn messages(site: &Site<'_>, template: &str) -> Vec<Value> {
    let org = site.org().await;
    let store = site.installation.store();
    let key = store.keys().get(store, org).await.unwrap();
    let sql = "SELECT id, content FROM message WHERE template = $1 ORDER BY id";
    let rows = store
        .tamper_for_tests(sql, &[Column::from(template)])
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            let text = key.open_secret(
                "message.content",
                &row.id(0).unwrap(),
                row.bytes(1).unwrap(),
            );
            serde_json::from_slice(&text.unwrap()).unwrap()
        })
        .collect()
}

/// The newest message of a kind, once there are so many.
pub async fn newest(site: &Site<'_>, template: &str, count: usize) -> Value {
    for _ in 0..200 {
        let mut all = messages(site, template).await;
        assert!(all.len() <= count, "{all:?}");
        if all.len() == count {
            return all.pop().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no message {template}");
}

fn token(message: &Value, page: &str) -> String {
    let link = message["params"]["link"].as_str().unwrap();
    link.strip_prefix(page)
        .unwrap()
        .strip_prefix('#')
        .unwrap()
        .to_owned()
}

/// Proves a mail address by the code that is sent there.
pub async fn prove(site: &Site<'_>, browser: &mut Browser, codes: usize) {
    let put = browser
        .send(
            Method::PUT,
            "/me/contacts/mail",
            Some(json!({ "value": MAIL })),
            &[],
        )
        .await;
    assert_eq!(put.status, StatusCode::ACCEPTED, "{:?}", put.body);
    let code = newest(site, "contact_code", codes).await["params"]["code"].clone();
    let done = browser
        .post("/me/contacts/mail/verification", json!({ "code": code }))
        .await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{:?}", done.body);
}

/// A site on which the sales lead has a proven mail address.
pub async fn reachable<'i>(installation: &'i custos_testkit::Installation) -> (Site<'i>, Browser) {
    let site = ready(installation).await;
    with_mail(&site).await;
    let mut browser = site.sign_in(LEAD).await;
    prove(&site, &mut browser, 1).await;
    (site, browser)
}

async fn reset(site: &Site<'_>, token: &str, password: &str) -> crate::site::Answer {
    let body = json!({ "token": token, "password": password });
    site.browser(30)
        .post("/session/reset/confirmation", body)
        .await
}

const NEW: &str = "umber-violet-glacier-93";

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_proven_by_its_code_only() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let put = json!({ "value": MAIL });
        let refused = browser
            .send(Method::PUT, "/me/contacts/mail", Some(put.clone()), &[])
            .await;
        refused.is(409, "outbox.not_configured");
        with_mail(&site).await;
        for bad in ["", "x", "a@b", "a@b.cn\r\nBcc: c@d.cn"] {
            let body = json!({ "value": bad });
            let refused = browser
                .send(Method::PUT, "/me/contacts/mail", Some(body), &[])
                .await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        browser
            .send(Method::PUT, "/me/contacts/mail", Some(put.clone()), &[])
            .await;
        let code = newest(&site, "contact_code", 1).await["params"]["code"]
            .as_str()
            .unwrap()
            .to_owned();
        let confirm = "/me/contacts/mail/verification";
        let wrong = if code == "000000" { "000001" } else { "000000" };
        browser
            .post(confirm, json!({ "code": wrong }))
            .await
            .is(422, "request.invalid");
        // Of another session it is worth nothing.
        let mut other = site.sign_in(LEAD).await;
        other
            .post(confirm, json!({ "code": code }))
            .await
            .is(422, "request.invalid");
        let soon = browser
            .send(Method::PUT, "/me/contacts/mail", Some(put.clone()), &[])
            .await;
        assert_eq!(
            soon.status,
            StatusCode::ACCEPTED,
            "signing in took longer than the pause"
        );
        let newer = newest(&site, "contact_code", 2).await["params"]["code"]
            .as_str()
            .unwrap()
            .to_owned();
        browser
            .send(Method::PUT, "/me/contacts/mail", Some(put), &[])
            .await
            .is(429, "session.throttled");
        for _ in 0..5 {
            browser
                .post(confirm, json!({ "code": "999999x" }))
                .await
                .is(422, "request.invalid");
        }
        // The right one after five wrong ones is gone.
        browser
            .post(confirm, json!({ "code": newer }))
            .await
            .is(422, "request.invalid");
        assert_eq!(browser.get("/me/contacts").await.body["mail"], Value::Null);
        installation.clock().advance(31_000);
        prove(&site, &mut browser, 3).await;
        let own = browser.get("/me/contacts").await.body;
        assert_eq!(own["mail"], json!({ "value": MAIL, "verified": true }));
        assert!(!installation.dump_shows(MAIL));
        installation.clock().advance(6 * 60_000);
        let late = browser.delete("/me/contacts/mail").await;
        late.is(403, "session.step_up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_goes_to_its_owner_alone_and_proves_the_address() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let body = json!({
            "name": "林晓", "login": "lin.xiao", "mail": MAIL, "language": "en", "data_scope": "own",
        });
        let refused = system.post("/users/invitations", body.clone()).await;
        refused.is(409, "outbox.not_configured");
        with_mail(&site).await;
        let made = system.post("/users/invitations", body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        assert_eq!(made.body.as_object().unwrap().len(), 1, "nothing but the id is told");
        system.post("/users/invitations", body).await.is(422, "request.invalid");
        let mail = newest(&site, "invitation", 1).await;
        assert_eq!((&mail["recipient"], &mail["language"]), (&json!(MAIL), &json!("en")));
        assert_eq!(mail["params"]["login"], "lin.xiao");
        let first = token(&mail, "/link");
        let id = made.body["id"].as_str().unwrap();
        // Messages of one moment have no order.
        installation.clock().advance(1_000);
        let again = system.post(&format!("/users/{id}/invitation"), json!({})).await;
        assert_eq!(again.status, StatusCode::ACCEPTED, "{:?}", again.body);
        let second = token(&newest(&site, "invitation", 2).await, "/link");
        let mut stale = site.browser(31);
        stale.post("/session/link", json!({ "token": first })).await.is(401, "session.link.invalid");
        let mut invited = site.follow(&format!("/link#{second}"), "lin.xiao").await;
        let own = invited.get("/me/contacts").await.body;
        assert_eq!(own["mail"], json!({ "value": MAIL, "verified": true }));
        // From now on the address is its owner's to change.
        site.next_code_period();
        let elsewhere = json!({ "mail": "attacker@example.cn" });
        let refused = system.post(&format!("/users/{id}/invitation"), elsewhere).await;
        refused.is(422, "request.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_sets_the_password_ends_every_session_and_keeps_the_second_factor() {
    both(async |installation| {
        let (site, mut browser) = reachable(installation).await;
        let mut door = site.browser(20);
        let asked = door.post("/session/reset", json!({ "login": LEAD })).await;
        assert_eq!(asked.status, StatusCode::ACCEPTED);
        let mail = newest(&site, "reset", 1).await;
        assert_eq!(mail["recipient"], MAIL);
        let link = token(&mail, "/reset");
        reset(&site, &link, "short")
            .await
            .is(422, "request.invalid");
        assert_eq!(
            reset(&site, &link, NEW).await.status,
            StatusCode::NO_CONTENT
        );
        reset(&site, &link, "another-password-of-39")
            .await
            .is(401, "session.link.invalid");
        browser.get("/session").await.is(401, "session.missing");
        assert_eq!(
            newest(&site, "password_changed", 1).await["recipient"],
            MAIL
        );
        let old = json!({ "login": LEAD, "password": password(LEAD) });
        site.browser(21)
            .post("/session", old)
            .await
            .is(401, "session.credentials.wrong");
        let mut back = site.browser(22);
        let body = json!({ "login": LEAD, "password": NEW });
        let first = back.post("/session", body).await;
        assert_eq!(
            (first.status, &first.body["next"]),
            (StatusCode::OK, &json!("totp"))
        );
        back.get("/customers").await;
        back.get("/session").await.is(401, "session.second_factor");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_use_one_reset_link_one_succeeds() {
    both(async |installation| {
        let (site, _) = reachable(installation).await;
        site.browser(20)
            .post("/session/reset", json!({ "login": LEAD }))
            .await;
        let link = token(&newest(&site, "reset", 1).await, "/reset");
        let tries: Vec<_> = (0..50)
            .map(|n| {
                let mut browser = site.browser(40 + n);
                let body = json!({ "token": link, "password": format!("{NEW}-{n}") });
                tokio::spawn(async move {
                    browser
                        .post("/session/reset/confirmation", body)
                        .await
                        .status
                        .as_u16()
                })
            })
            .collect();
        let mut set = 0;
        for one in tries {
            match one.await.unwrap() {
                204 => set += 1,
                401 | 503 => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(set, 1);
        assert_eq!(
            site.log("user.reset")
                .await
                .iter()
                .filter(|e| e["outcome"] == "allowed")
                .count(),
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_ends_with_its_time_and_with_the_next_one() {
    both(async |installation| {
        let (site, _) = reachable(installation).await;
        let ask = async |host| {
            site.browser(host)
                .post("/session/reset", json!({ "login": LEAD }))
                .await
        };
        ask(20).await;
        let first = token(&newest(&site, "reset", 1).await, "/reset");
        // Messages of one moment have no order.
        installation.clock().advance(1_000);
        ask(21).await;
        let second = token(&newest(&site, "reset", 2).await, "/reset");
        reset(&site, &first, NEW)
            .await
            .is(401, "session.link.invalid");
        installation.clock().advance(30 * 60_000);
        reset(&site, &second, NEW)
            .await
            .is(401, "session.link.invalid");
        for bad in ["", "x", &"A".repeat(43), &"A".repeat(5000)] {
            reset(&site, bad, NEW).await.is(401, "session.link.invalid");
        }
    })
    .await;
}

/// All of an answer but what differs in every answer.
fn shape(answer: &crate::site::Answer) -> (u16, Value, Vec<String>) {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    (answer.status.as_u16(), answer.body.clone(), headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_a_reset_does_not_tell_whether_there_is_such_an_account() {
    both(async |installation| {
        let (site, _) = reachable(installation).await;
        let operator = site.operator().await;
        let off = custos_identity::AccountChange {
            active: Some(false),
            ..Default::default()
        };
        let audit = site
            .identity
            .account_by_login(&operator, "anquan")
            .await
            .unwrap();
        // One with an address, one without, one disabled, one unknown, and something else altogether.
        let another = custos_identity::NewAccount {
            name: "停用".to_owned(),
            login: "gone".to_owned(),
            department: None,
            data_scope: custos_kernel::policy::DataScope::Own,
        };
        let (gone, _) = site
            .identity
            .create_account(&operator, another)
            .await
            .unwrap();
        site.identity
            .change_account(&operator, gone, None, off)
            .await
            .unwrap();
        assert!(audit.active);
        let mut shapes = Vec::new();
        for (n, login) in [LEAD, "anquan", "gone", "nobody", "'; DROP TABLE account --"]
            .into_iter()
            .enumerate()
        {
            let mut browser = site.browser(50 + n as u8);
            let body = json!({ "login": login });
            let first = browser.post("/session/reset", body.clone()).await;
            assert_eq!(first.status, StatusCode::ACCEPTED);
            for _ in 0..2 {
                browser.post("/session/reset", body.clone()).await;
            }
            let refused = browser.post("/session/reset", body).await;
            refused.is(429, "session.throttled");
            shapes.push((shape(&first), shape(&refused)));
        }
        assert!(
            shapes.windows(2).all(|pair| pair[0] == pair[1]),
            "{shapes:?}"
        );
        newest(&site, "reset", 3).await;
        // Its owner still signs in.
        let body = json!({ "login": LEAD, "password": password(LEAD) });
        assert_eq!(
            site.browser(60).post("/session", body).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_on_a_device_not_seen_before_is_told() {
    both(async |installation| {
        let (site, mut known) = reachable(installation).await;
        let before = messages(&site, "new_sign_in").await.len();
        site.sign_in_with(&mut known, LEAD).await;
        assert_eq!(
            messages(&site, "new_sign_in").await.len(),
            before,
            "the device is known"
        );
        site.sign_in(LEAD).await;
        let mail = newest(&site, "new_sign_in", before + 1).await;
        assert_eq!(mail["params"]["address"], "192.0.2.7");
        let all = installation.verify(site.org().await).await;
        assert!(all.is_ok(), "{all:?}");
    })
    .await;
}
