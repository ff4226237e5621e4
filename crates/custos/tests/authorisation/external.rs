//! Somebody from outside tries everything there is.

use crate::browser::{Browser, Call, Sent};
use crate::cases::call;
use crate::expected::{Cell, table};
use crate::site::{Organisation, Site, both};
use crate::target::Target;
use custos_values::Clock;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// What the desk lets somebody from outside do, beside what anybody does who has an account and no role.
const DESK: [&str; 14] = [
    "audit_entries_list",
    "audit_actions_list",
    "audit_counts_read",
    "audit_readers_list",
    "audit_sightings_list",
    "audit_question_list",
    "audit_question_create",
    "audit_finding_list",
    "audit_checkpoint_read",
    "audit_verification_create",
    "audit_export_read",
    "preference_read",
    "preference_update",
    "audit_question_update",
];

async fn audit_administrator(site: &Site<'_>) -> Browser {
    let mut browser = site.browser();
    let body = json!({ "login": "shenji", "password": crate::site::password("shenji") });
    browser.step(Call::post("/session", body)).await.expect(200);
    site.enrol(browser).await
}

/// Invites somebody for an hour, and signs them in.
async fn outsider(site: &Site<'_>, audit: &Browser) -> (String, Browser) {
    let now = site.installation.clock().now();
    let body = json!({
        "name": "方外", "login": format!("fang{}", site.next()), "firm": "明信会计师事务所",
        "from": now.plus_millis(-3_600_000), "to": now.plus_millis(3_600_000), "ends_at": now.plus_millis(3_600_000),
    });
    let made = audit
        .send(Call::post("/external-auditors", body))
        .await
        .expect(201);
    let mut browser = site.browser();
    let link = made["sign_in_link"]
        .as_str()
        .unwrap()
        .split_once('#')
        .unwrap();
    let body = json!({ "token": link.1 });
    browser
        .step(Call::post("/session/link", body))
        .await
        .expect(200);
    (
        made["id"].as_str().unwrap().to_owned(),
        site.enrol(browser).await,
    )
}

async fn others(site: &Site<'_>, home: &Organisation) -> (crate::site::Person, Target) {
    let owner = site.sales_person(home, 0).await;
    let target = site.target(&owner, &home.departments[0]).await;
    (owner, target)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_auditor_reaches_the_log_and_their_own_account_and_nothing_else() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let (owner, target) = others(&site, &home).await;
        let audit = audit_administrator(&site).await;
        let (id, mut browser) = outsider(&site, &audit).await;
        let session = browser.session().await;
        assert_eq!(session["engagement"]["firm"], "明信会计师事务所");
        assert_eq!(session["user"]["roles"], json!(["external_auditor"]));
        let before = site.snapshot(&owner, &target).await;
        let table = table();
        let (mut refused, mut requests) = (0, Vec::new());
        for operation in site
            .operations
            .iter()
            .filter(|it| it.id != "session_delete")
        {
            let anybody = !matches!(table[operation.id].cells["none"], Cell::Refused);
            let reply = browser.send(call(&site, operation, &target)).await;
            let what = format!("{}: {} {}", operation.id, reply.status, reply.text());
            if DESK.contains(&operation.id) {
                let missing =
                    operation.path.contains("{id}") && reply.status == StatusCode::NOT_FOUND;
                assert!(reply.status.is_success() || missing, "{what}");
                if !missing {
                    requests.push((operation.id, reply.request_id()));
                }
            } else if !anybody {
                let refusal = [
                    StatusCode::FORBIDDEN,
                    StatusCode::NOT_FOUND,
                    StatusCode::UNAUTHORIZED,
                ];
                assert!(refusal.contains(&reply.status), "{what}");
                refused += 1;
            }
        }
        assert!(refused > 80, "{refused}");
        assert_eq!(site.snapshot(&owner, &target).await, before);
        // Every look is an entry, of theirs and marked.
        let log = site.log().await;
        let plain = |id: &Value| id.as_str().map(|id| id.replace('-', ""));
        for (operation, request) in requests {
            let mut entries = log
                .iter()
                .filter(|entry| entry["request_id"] == request.as_str());
            let own = |entry: &Value| {
                plain(&entry["actor"]["id"]) == Some(id.replace('-', ""))
                    && entry["detail"]["external"] == "auditor"
            };
            assert!(entries.any(own), "{operation} left no entry");
        }
        site.features.crm.stop_imports().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_an_external_auditor_more() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let audit = audit_administrator(&site).await;
        let (id, browser) = outsider(&site, &audit).await;
        let put = |path: String, body: Value| {
            Call::new(Method::PUT, &path, Sent::Json(body)).with("if-match", "\"1\"")
        };
        let now = site.installation.clock().now();
        let longer =
            json!({ "from": now, "to": now.plus_millis(1), "ends_at": now.plus_millis(7_200_000) });
        let own = format!("/external-auditors/{id}");
        // They prolong nothing themselves, and neither does any other administrator.
        for who in [&browser, &home.system, &home.security] {
            who.send(put(own.clone(), longer.clone())).await.expect(403);
        }
        let access = json!({ "roles": ["sales_lead"], "data_scope": "all" });
        let granted = home
            .security
            .send(put(format!("/users/{id}/access"), access))
            .await;
        assert_eq!(granted.expect(409)["code"], "user.external");
        let link = Call::post(&format!("/users/{id}/sign-in-link"), json!({}));
        assert_eq!(
            home.system.send(link).await.expect(409)["code"],
            "user.external"
        );
        // Nobody becomes one by a grant.
        let person = site.sales_person(&home, 0).await;
        let version = site.version_of_user(&home, &person.id).await;
        let access = json!({ "roles": ["external_auditor"], "data_scope": "all" });
        let path = format!("/users/{}/access", person.id);
        let call = Call::new(Method::PUT, &path, Sent::Json(access))
            .with("if-match", format!("\"{version}\""));
        assert_eq!(
            home.security.send(call).await.expect(422)["fields"][0]["code"],
            "user.roles.external"
        );
        // What the session lists is of the closed list.
        let may = browser.clone().session().await;
        let may = may["permissions"].as_array().unwrap();
        for permission in may {
            let name = permission.as_str().unwrap();
            let (resource, _) = name.split_once('.').unwrap();
            let allowed = [
                "audit_entry",
                "audit_question",
                "audit_finding",
                "password",
                "factor",
                "contact_point",
                "device",
                "preference",
            ];
            assert!(allowed.contains(&resource), "{name}");
        }
        site.features.crm.stop_imports().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_auditors_time_ends_to_the_millisecond() {
    both(async |installation| {
        let site = Site::new(installation).await;
        site.found().await;
        let audit = audit_administrator(&site).await;
        let (_, browser) = outsider(&site, &audit).await;
        let set = json!({ "current": null, "new": "brave-lantern-over-47" });
        let mut with_password = browser.clone();
        let reply = with_password
            .send(Call::new(Method::PUT, "/session/password", Sent::Json(set)))
            .await;
        reply.expect(204);
        let session = with_password.session().await;
        let (login, ends_at) = (
            session["user"]["login"].clone(),
            session["engagement"]["ends_at"].clone(),
        );
        assert_eq!(session["absolute_expires_at"], ends_at);
        let clock = site.installation.clock();
        let end: custos_values::Timestamp = ends_at.as_str().unwrap().parse().unwrap();
        // Up to the last moment, with requests that keep the session from being idle.
        while clock.now() < end.plus_millis(-1) {
            clock.set(
                clock
                    .now()
                    .plus_millis(20 * 60_000)
                    .min(end.plus_millis(-1)),
            );
            browser.send(Call::get("/audit/entries")).await.expect(200);
        }
        clock.advance(1);
        for path in [
            "/audit/entries",
            "/audit/export",
            "/session",
            "/audit/checkpoint",
        ] {
            browser.send(Call::get(path)).await.expect(401);
        }
        let body = json!({ "login": login, "password": "brave-lantern-over-47" });
        let again = site
            .browser()
            .send(Call::post("/session", body.clone()))
            .await;
        assert_eq!(again.expect(401)["code"], "session.credentials.wrong");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_auditor_who_is_ended_is_out_at_once_and_for_good() {
    both(async |installation| {
        let site = Site::new(installation).await;
        site.found().await;
        let audit = audit_administrator(&site).await;
        let (id, browser) = outsider(&site, &audit).await;
        browser.send(Call::get("/audit/entries")).await.expect(200);
        let own = format!("/external-auditors/{id}");
        audit.send(Call::new(Method::DELETE, &own, Sent::Nothing)).await.expect(204);
        browser.send(Call::get("/audit/entries")).await.expect(401);
        let now = site.installation.clock().now();
        let longer = json!({ "from": now, "to": now.plus_millis(1), "ends_at": now.plus_millis(7_200_000) });
        let call = Call::new(Method::PUT, &own, Sent::Json(longer)).with("if-match", "\"2\"");
        assert_eq!(audit.send(call).await.expect(409)["code"], "external_auditor.ended");
        let link = Call::post(&format!("{own}/sign-in-link"), json!({}));
        audit.send(link).await.expect(409);
        let list = audit.send(Call::get("/external-auditors")).await.expect(200);
        assert_eq!(list["items"][0]["active"], false);
        // Not for longer than ninety days, not without an end, not for a period that is none.
        let invite = |ends_at: Value, to: custos_values::Timestamp| json!({
            "name": "方外", "login": "fang.again", "firm": "明信", "from": now, "to": to, "ends_at": ends_at,
        });
        let later = |days: i64| json!(now.plus_millis(days * 86_400_000 + 1));
        for (body, field) in [
            (invite(later(90), now.plus_millis(1)), "ends_at"),
            (invite(json!(now), now.plus_millis(1)), "ends_at"),
            (invite(later(1), now), "to"),
        ] {
            let refused = audit.send(Call::post("/external-auditors", body)).await.expect(422);
            assert_eq!(refused["fields"][0]["field"], field);
        }
        let endless = json!({ "name": "方外", "login": "fang.again", "firm": "明信", "from": now, "to": now });
        assert!(audit.send(Call::post("/external-auditors", endless)).await.status.is_client_error());
    })
    .await;
}
