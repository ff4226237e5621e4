//! What emergency access is held to from elsewhere: rules of the organisation's own, labels, who is behind an account, how a
//! session was proven, and the clock.

use crate::browser::{Browser, Call, Sent};
use crate::emergencies::{
    administrator, asked, begin, customer, end, entries, is, lead, listed, read, review,
};
use crate::own_rules::{put, rules, text, without_approval};
use crate::site::{Organisation, Person, Site, both};
use custos_store::Value as Stored;
use custos_values::{Clock, UserId};
use http::Method;
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;

/// Puts rules of the organisation's own into force.
async fn ruled(at: &Organisation, version: i64, own: Value) -> crate::browser::Reply {
    let set = put("/access/rules", version, rules(json!([]), own));
    at.security.send(set).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_gives_sales_the_beginning_and_none_of_what_holds_it_in() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        without_approval(&site, &home).await;
        let sales = site.sales_person(&home, 0).await;
        let colleague = site.sales_person(&home, 1).await;
        let wanted = customer(&colleague, "甲公司", "13800138001").await;
        let other = customer(&colleague, "乙公司", "13800138002").await;
        let name = ("customer", "甲公司");
        is(&sales.browser.send(asked(name, 15)).await, 403, "forbidden");

        // Watching, reviewing and ending are not an organisation's to give.
        for action in ["verify", "update", "read", "list"] {
            let rule = format!(
                "permit (principal is User, action == Action::\"break_glass.{action}\", resource);"
            );
            assert_eq!(ruled(&home, 0, text(&rule)).await.status, 422, "{action}");
        }
        // For everybody, also for those who must not have it, and for longer, without a factor of just now: as far as words go.
        let rule =
            "permit (principal is User, action == Action::\"break_glass.create\", resource);";
        ruled(&home, 0, text(rule)).await.expect(204);
        let id = begin(&sales.browser, name, 15).await;
        assert_eq!(read(&sales.browser, &wanted).await, 200);
        assert_eq!(read(&sales.browser, &other).await, 404);
        let change = Call::new(
            Method::PATCH,
            &format!("/customers/{wanted}"),
            Sent::Json(json!({ "fields": { "notes": "x" } })),
        );
        assert_eq!(
            sales
                .browser
                .send(change.with("if-match", "\"1\""))
                .await
                .status,
            403
        );
        assert_eq!(end(&home.security, &id).await.status, 204);
        assert_eq!(review(&sales.browser, &id).await.status, 403);
        let longer = sales.browser.send(asked(name, 61)).await;
        assert_eq!(
            (longer.status.as_u16(), &longer.json()["fields"][0]["field"]),
            (422, &json!("minutes"))
        );
        for browser in [&home.security, &home.system] {
            is(&browser.send(asked(name, 15)).await, 403, "forbidden");
        }
        site.installation.clock().advance(6 * MINUTE_MS);
        is(
            &sales.browser.send(asked(name, 15)).await,
            403,
            "session.step_up",
        );
        assert_eq!(entries(&site, "break_glass.begin").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_is_withdrawn_gives_it_to_nobody_any_more() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        without_approval(&site, &home).await;
        let sales = site.sales_person(&home, 0).await;
        let colleague = site.sales_person(&home, 1).await;
        customer(&colleague, "甲公司", "13800138001").await;
        let name = ("customer", "甲公司");
        let rule = "permit (principal is User, action == Action::\"break_glass.create\", resource) \
                    when { principal.roles.contains(\"sales\") };";
        ruled(&home, 0, text(rule)).await.expect(204);
        let id = begin(&sales.browser, name, 15).await;
        assert_eq!(end(&sales.browser, &id).await.status, 204);
        ruled(&home, 1, json!([])).await.expect(204);
        is(&sales.browser.send(asked(name, 15)).await, 403, "forbidden");
        // And one that forbids holds for leads, whom the product lets begin.
        let lead = lead(&site, &home).await;
        let rule =
            "forbid (principal is User, action == Action::\"break_glass.create\", resource);";
        ruled(&home, 2, text(rule)).await.expect(204);
        is(&lead.browser.send(asked(name, 15)).await, 403, "forbidden");
    })
    .await;
}

async fn clear(at: &Organisation, version: i64, who: &Person, level: &str) {
    let body = json!({ "custom_roles": [], "clearance": { "level": level } });
    let call = put(&format!("/access/people/{}", who.id), version, body);
    at.security.send(call).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_opens_nothing_above_the_clearance() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        without_approval(&site, &home).await;
        let lead = lead(&site, &home).await;
        let colleague = site.sales_person(&home, 1).await;
        clear(&home, 0, &colleague, "secret").await;
        let wanted = customer(&colleague, "甲公司", "13800138001").await;
        let open = customer(&colleague, "乙公司", "13800138002").await;
        let label = Call::new(
            Method::PUT,
            &format!("/customers/{wanted}/label"),
            Sent::Json(json!({ "level": "secret" })),
        );
        colleague.browser.send(label).await.expect(200);
        begin(
            &lead.browser,
            ("department_id", home.departments[1].as_str()),
            30,
        )
        .await;
        assert_eq!(read(&lead.browser, &open).await, 200);
        assert_ne!(read(&lead.browser, &wanted).await, 200);
        assert_eq!(listed(&lead.browser).await, 1);
        let found = lead
            .browser
            .send(Call::get("/customers?q=13800138001"))
            .await
            .expect(200);
        assert_eq!(found["items"], json!([]));
        let reveal = json!({ "field": "phone", "reason": "联系客户" });
        let reveal = Call::post(&format!("/customers/{wanted}/disclosures"), reveal);
        assert_ne!(lead.browser.send(reveal).await.status, 200);
        // Cleared, and working at that label, they see it: what kept it from them was the label.
        clear(&home, 1, &lead, "secret").await;
        let work = Call::new(
            Method::PUT,
            "/session/working-label",
            Sent::Json(json!({ "level": "secret", "compartments": [] })),
        );
        lead.browser.send(work).await.expect(204);
        assert_eq!(read(&lead.browser, &wanted).await, 200);
        assert_eq!(listed(&lead.browser).await, 2);
    })
    .await;
}

/// Gives an account a proven mail address, as a verification does.
async fn prove(site: &Site<'_>, at: &Organisation, who: &str, address: &str) {
    let store = site.installation.store();
    let user: UserId = who.parse().unwrap();
    let key = store.keys().get(store, at.org).await.unwrap();
    let purpose = "contact.mail";
    let sealed = key.seal_secret(
        purpose,
        user.as_bytes(),
        address.as_bytes(),
        site.installation.random(),
    );
    let sql = "INSERT INTO account_contact (org_id, user_id, kind, value, verified_at) VALUES ($1, $2, 'mail', $3, 1)";
    let values = [
        Stored::from(at.org.as_bytes()),
        Stored::from(user),
        Stored::Bytes(sealed),
    ];
    store.tamper_for_tests(sql, &values).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_account_of_whoever_had_it_reviews_nothing() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = lead(&site, &home).await;
        let colleague = site.sales_person(&home, 1).await;
        customer(&colleague, "甲公司", "13800138001").await;
        let second = administrator(&site, &home, "audit_admin").await;
        let other = administrator(&site, &home, "audit_admin").await;
        // One person, spelled differently.
        prove(&site, &home, &lead.id, "zhao@example.cn").await;
        prove(&site, &home, &second.id, "Zhao@Example.cn").await;
        prove(&site, &home, &other.id, "qian@example.cn").await;
        let id = begin(&lead.browser, ("customer", "甲公司"), 15).await;
        assert_eq!(end(&lead.browser, &id).await.status, 204);
        is(&review(&second.browser, &id).await, 403, "break_glass.own");
        assert!(entries(&site, "break_glass.review").await.is_empty());
        assert_eq!(review(&other.browser, &id).await.status, 204);
    })
    .await;
}

/// What a session is left with that was made where a second factor is not asked for.
async fn proven_once(site: &Site<'_>, who: &Person) {
    let sql = "UPDATE session SET assurance = 1 WHERE user_id = $1";
    let user: UserId = who.id.parse().unwrap();
    let store = site.installation.store();
    store
        .tamper_for_tests(sql, &[Stored::from(user)])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_factor_begins_and_reviews_nothing() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let colleague = site.sales_person(&home, 1).await;
        let wanted = customer(&colleague, "甲公司", "13800138001").await;
        let weak = lead(&site, &home).await;
        let strong = lead(&site, &home).await;
        let audit = administrator(&site, &home, "audit_admin").await;
        proven_once(&site, &weak).await;
        let refused = weak.browser.send(asked(("customer", "甲公司"), 15)).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        assert_ne!(read(&weak.browser, &wanted).await, 200);
        let id = begin(&strong.browser, ("customer", "甲公司"), 15).await;
        assert_eq!(end(&strong.browser, &id).await.status, 204);
        proven_once(&site, &audit).await;
        assert_eq!(review(&audit.browser, &id).await.status, 403);
        assert_eq!(entries(&site, "break_glass.begin").await.len(), 1);
        assert!(entries(&site, "break_glass.review").await.is_empty());
    })
    .await;
}

async fn exported(browser: &Browser) -> String {
    let body = json!({ "format": "csv", "filter": {}, "columns": ["name"], "reason": "年度盘点" });
    let reply = browser.send(Call::post("/customers/exports", body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hour_ends_to_the_millisecond_also_on_an_open_session_and_in_what_leaves() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = lead(&site, &home).await;
        let colleague = site.sales_person(&home, 1).await;
        let own = customer(&lead, "自有公司", "13800138000").await;
        let wanted = customer(&colleague, "甲公司", "13800138001").await;
        let browser = &lead.browser;
        let clock = site.installation.clock();
        let begun = clock.now();
        let id = begin(browser, ("customer", "甲公司"), 60).await;
        // What leaves in a file is one's own, from the first moment.
        let file = exported(browser).await;
        assert!(
            file.contains("自有公司") && !file.contains("甲公司"),
            "{file}"
        );
        // Somebody at work all the time: no session ends in between.
        for minute in (10..60).step_by(10) {
            clock.set(begun.plus_millis(minute * MINUTE_MS));
            assert_eq!(read(browser, &wanted).await, 200, "after {minute} minutes");
        }
        let until = begun.plus_millis(60 * MINUTE_MS);
        clock.set(until.plus_millis(-1));
        assert_eq!(
            (read(browser, &wanted).await, listed(browser).await),
            (200, 2)
        );
        let timeline = format!("/customers/{wanted}/timeline");
        assert_eq!(browser.send(Call::get(&timeline)).await.status, 200);
        clock.set(until);
        // Nothing was swept up yet, and nobody signed in again.
        assert_eq!(
            (read(browser, &wanted).await, listed(browser).await),
            (404, 1)
        );
        assert_eq!(browser.send(Call::get(&timeline)).await.status, 404);
        let reveal = json!({ "field": "phone", "reason": "联系客户" });
        let reveal = Call::post(&format!("/customers/{wanted}/disclosures"), reveal);
        assert_eq!(browser.send(reveal).await.status, 404);
        let found = browser
            .send(Call::get("/customers?q=13800138001"))
            .await
            .expect(200);
        assert_eq!(found["items"], json!([]));
        assert_eq!(read(browser, &own).await, 200);
        // A hand that comes too late ends nothing any more: it was the time.
        assert_eq!(end(browser, &id).await.status, 204);
        let ends = entries(&site, "break_glass.end").await;
        assert_eq!(ends[0]["detail"]["by"], "time");
    })
    .await;
}
