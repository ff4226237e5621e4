//! Scan login of WeCom, DingTalk and Feishu, and attacks on it.

use crate::provider::query;
use crate::scan_service::{Kind, Mood, Person, SECRET, Service, Standing};
use crate::site::{Answer, Browser, SECURITY, SYSTEM, Site, both, ready};
use axum::http::{Method, StatusCode};
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

const HOST: &str = "crm.example";
const FEDERATION: &str = "/session/federation";
const CALLBACK: &str = "/session/federation/callback";
/// Nobody waits longer for a service that does not answer.
const LONGEST: Duration = Duration::from_secs(10);

struct SetUp {
    service: Service,
    id: String,
    version: Value,
}

/// An enabled provider of each kind, with groups that are approved.
async fn set_up(site: &Site<'_>, system: &mut Browser, kind: Kind) -> SetUp {
    site.identity.set_public_address(&format!("https://{HOST}"));
    let service = Service::start(kind).await;
    let body = json!({
        "kind": kind.name(), "name": kind.name(), "accounts": "create", "secret": SECRET, "config": service.config(),
    });
    let made = system.post("/identity-providers", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/identity-providers/{id}");
    let on = json!({ "enabled": true });
    let on = system.patch(&path, &made.body["version"], on).await;
    assert_eq!(on.status, StatusCode::OK, "{:?}", on.body);
    let version = on.body["version"].clone();
    SetUp {
        service,
        id,
        version,
    }
}

async fn approve(site: &Site<'_>, set_up: &SetUp) {
    let mut security = site.sign_in(SECURITY).await;
    let group = match set_up.service.kind() {
        Kind::Feishu => "od-7",
        Kind::Wecom | Kind::Dingtalk => "7",
    };
    let mapping = json!({ "group": group, "role": "sales", "data_scope": "own" });
    let access = json!({ "privileged": false, "two_factors": true, "mappings": [mapping] });
    let path = format!("/identity-providers/{}/access", set_up.id);
    let approved = security.put(&path, &set_up.version, access).await;
    assert_eq!(approved.status, StatusCode::OK, "{:?}", approved.body);
}

async fn begin(browser: &mut Browser, set_up: &SetUp) -> String {
    let body = json!({ "provider_id": set_up.id, "return_to": "/customers" });
    let host = [("host", HOST)];
    let answer = browser
        .send(Method::POST, FEDERATION, Some(body), &host)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.body["redirect"].as_str().unwrap().to_owned()
}

async fn come_back(browser: &mut Browser, url: &str, code: &str) -> Answer {
    let body = json!({ "state": query(url)["state"], "code": code });
    browser.post(CALLBACK, body).await
}

async fn sign_in(browser: &mut Browser, set_up: &SetUp, person: &Person) -> Answer {
    let url = begin(browser, set_up).await;
    let code = set_up.service.scan(&url, person);
    come_back(browser, &url, &code).await
}

/// Why the newest sign-in failed.
async fn reason(site: &Site<'_>) -> Value {
    site.log("session.create").await[0]["detail"].clone()
}

/// Of many at once, one; on a machine with too much to do, who would have may be told so instead.
fn one_got_in(kind: Kind, statuses: &[StatusCode]) {
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    let won = count(StatusCode::OK);
    let busy = count(StatusCode::SERVICE_UNAVAILABLE) > 0;
    assert!(won == 1 || (won == 0 && busy), "{kind:?} {statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_gets_an_account_with_the_role_of_the_department() {
    both(async |installation| {
        let site = ready(installation).await;
        for (n, kind) in Kind::ALL.into_iter().enumerate() {
            let mut system = site.sign_in(SYSTEM).await;
            let set_up = set_up(&site, &mut system, kind).await;
            approve(&site, &set_up).await;
            let path = format!("/identity-providers/{}/test", set_up.id);
            let probed = system.send(Method::POST, &path, None, &[]).await;
            assert_eq!(probed.status, StatusCode::NO_CONTENT, "{:?}", probed.body);
            // Not 401: whoever tries a provider out has a session that goes on.
            set_up.service.be(Mood::Secretive);
            let probed = system.send(Method::POST, &path, None, &[]).await;
            probed.is(422, "federation.answer_invalid");
            set_up.service.be(Mood::Well);

            let mut browser = site.browser(20);
            let login = format!("zhang.wei{n}");
            let person = Person::member(&login);
            let url = begin(&mut browser, &set_up).await;
            assert_eq!(
                query(&url)["redirect_uri"],
                "https://crm.example/sign-in/callback"
            );
            assert!(!url.contains("s3cret"), "{url}");
            let code = set_up.service.scan(&url, &person);
            let answer = come_back(&mut browser, &url, &code).await;
            // These services say nothing of a second factor: ours is needed, however far they are trusted.
            assert_eq!(
                answer.body["next"], "enrol_totp",
                "{kind:?} {:?}",
                answer.body
            );
            assert_eq!(answer.headers["x-return-to"], "/customers");
            let row = site.row(&mut system, &login).await;
            assert_eq!(row["name"], person.name, "{kind:?}");
            assert_eq!(row["roles"], json!(["sales"]), "{kind:?}");

            // The same person again, another department meanwhile: the same account, without the role. The token of the
            // application has ended in between.
            set_up.service.forget_tokens();
            let moved = Person {
                departments: vec![2],
                ..person.clone()
            };
            let answer = sign_in(&mut site.browser(21), &set_up, &moved).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            let row = site.row(&mut system, &login).await;
            assert_eq!(row["roles"], json!([]), "{kind:?}");
            assert_eq!(set_up.service.tokens_given(), 1, "asked for once, and kept");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_active_members_of_the_organisation_come_in() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let before = count(&mut system).await;
        for kind in Kind::ALL {
            let set_up = set_up(&site, &mut system, kind).await;
            let disabled = Person {
                standing: Standing::Disabled,
                ..Person::member("left")
            };
            for (n, person) in [
                Person::external("customer"),
                Person::of_another_organisation("stranger"),
                disabled,
            ]
            .iter()
            .enumerate()
            {
                let mut browser = site.browser(30 + u8::try_from(n).unwrap());
                let answer = sign_in(&mut browser, &set_up, person).await;
                answer.is(401, "federation.answer_invalid");
                assert!(!browser.cookies.contains_key("__Host-custos"), "{person:?}");
            }
            // A directory that answers about somebody else than was asked for.
            set_up.service.be(Mood::Confused);
            let answer = sign_in(&mut site.browser(40), &set_up, &Person::member("li.na")).await;
            answer.is(401, "federation.answer_invalid");
        }
        assert_eq!(count(&mut system).await, before, "nobody got an account");
    })
    .await;
}

async fn count(system: &mut Browser) -> usize {
    let page = system.get("/users?limit=200").await;
    page.body["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_a_scan_counts_once_and_in_its_own_browser() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        for (kind, number) in Kind::ALL.into_iter().zip(22..) {
            let set_up = set_up(&site, &mut system, kind).await;
            let mut victim = site.browser(20);
            let mut attacker = site.browser(21);
            let of_victim = begin(&mut victim, &set_up).await;
            let of_attacker = begin(&mut attacker, &set_up).await;
            let code = set_up
                .service
                .scan(&of_attacker, &Person::member("attacker"));
            // Login CSRF: the attacker's answer in the victim's browser; then with a state that nobody gave out.
            come_back(&mut victim, &of_attacker, &code)
                .await
                .is(401, "federation.attempt.invalid");
            for state in ["", "x", &"A".repeat(43)] {
                let body = json!({ "state": state, "code": code });
                victim
                    .post(CALLBACK, body)
                    .await
                    .is(401, "federation.attempt.invalid");
            }
            // Who refuses on the page comes back without a code.
            let body = json!({ "state": query(&of_attacker)["state"] });
            attacker
                .post(CALLBACK, body)
                .await
                .is(401, "federation.cancelled");
            // The victim's own answer still counts, once.
            let code = set_up.service.scan(&of_victim, &Person::member("victim"));
            let kept = victim.clone();
            let answer = come_back(&mut victim, &of_victim, &code).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            come_back(&mut kept.clone(), &of_victim, &code)
                .await
                .is(401, "federation.attempt.invalid");

            // Fifty times the same answer at once, by a service that does not count how often.
            set_up.service.be(Mood::Forgetful);
            // From a place of their own: what fails counts against where it comes from.
            let mut racer = site.browser(number);
            let url = begin(&mut racer, &set_up).await;
            let code = set_up.service.scan(&url, &Person::member("racer"));
            let tries = (0..50).map(|_| {
                let mut browser = racer.clone();
                let (url, code) = (&url, &code);
                async move { come_back(&mut browser, url, code).await.status }
            });
            let statuses = join_all(tries).await;
            one_got_in(kind, &statuses);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_code_is_worth_nothing_twice() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        for kind in Kind::ALL {
            let set_up = set_up(&site, &mut system, kind).await;
            // Fifty browsers with an attempt of their own, and one code that somebody has seen; a service that gives
            // an answer to all of them, so that only we stand between.
            set_up.service.be(Mood::Forgetful);
            let mut browsers = Vec::new();
            for n in 0..50 {
                let mut browser = site.browser(60 + n);
                let url = begin(&mut browser, &set_up).await;
                browsers.push((browser, url));
            }
            let code = set_up
                .service
                .scan(&browsers[0].1, &Person::member("wang.fang"));
            let tries = browsers.iter_mut().map(|(browser, url)| {
                let code = &code;
                async move { come_back(browser, url, code).await.status }
            });
            let statuses = join_all(tries).await;
            one_got_in(kind, &statuses);

            // A service that counts refuses what it has seen, or what was given to another attempt where it knows PKCE.
            set_up.service.be(Mood::Well);
            let mut owner = site.browser(20);
            let mut thief = site.browser(21);
            let of_owner = begin(&mut owner, &set_up).await;
            let of_thief = begin(&mut thief, &set_up).await;
            let code = set_up.service.scan(&of_owner, &Person::member("wang.fang"));
            let answer = come_back(&mut thief, &of_thief, &code).await;
            if kind == Kind::Feishu {
                answer.is(401, "federation.answer_invalid");
                let detail = reason(&site).await;
                assert_eq!(
                    (&detail["reason"], &detail["number"]),
                    (&json!("refused"), &json!(20049))
                );
            }
            come_back(&mut owner, &of_owner, &code)
                .await
                .is(401, "federation.answer_invalid");
            assert_eq!(reason(&site).await["reason"], "replayed");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_says_wrong_signs_nobody_in() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        for kind in Kind::ALL {
            let set_up = set_up(&site, &mut system, kind).await;
            let person = Person::member("wang.fang");
            for (n, (mood, status, code)) in [
                (Mood::Refusing, 401, "federation.answer_invalid"),
                (Mood::Nameless, 401, "federation.answer_invalid"),
                (Mood::Broken, 502, "federation.unreachable"),
                (Mood::Oversized, 502, "federation.unreachable"),
                (Mood::Slow, 502, "federation.unreachable"),
            ]
            .into_iter()
            .enumerate()
            {
                let mut browser = site.browser(20 + u8::try_from(n).unwrap());
                let url = begin(&mut browser, &set_up).await;
                let given = set_up.service.scan(&url, &person);
                set_up.service.be(mood);
                let answer = come_back(&mut browser, &url, &given);
                let answer = timeout(LONGEST, answer).await.expect("an answer in time");
                assert_eq!(
                    (answer.status.as_u16(), answer.code()),
                    (status, code),
                    "{kind:?} {mood:?}"
                );
                assert!(!browser.cookies.contains_key("__Host-custos"));
                if mood == Mood::Refusing {
                    assert_eq!(
                        reason(&site).await["reason"],
                        "refused",
                        "recorded, whatever the number"
                    );
                }
                set_up.service.be(Mood::Well);
            }
            // A code that nobody gave out, and one that is far too long.
            for bad in ["made-up", &"x".repeat(5000)] {
                let mut browser = site.browser(30);
                let url = begin(&mut browser, &set_up).await;
                come_back(&mut browser, &url, bad)
                    .await
                    .is(401, "federation.answer_invalid");
            }
            // Nothing of what the service says, and nothing of the secret, reaches whoever asks or the log.
            let log = format!("{:?}", site.log("session.create").await);
            assert!(!log.contains("s3cret") && !log.contains("privilege"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_to_the_address_it_was_entered_for() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        for kind in Kind::ALL {
            let set_up = set_up(&site, &mut system, kind).await;
            let path = format!("/identity-providers/{}", set_up.id);
            let elsewhere = Service::start(kind).await;
            // Who may configure may not have the secret sent to a server of their own without knowing it.
            let config = json!({ "config": elsewhere.config() });
            let refused = system.patch(&path, &set_up.version, config.clone()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(
                refused.fields(),
                [("secret".to_owned(), "provider.secret.required".to_owned())]
            );
            // A token got with the secret is worth as much: another provider with the same application gets its own.
            let answer = sign_in(&mut site.browser(20), &set_up, &Person::member("li.na")).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            let body = json!({
                "kind": kind.name(), "name": "同一应用", "accounts": "create", "secret": "guessed", "config": set_up.service.config(),
            });
            let made = system.post("/identity-providers", body).await;
            let test = format!("/identity-providers/{}", made.body["id"].as_str().unwrap());
            let on = json!({ "enabled": true });
            system.patch(&test, &made.body["version"], on).await;
            let guessed = SetUp {
                id: made.body["id"].as_str().unwrap().to_owned(),
                ..set_up
            };
            sign_in(&mut site.browser(21), &guessed, &Person::member("li.na"))
                .await
                .is(401, "federation.answer_invalid");
            // With the secret the address may be changed.
            let mut whole = config;
            whole["secret"] = json!(SECRET);
            let changed = system.patch(&path, &guessed.version, whole).await;
            assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.body);
        }
    })
    .await;
}
