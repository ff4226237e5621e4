//! What roles grant and nobody used: by the log, and only by it.

use crate::browser::{Browser, Call, Sent};
use crate::expected::table;
use crate::site::{Site, both};
use custos_access::approvals::Rule;
use custos_http::Access;
use custos_kernel::policy::{Caller, Job};
use custos_testkit::Installation;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn usage(browser: &Browser) -> Value {
    let told = browser.send(Call::get("/permissions/usage")).await;
    told.expect(200)
}

fn of<'a>(usage: &'a Value, part: &str, key: &str, value: &str) -> &'a Value {
    let all = usage[part].as_array().unwrap();
    all.iter().find(|it| it[key] == value).unwrap()
}

fn unused(of: &Value) -> Vec<&str> {
    let names = of["unused"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_used_is_proposed_to_go_and_what_was_used_is_not() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = site.sales_person(&home, 0).await;
        site.grant(&home, &lead.id, &["sales", "sales_lead"], "own")
            .await;
        let body = json!({ "fields": { "name": "甲公司" } });
        let customer = lead.browser.send(Call::post("/customers", body)).await;
        customer.expect(201);
        // Refused is not used.
        let minutes = json!({ "customer": "甲公司", "minutes": 99, "reason": "客户投诉" });
        let refused = lead.browser.send(Call::post("/emergencies", minutes)).await;
        assert_eq!(refused.status, 422);

        let before = usage(&home.security).await;
        let person = of(&before, "people", "id", &lead.id);
        assert_eq!(person["proposal"], json!(["sales"]), "{person}");
        assert!(unused(person).contains(&"customer.export"));
        assert!(unused(person).contains(&"break_glass.create"));
        assert!(!unused(person).contains(&"customer.create"));
        // What everybody has is nobody's.
        assert!(!unused(person).contains(&"password.update"), "{person}");
        let role = of(&before, "roles", "role", "sales_lead");
        assert!(unused(role).contains(&"customer.export"));
        // The only one of a kind keeps the role, and nobody is proposed a change of their own.
        for name in ["anquan", "xitong"] {
            assert_eq!(of(&before, "people", "name", name)["proposal"], Value::Null);
        }

        // An entry under another name tells as well.
        let begin = json!({ "customer": "甲公司", "minutes": 5, "reason": "客户投诉" });
        lead.browser
            .send(Call::post("/emergencies", begin))
            .await
            .expect(201);
        let after = usage(&home.security).await;
        let person = of(&after, "people", "id", &lead.id);
        assert!(!unused(person).contains(&"break_glass.create"), "{person}");
        let role = of(&after, "roles", "role", "sales_lead");
        assert!(!unused(role).contains(&"break_glass.create"));
        // What is left over is the role that gives nothing of its own.
        assert_eq!(person["proposal"], json!(["sales_lead"]));

        for days in [6, 367] {
            let call = Call::get(&format!("/permissions/usage?days={days}"));
            assert_eq!(home.security.send(call).await.status, 422);
        }
        let refused = lead.browser.send(Call::get("/permissions/usage")).await;
        assert_eq!(refused.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_organisations_own_is_compared_with_what_its_holders_did() {
    const ROLE: &str = "0190a000-0000-7000-8000-0000000000f1";
    const UNHELD: &str = "0190a000-0000-7000-8000-0000000000f2";
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let operator = Caller::system(Job::Operator, home.org);
        let off = Rule {
            enabled: false,
            ..Rule::standard("access_rules_update")
        };
        let set = site.features.access.set_rules(&operator, 1, vec![off]);
        set.await.unwrap();
        let put = async |path: &str, version: i64, body: Value| {
            let call = Call::new(Method::PUT, path, Sent::Json(body));
            let call = call.with("if-match", format!("\"{version}\""));
            home.security.send(call).await.expect(204);
        };
        let grant = json!({
            "object": "customer", "scope": "own", "actions": ["list", "read", "create", "delete"],
            "fields": {}, "other_fields": "write"
        });
        let role = |id: &str, name: &str| json!({ "id": id, "name": name, "description": "", "grants": [grant] });
        let roles = json!([role(ROLE, "客户录入"), role(UNHELD, "无人持有")]);
        let rules = json!({ "roles": roles, "rules": [], "compartments": [], "field_labels": [] });
        put("/access/rules", 0, rules).await;
        let (clerk, second) = (site.sales_person(&home, 0).await, site.sales_person(&home, 0).await);
        site.grant(&home, &clerk.id, &[], "own").await;
        for (version, who) in [&clerk, &second].into_iter().enumerate() {
            let held = json!({ "custom_roles": [ROLE], "clearance": { "level": "internal" } });
            let path = format!("/access/people/{}", who.id);
            put(&path, i64::try_from(version).unwrap(), held).await;
        }
        let body = json!({ "fields": { "name": "乙公司" } });
        let made = clerk.browser.send(Call::post("/customers", body)).await.expect(201);
        let read = Call::get(&format!("/customers/{}", made["id"].as_str().unwrap()));
        second.browser.send(read).await;

        let told = usage(&home.security).await;
        let role = of(&told, "own_roles", "id", ROLE);
        assert_eq!((&role["name"], &role["people"]), (&json!("客户录入"), &json!(2)));
        assert_eq!(role["granted"], 4, "{role}");
        // What nobody was allowed to read was not used.
        assert_eq!(unused(role), ["customer.delete", "customer.list", "customer.read"]);
        let unheld = of(&told, "own_roles", "id", UNHELD);
        assert_eq!((&unheld["people"], unused(unheld).len()), (&json!(0), 4));
        let person = of(&told, "people", "id", &clerk.id);
        assert_eq!((&person["roles"], &person["own_roles"]), (&json!([]), &json!(["客户录入"])));
        assert_eq!(unused(person), ["customer.delete", "customer.list", "customer.read"]);
        // Who has it from their own role as well does not need the other for it.
        let person = of(&told, "people", "id", &second.id);
        assert_eq!(person["proposal"], json!([]), "{person}");
    })
    .await;
}

/// What the sweep has refused only, for it would need what it does not make. What carries them out leaves the entry of its
/// permit, or one that `TELLING` names.
const NOT_CARRIED_OUT: [&str; 30] = [
    "access_review.create",
    "access_review.export",
    "access_review.read",
    "access_review.update",
    "access_review_line.update",
    "access_rules.update",
    "approval.delete",
    "approval.grant",
    "approval_rules.update",
    "assigned_finding.update",
    "audit_finding.update",
    "audit_question.delete",
    "audit_question.update",
    "break_glass.create",
    "break_glass.update",
    "break_glass.verify",
    "contact_point.update",
    "external_auditor.delete",
    "external_auditor.update",
    "identity_provider.delete",
    "identity_provider.grant",
    "identity_provider.update",
    "log_year.export",
    "pipeline.delete",
    "pipeline.update",
    "reassignment.assign",
    "reassignment.create",
    "reassignment.read",
    "reassignment.update",
    "user.assign",
];

/// Otherwise a permission would be called unused however often it is used. That operations leave these entries is what the
/// sweep sees.
#[tokio::test(flavor = "multi_thread")]
async fn the_use_of_every_permission_leaves_an_entry_that_tells() {
    let installation = Installation::sqlite(&custos::product::MIGRATIONS).await;
    let site = Site::new(&installation).await;
    let table = table();
    let mut told: BTreeMap<String, bool> = BTreeMap::new();
    for (operation, _, _, access) in site.features.registry(false).operations() {
        let Access::Action { resource, action } = access else {
            continue;
        };
        let name = format!("{resource}.{action}");
        let besides = custos::product::TELLING.iter().find(|(of, _)| *of == name);
        let besides = besides.map_or(&[][..], |(_, entries)| entries);
        let tells = |entry: &str| entry == name || besides.contains(&entry);
        *told.entry(name.clone()).or_default() |= table[operation].entry.is_some_and(tells);
    }
    let untold: Vec<String> = told
        .into_iter()
        .filter(|(_, tells)| !tells)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(untold, NOT_CARRIED_OUT);
}
