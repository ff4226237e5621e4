//! The security settings: who changes them, what they do at once, and that nobody is locked out by them.

use crate::site::{
    AUDIT, Answer, Browser, LEAD, SECURITY, SYSTEM, Site, both, empty, node, password, ready,
};
use axum::http::{Method, StatusCode};
use custos_store::EngineKind;
use serde_json::{Value, json};
use std::sync::Arc;

const PATH: &str = "/security/settings";

pub fn settings() -> Value {
    json!({
        "password": { "min_length": 12, "min_score": 3, "history": 5, "max_age_days": 0, "breached_list": true },
        "sessions": {
            "idle_minutes": 30, "absolute_hours": 12, "fresh_minutes": 5, "concurrent": null, "when_full": "oldest_goes"
        },
        "second_factor": { "mail_code": false, "sms_code": false },
        "trusted_networks": [],
        "working_hours": null,
        "roles": []
    })
}

pub fn with(pointer: &str, value: Value) -> Value {
    let mut all = settings();
    *all.pointer_mut(pointer).unwrap() = value;
    all
}

fn role(name: &str, networks: &[&str], hours: Value) -> Value {
    json!([{ "role": name, "networks": networks, "hours": hours }])
}

/// Saves settings over those there are.
pub async fn save(browser: &mut Browser, body: Value) -> Answer {
    let version = browser.get(PATH).await;
    let tag = version.headers["etag"].to_str().unwrap().to_owned();
    browser
        .send(Method::PUT, PATH, Some(body), &[("if-match", &tag)])
        .await
}

pub async fn saved(site: &Site<'_>, body: Value) {
    let mut system = site.sign_in(SYSTEM).await;
    let answer = save(&mut system, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

/// Hours that never begin on the day it is, told for a moment.
fn not_now(site: &Site<'_>) -> Value {
    let days = [
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "monday",
        "tuesday",
        "wednesday",
    ];
    let today = usize::try_from(site.now() / 86_400_000).unwrap() % 7;
    json!({ "days": [days[(today + 3) % 7]], "from": "00:00", "to": "24:00", "zone": "UTC" })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_administrator_changes_what_the_administrators_see() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let first = system.get(PATH).await;
        assert_eq!(
            (&first.headers["etag"], &first.body),
            (&"\"0\"".parse().unwrap(), &settings())
        );
        let body = with("/password/min_length", json!(16));
        let changed = system.put(PATH, &json!(0), body.clone()).await;
        assert_eq!(
            (changed.status, &changed.body),
            (StatusCode::OK, &body),
            "{:?}",
            changed.body
        );
        assert_eq!(changed.headers["etag"], "\"1\"");
        for version in [0, 2, -1] {
            let stale = system.put(PATH, &json!(version), settings()).await;
            stale.is(412, "record.stale");
        }
        let again = with("/sessions/idle_minutes", json!(20));
        assert_eq!(
            system.put(PATH, &json!(1), again).await.status,
            StatusCode::OK
        );
        for login in [SECURITY, AUDIT] {
            let mut other = site.sign_in(login).await;
            assert_eq!(other.get(PATH).await.body["sessions"]["idle_minutes"], 20);
            other
                .put(PATH, &json!(2), settings())
                .await
                .is(403, "forbidden");
            other
                .post(&format!("{PATH}/preview"), settings())
                .await
                .is(403, "forbidden");
        }
        let mut lead = site.sign_in(LEAD).await;
        lead.get(PATH).await.is(403, "forbidden");
        let log = site.log("security_settings.update").await;
        let allowed: Vec<_> = log
            .iter()
            .filter(|entry| entry["outcome"] == "allowed")
            .collect();
        assert_eq!(allowed.len(), 2);
        assert_eq!(
            allowed[0]["detail"]["changes"],
            json!(["password", "sessions"])
        );
        assert_eq!(allowed[1]["detail"]["changes"], json!(["password"]));
        // After five minutes a factor has to be proven again.
        let mut system = site.sign_in(SYSTEM).await;
        installation.clock().advance(5 * 60_000);
        system
            .put(PATH, &json!(2), settings())
            .await
            .is(403, "session.step_up");
        assert_eq!(system.get(PATH).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_by_field() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let mut body = settings();
        body["password"]["min_length"] = json!(7);
        body["sessions"]["concurrent"] = json!(0);
        body["trusted_networks"] = json!(["192.0.2.0/24", "office"]);
        body["working_hours"] = json!({ "days": [], "from": "8", "to": "18:00", "zone": "Mars" });
        body["roles"] = json!([
            { "role": "sales", "networks": ["300.0.0.0/8"], "hours": null },
            { "role": "sales", "networks": [], "hours": null }
        ]);
        let answer = save(&mut system, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let expected = [
            ("password.min_length", "number.out_of_range"),
            ("sessions.concurrent", "number.out_of_range"),
            ("trusted_networks[1]", "network.invalid"),
            ("working_hours.days", "security.hours.no_day"),
            ("working_hours.from", "security.hours.time"),
            ("working_hours.zone", "security.hours.zone"),
            ("roles[0].networks[0]", "network.invalid"),
            ("roles[1].role", "security.role.twice"),
        ];
        let expected = expected.map(|(field, code)| (field.to_owned(), code.to_owned()));
        assert_eq!(answer.fields(), expected);
        for malformed in [
            json!({}),
            with("/password/min_length", json!(-1)),
            with("/roles", role("owner", &[], Value::Null)),
        ] {
            save(&mut system, malformed)
                .await
                .is(400, "request.malformed");
        }
        assert_eq!(system.get(PATH).await.body, settings());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_count_at_the_next_request_and_elsewhere_within_a_second() {
    both(async |installation| {
        let site = ready(installation).await;
        let store = match installation.store().engine() {
            EngineKind::Postgres => installation
                .open(installation.migrations(), installation.keyring())
                .await
                .unwrap(),
            EngineKind::Sqlite => Arc::clone(installation.store()),
        };
        let there = node(installation, &store, store.audit_sink());
        let lead = site.sign_in(LEAD).await;
        let alive = async |browser: &Browser| browser.clone().get("/session").await.status == 200;
        let at_there = lead.at(&there);
        assert!(alive(&lead).await && alive(&at_there).await);
        let mut system = site.sign_in(SYSTEM).await;
        installation.clock().advance(5_000);
        // The other node reads the rules just before they change: the worst moment.
        assert!(alive(&system.at(&there)).await);
        let body = with("/sessions/idle_minutes", json!(1));
        assert_eq!(save(&mut system, body).await.status, StatusCode::OK);
        // Unused for more than a minute.
        lead.clone()
            .get("/session")
            .await
            .is(401, "session.expired");
        installation.clock().advance(1000);
        at_there
            .clone()
            .get("/session")
            .await
            .is(401, "session.expired");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_barred_network_counts_for_every_request_also_between_the_factors() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut lead = site.sign_in(LEAD).await;
        site.next_code_period();
        let mut half = site.browser(7);
        let body = json!({"login": LEAD, "password": password(LEAD)});
        assert_eq!(
            half.post("/session", body.clone()).await.status,
            StatusCode::OK
        );
        saved(
            &site,
            with(
                "/roles",
                role(
                    "sales_lead",
                    &["192.0.2.64/26", "2001:db8::/48"],
                    Value::Null,
                ),
            ),
        )
        .await;
        lead.get("/session").await.is(401, "session.barred.network");
        half.post("/session/totp", json!({"code": site.code(LEAD)}))
            .await
            .is(401, "session.barred.network");
        // The same cookie is good where it may be used; and it is the session's place that may be copied, not the rule.
        let mut inside = site.browser(65);
        inside.cookies = lead.cookies.clone();
        assert_eq!(inside.get("/session").await.status, StatusCode::OK);
        // A first factor from elsewhere answers as before, and leads nowhere.
        site.next_code_period();
        let mut outside = site.browser(8);
        let first = outside.post("/session", body).await;
        assert_eq!(first.status, StatusCode::OK);
        outside
            .post("/session/totp", json!({"code": site.code(LEAD)}))
            .await
            .is(401, "session.barred.network");
        // Others are not concerned.
        let mut audit = site.sign_in(AUDIT).await;
        assert_eq!(audit.get("/session").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_bar_when_they_end_and_let_in_when_they_begin() {
    both(async |installation| {
        let site = ready(installation).await;
        let lead = site.sign_in(LEAD).await;
        let mut system = site.sign_in(SYSTEM).await;
        let hours = not_now(&site);
        let body = with("/roles", role("sales_lead", &[], hours));
        assert_eq!(save(&mut system, body).await.status, StatusCode::OK);
        lead.clone()
            .get("/session")
            .await
            .is(401, "session.barred.hours");
        let midnight = 3 * 86_400_000 - site.now() % 86_400_000;
        installation.clock().advance(midnight - 1);
        site.next_code_period();
        // A minute into the hours now.
        let mut inside = site.sign_in(LEAD).await;
        assert_eq!(inside.get("/session").await.status, StatusCode::OK);
        installation.clock().advance(86_400_000 - 5 * 60_000);
        let mut late = site.sign_in(LEAD).await;
        assert_eq!(late.get("/session").await.status, StatusCode::OK);
        installation.clock().advance(5 * 60_000);
        late.get("/session").await.is(401, "session.barred.hours");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_locked_out_of_an_administrators_role() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let own =
            |networks: &[&str], hours: Value| with("/roles", role("system_admin", networks, hours));
        save(&mut system, own(&["198.51.100.0/24"], Value::Null))
            .await
            .is(409, "security.bars_yourself");
        save(&mut system, own(&[], not_now(&site)))
            .await
            .is(409, "security.bars_yourself");
        let others =
            |networks: &[&str]| with("/roles", role("security_admin", networks, Value::Null));
        let refused = save(&mut system, others(&["198.51.100.0/24"])).await;
        refused.is(422, "request.invalid");
        assert_eq!(
            refused.fields(),
            [(
                "roles[0].networks".to_owned(),
                "security.role.unreachable".to_owned()
            )]
        );
        // Once one of them works from there, it is reachable.
        let mut security = site.browser_at([198, 51, 100, 9].into());
        site.sign_in_with(&mut security, SECURITY).await;
        let mut system = site.sign_in(SYSTEM).await;
        let answer = save(&mut system, others(&["198.51.100.0/24"])).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(security.get("/session").await.status, StatusCode::OK);
        // Where the saver is, they can go.
        let answer = save(&mut system, others(&["192.0.2.0/24"])).await;
        assert_eq!(answer.status, StatusCode::OK);
        let answer = save(&mut system, own(&["192.0.2.7/32"], Value::Null)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(system.get("/session").await.status, StatusCode::OK);
        system.get(PATH).await;
        let mut elsewhere = system.clone();
        assert_eq!(elsewhere.get(PATH).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_surroundings_are_in_the_log() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut body = with("/trusted_networks", json!(["192.0.2.0/24"]));
        body["working_hours"] = not_now(&site);
        saved(&site, body).await;
        let mut lead = site.sign_in(LEAD).await;
        lead.get("/session").await;
        let grounds = |log: &[Value]| log[0]["detail"]["grounds"].to_string();
        let inside = grounds(&site.log("session.read").await);
        assert!(
            inside.contains("network_trusted") && inside.contains("hours_outside"),
            "{inside}"
        );
        let mut away = site.browser_at([198, 51, 100, 9].into());
        away.cookies = lead.cookies.clone();
        away.get("/session").await;
        let outside = grounds(&site.log("session.read").await);
        assert!(outside.contains("network_other"), "{outside}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_says_who_would_be_concerned() {
    both(async |installation| {
        let site = ready(installation).await;
        let _old = site.sign_in(LEAD).await;
        installation.clock().advance(20 * 60_000);
        let mut lead = site.browser_at([198, 51, 100, 9].into());
        site.sign_in_with(&mut lead, LEAD).await;
        let mut system = site.sign_in(SYSTEM).await;
        let path = format!("{PATH}/preview");
        let nothing = system.post(&path, settings()).await;
        assert_eq!(nothing.status, StatusCode::OK, "{:?}", nothing.body);
        assert_eq!(
            (&nothing.body["accounts"], &nothing.body["located"]),
            (&json!(4), &json!(2))
        );
        for list in ["barred", "sessions", "passwords"] {
            assert_eq!(nothing.body[list], json!({ "total": 0, "people": [] }));
        }
        let one = |answer: &Answer, list: &str| {
            let people = answer.body[list]["people"].as_array().unwrap().clone();
            let told =
                |p: &Value| format!("{} {} {}", p["name"], p["by"], p["sessions"]).replace('"', "");
            people.iter().map(told).collect::<Vec<_>>()
        };
        let networks = with("/roles", role("sales_lead", &["192.0.2.0/24"], Value::Null));
        assert_eq!(
            one(&system.post(&path, networks).await, "barred"),
            ["祝冠群 network 0"]
        );
        let hours = with("/roles", role("audit_admin", &[], not_now(&site)));
        assert_eq!(
            one(&system.post(&path, hours).await, "barred"),
            ["沈纪元 hours 0"]
        );
        let idle = with("/sessions/idle_minutes", json!(10));
        assert_eq!(
            one(&system.post(&path, idle).await, "sessions"),
            ["祝冠群 idle 1"]
        );
        let count = with("/sessions/concurrent", json!(1));
        assert_eq!(
            one(&system.post(&path, count).await, "sessions"),
            ["祝冠群 concurrent 1"]
        );
        installation.clock().advance(10 * 86_400_000);
        let mut system = site.sign_in(SYSTEM).await;
        let age = with("/password/max_age_days", json!(10));
        assert_eq!(system.post(&path, age).await.body["passwords"]["total"], 4);
        let age = with("/password/max_age_days", json!(11));
        assert_eq!(system.post(&path, age).await.body["passwords"]["total"], 0);
        // Nothing was saved by looking.
        assert_eq!(system.get(PATH).await.headers["etag"], "\"0\"");
        assert_eq!(site.log("security_settings.preview").await.len(), 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_outlive_the_node() {
    both(async |installation| {
        let site = ready(installation).await;
        saved(&site, with("/sessions/fresh_minutes", json!(60))).await;
        let system = site.sign_in(SYSTEM).await;
        installation.clock().advance(20 * 60_000);
        let after = empty(installation);
        let mut system = system.at(&after);
        let answer = save(&mut system, settings()).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    })
    .await;
}
