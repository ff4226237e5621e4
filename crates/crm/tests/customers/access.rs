//! Shares, labels and explanations through their routes, and attacks on them.

use crate::api::{Api, check, department};
use custos_kernel::policy::{
    Compartments, DataScope, Label, Level, OrganisationRule, OrganisationRules, Profile, Role,
    Standing,
};
use custos_testkit::Installation;
use custos_values::{Clock, UserId};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

async fn made(api: &Api, owner: &str, fields: Value) -> String {
    let made = api
        .post(owner, "/customers", json!({ "fields": fields }))
        .await;
    assert_eq!(made.status, 201, "{}", made.json);
    made.id()
}

async fn listed(api: &Api, caller: &str, query: &str) -> Vec<String> {
    let list = api.get(caller, &format!("/customers{query}")).await;
    assert_eq!(list.status, 200, "{}", list.json);
    let items = list.json["items"].as_array().unwrap();
    assert_eq!(list.json["total"], items.len());
    let ids = items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned());
    ids.collect()
}

/// A salesperson who is cleared for a label and works at one.
pub fn cleared(
    installation: &Installation,
    api: &Api,
    name: &str,
    (clearance, working): (Label, Label),
) -> UserId {
    let person = installation.person(Role::Sales, DataScope::All, Some(department(1)));
    let plain = person.standing();
    let standing = Standing {
        profile: Arc::new(Profile {
            clearance,
            working,
            ..(*plain.profile).clone()
        }),
        ..plain
    };
    api.add(name, person.sign_in_with(installation, standing))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_reaches_as_far_and_as_long_as_it_says() {
    check(async |installation, api| {
        let colleague = api.person(installation, "colleague", Role::Sales, DataScope::Own, Some(department(2)));
        let id = made(api, "sales", json!({ "name": "共享公司", "phone": "13800138000" })).await;
        let path = format!("/customers/{id}");
        assert_eq!(api.get("colleague", &path).await.status, 404);
        assert!(listed(api, "colleague", "").await.is_empty());
        let shares = format!("{path}/shares");
        let share = |share: &str| json!({ "kind": "user", "grantee_id": colleague.to_string(), "share": share });
        assert_eq!(api.post("colleague", &shares, share("write")).await.status, 404, "shared with oneself");
        let shared = api.post("sales", &shares, share("read")).await;
        assert_eq!(shared.status, 200, "{}", shared.json);
        let seen = api.get("colleague", &path).await;
        assert_eq!((seen.status.as_u16(), seen.json["shared"].as_bool()), (200, Some(true)));
        assert_eq!(listed(api, "colleague", "").await, std::slice::from_ref(&id));
        assert_eq!(listed(api, "colleague", "?q=%E5%85%B1%E4%BA%AB").await, std::slice::from_ref(&id));
        assert_eq!(listed(api, "colleague", "?q=13800138000").await, std::slice::from_ref(&id));
        let version = seen.json["version"].as_i64().unwrap();
        let change = json!({ "fields": { "city": "上海" } });
        assert_eq!(api.patch("colleague", &path, version, change.clone()).await.status, 403);
        let reveal = json!({ "field": "phone", "reason": "联系客户" });
        assert_eq!(api.post("colleague", &format!("{path}/disclosures"), reveal.clone()).await.status, 403);
        assert_eq!(api.post("colleague", &shares, share("write")).await.status, 403, "passed on");
        // Wider, and until tomorrow.
        let until = installation.clock().now().plus_millis(86_400_000).to_string();
        let mut wider = share("write");
        wider["until"] = json!(until);
        let shared = api.post("sales", &shares, wider).await;
        assert_eq!(shared.status, 200, "{}", shared.json);
        assert_eq!(shared.json["shares"].as_array().unwrap().len(), 1, "{}", shared.json);
        let seen_now = api.get("colleague", &path).await;
        assert_eq!(seen_now.status, 200, "{}", seen_now.json);
        let version = seen_now.json["version"].as_i64().unwrap();
        assert_eq!(api.patch("colleague", &path, version, change).await.status, 200);
        assert_eq!(api.post("colleague", &format!("{path}/disclosures"), reveal).await.status, 200);
        // The day after, signed in anew.
        installation.clock().advance(86_400_001);
        let again = installation.person(Role::Sales, DataScope::Own, Some(department(2)));
        let again = custos_testkit::Person { user: colleague, ..again };
        api.add("colleague", again.sign_in(installation));
        let mut owner = installation.person(Role::Sales, DataScope::Own, Some(department(1)));
        owner.user = UserId::from_bytes(*uuid(&seen.json["owner"]["id"]));
        api.add("sales", owner.sign_in(installation));
        assert_eq!(api.get("colleague", &path).await.status, 404);
        assert!(listed(api, "colleague", "").await.is_empty());
        assert_eq!(api.get("sales", &format!("{path}/access")).await.json["shares"][0]["ended"], true);
        // Shared again and withdrawn.
        assert_eq!(api.post("sales", &shares, share("read")).await.status, 200);
        assert_eq!(api.get("colleague", &path).await.status, 200);
        let one = format!("{shares}/{colleague}");
        assert_eq!(api.call("sales", Method::DELETE, &one, &[], None).await.status, 200);
        assert_eq!(api.get("colleague", &path).await.status, 404);
        assert!(listed(api, "colleague", "").await.is_empty());
    })
    .await;
}

fn uuid(value: &Value) -> Box<[u8; 16]> {
    let id: UserId = value.as_str().unwrap().parse().unwrap();
    Box::new(*id.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_to_the_database_without_a_key_hands_no_customer_to_anybody() {
    check(async |installation, api| {
        let accomplice = api.person(installation, "accomplice", Role::Sales, DataScope::Own, Some(department(2)));
        let own = made(api, "accomplice", json!({ "name": "同谋自己的公司" })).await;
        let id = made(api, "sales", json!({ "name": "受害公司", "phone": "13800138000" })).await;
        let path = format!("/customers/{id}");
        let store = installation.store();
        let bytes = |id: &str| custos_store::Value::Bytes(uuid(&json!(id)).to_vec());
        // The owner's column, in the name of the accomplice.
        let hand = "UPDATE customer SET owner_id = $1 WHERE id = $2";
        let values = [custos_store::Value::Bytes(accomplice.as_bytes().to_vec()), bytes(&id)];
        store.tamper_for_tests(hand, &values).await.unwrap();
        assert_eq!(api.get("accomplice", &path).await.status, 500);
        assert_eq!(api.get("sales", &path).await.status, 500, "nobody is shown what was altered");
        // With what decides about the accomplice's own customer put beside it.
        let swap = "UPDATE customer SET access = (SELECT access FROM customer WHERE id = $1) WHERE id = $2";
        store.tamper_for_tests(swap, &[bytes(&own), bytes(&id)]).await.unwrap();
        assert_eq!(api.get("accomplice", &path).await.status, 500);
        let reveal = json!({ "field": "phone", "reason": "联系客户" });
        let told = api.post("accomplice", &format!("{path}/disclosures"), reveal).await;
        assert_eq!(told.status, 500);
        assert!(!told.json.to_string().contains("13800138000"));
    })
    .await;
}

/// Every pair of labels: three levels would do, all five are tried, each with and without each of two compartments.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_upwards_and_nothing_written_downwards() {
    check(async |installation, api| {
        let highest = Label {
            level: Level::TopSecret,
            compartments: Compartments::from_bits(3),
        };
        let labels: Vec<Label> = Level::ALL
            .into_iter()
            .flat_map(|level| {
                (0..4).map(move |bits| Label {
                    level,
                    compartments: Compartments::from_bits(bits),
                })
            })
            .collect();
        let mut records = Vec::new();
        for (number, label) in labels.iter().enumerate() {
            // Made by somebody who works at the label.
            cleared(installation, api, "maker", (highest, *label));
            let fields = json!({ "name": format!("密级公司{number}号"), "city": "北京" });
            records.push((*label, made(api, "maker", fields).await));
        }
        for working in &labels {
            cleared(installation, api, "reader", (highest, *working));
            let seen: BTreeSet<String> = listed(api, "reader", "?limit=200")
                .await
                .into_iter()
                .collect();
            for (label, id) in &records {
                let path = format!("/customers/{id}");
                let readable = working.dominates(*label);
                let got = api.get("reader", &path).await;
                // What the clearance covers is known to exist: the answer says at which label to work.
                let expected = if readable { 200 } else { 403 };
                assert_eq!(
                    got.status, expected,
                    "{working:?} reads {label:?}: {}",
                    got.json
                );
                assert_eq!(seen.contains(id), readable, "{working:?} lists {label:?}");
                let version = got.json["version"].as_i64().unwrap_or(1);
                let change = json!({ "fields": { "city": "上海" } });
                let put = api.patch("reader", &path, version, change).await;
                let expected = if working == label { 200 } else { 403 };
                assert_eq!(
                    put.status, expected,
                    "{working:?} writes {label:?}: {}",
                    put.json
                );
            }
            // Without the clearance the label is not to be chosen, whatever the session says.
            cleared(
                installation,
                api,
                "pretender",
                (Label::of(Level::Public), *working),
            );
            let public = listed(api, "pretender", "?limit=200").await;
            assert_eq!(public, [records[0].1.clone()]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_is_lowered_by_the_security_administrator_only() {
    check(async |installation, api| {
        api.person(
            installation,
            "security",
            Role::SecurityAdmin,
            DataScope::Own,
            None,
        );
        let (internal, secret) = (Label::of(Level::Internal), Label::of(Level::Secret));
        cleared(installation, api, "owner", (secret, internal));
        let id = made(api, "owner", json!({ "name": "升密公司" })).await;
        let path = format!("/customers/{id}/label");
        let put = async |caller: &str, level: &str| {
            let body = json!({ "level": level });
            api.call(caller, Method::PUT, &path, &[], Some(body)).await
        };
        assert_eq!(
            put("owner", "top_secret").await.status,
            422,
            "beyond the clearance"
        );
        assert_eq!(put("owner", "nonsense").await.status, 422);
        assert_eq!(put("owner", "confidential").await.status, 200);
        assert_eq!(
            api.get("owner", &format!("/customers/{id}")).await.status,
            403,
            "works below it now"
        );
        assert_eq!(
            put("owner", "internal").await.status,
            403,
            "lowered by its owner"
        );
        assert_eq!(put("security", "internal").await.status, 200);
        assert_eq!(
            api.get("security", &format!("/customers/{id}"))
                .await
                .status,
            403
        );
        assert_eq!(
            api.get("owner", &format!("/customers/{id}")).await.status,
            200
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_field_is_neither_sorted_nor_filtered_nor_searched_by_nor_exported() {
    check(async |installation, api| {
        api.person(installation, "lead", Role::SalesLead, DataScope::All, Some(department(1)));
        made(api, "sales", json!({ "name": "甲公司", "level": "a", "contact_name": "诸葛亮", "phone": "13800138000" })).await;
        let mine = made(api, "lead", json!({ "name": "乙公司", "level": "a", "contact_name": "诸葛瑾" })).await;
        let rule = |field: &str| OrganisationRule {
            id: format!("rule/hide-{field}"),
            text: format!(
                "forbid (principal is User, action in [Action::\"customer.field_read\"], resource) \
                 when {{ context.field == \"{field}\" && context.relation != \"own\" }};"
            ),
        };
        let rules = OrganisationRules {
            generation: 1,
            rules: ["level", "contact_name", "phone"].map(rule).to_vec(),
            field_labels: Vec::new(),
        };
        api.policy.adopt(installation.org(), &rules).unwrap();
        let list = api.get("lead", "/customers").await;
        assert_eq!(list.json["total"], 2);
        for item in list.json["items"].as_array().unwrap() {
            let own = item["id"] == mine.as_str();
            assert_eq!(item["fields"].get("level").is_some(), own, "{item}");
            assert_eq!(item["fields"].get("contact_name").is_some(), own, "{item}");
        }
        assert_eq!(listed(api, "lead", "?level=a").await, std::slice::from_ref(&mine), "filtered by it");
        assert_eq!(api.get("lead", "/customers?sort=level").await.code(), "list.sort_hidden");
        assert!(listed(api, "lead", "?q=13800138000").await.is_empty(), "found by the number");
        assert!(!listed(api, "lead", "?q=8000").await.iter().any(|id| *id != mine), "found by its end");
        assert!(!listed(api, "lead", "?q=%E8%AF%B8%E8%91%9B%E4%BA%AE").await.iter().any(|id| *id != mine));
        let export = json!({ "format": "csv", "filter": {}, "columns": ["name", "level", "contact_name", "phone"], "reason": "核对字段权限" });
        let file = api.raw("lead", Method::POST, "/customers/exports", &[], Some(export)).await;
        assert_eq!(file.status(), 200);
        let bytes = http_body_util::BodyExt::collect(file.into_body()).await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains("甲公司") && text.contains("诸葛瑾"), "{text}");
        assert!(!text.contains("诸葛亮") && !text.contains("13800138000"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn explanations_name_rules_and_remedies_and_tell_nothing_of_what_one_may_not_see() {
    check(async |installation, api| {
        let colleague = api.person(
            installation,
            "colleague",
            Role::Sales,
            DataScope::Own,
            Some(department(1)),
        );
        let id = made(api, "sales", json!({ "name": "解释公司" })).await;
        let about = |id: &str| json!({ "customer_id": id, "action": "read" });
        let own = api.post("sales", "/me/explanations", about(&id)).await;
        assert_eq!(own.status, 200, "{}", own.json);
        assert_eq!(own.json["allowed"], true);
        assert_eq!(own.json["rules"], json!(["customers/sales-own"]));
        let hidden = api.post("colleague", "/me/explanations", about(&id)).await;
        let missing = api
            .post(
                "colleague",
                "/me/explanations",
                about(&UserId::from_bytes([7; 16]).to_string()),
            )
            .await;
        assert_eq!(hidden.json, missing.json, "whether there is one");
        assert_eq!(hidden.json["allowed"], false);
        assert!(
            hidden.json["changes"]
                .as_array()
                .unwrap()
                .contains(&json!({ "kind": "share", "to": "read" }))
        );
        let asked = json!({ "user_id": colleague.to_string(), "action": "read" });
        let path = format!("/customers/{id}/explanations");
        let told = api.post("sales", &path, asked.clone()).await;
        assert_eq!(told.json["allowed"], false, "{}", told.json);
        assert!(
            told.json["changes"]
                .as_array()
                .unwrap()
                .contains(&json!({ "kind": "data_scope", "to": "department" }))
        );
        assert_eq!(api.post("colleague", &path, asked).await.status, 404);
        let share = json!({ "kind": "user", "grantee_id": colleague.to_string(), "share": "read" });
        api.post("sales", &format!("/customers/{id}/shares"), share)
            .await;
        let audience = api.get("sales", &format!("/customers/{id}/audience")).await;
        let viewers: Vec<&Value> = audience.json["items"].as_array().unwrap().iter().collect();
        assert_eq!(viewers.len(), 2, "{}", audience.json);
        let viewer = viewers
            .iter()
            .find(|viewer| viewer["user"]["id"] == colleague.to_string())
            .unwrap();
        assert_eq!(viewer["rules"], json!(["customers/shared-to-read"]));
        assert_eq!(viewer["actions"], json!(["read"]));
    })
    .await;
}

/// 查重 says that there is one and whom to ask; of what is labelled above one's clearance it says nothing, and neither does
/// a refusal to make another.
#[tokio::test(flavor = "multi_thread")]
async fn the_duplicate_check_tells_whom_to_ask_and_nothing_above_the_clearance() {
    check(async |installation, api| {
        let (internal, secret) = (Label::of(Level::Internal), Label::of(Level::Secret));
        cleared(installation, api, "keeper", (secret, secret));
        made(
            api,
            "keeper",
            json!({ "name": "保密公司", "phone": "13800138000" }),
        )
        .await;
        let owner = api.person(
            installation,
            "owner",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        made(
            api,
            "owner",
            json!({ "name": "普通公司", "phone": "13900139000" }),
        )
        .await;
        api.person(
            installation,
            "asking",
            Role::Sales,
            DataScope::Own,
            Some(department(3)),
        );
        let asked = async |caller: &str, phone: &str| {
            let body = json!({ "fields": { "phone": phone } });
            api.post(caller, "/customers/duplicate-check", body)
                .await
                .json["matches"]
                .clone()
        };
        let told = asked("asking", "13900139000").await;
        let whom = json!({ "id": owner.to_string(), "name": "somebody" });
        assert_eq!(
            told,
            json!([{ "id": null, "name": null, "on": ["phone"], "owner": whom }])
        );
        assert_eq!(asked("asking", "13800138000").await, json!([]));
        cleared(installation, api, "cleared", (secret, internal));
        assert_eq!(
            asked("cleared", "13800138000")
                .await
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let again = |phone: &str| json!({ "fields": { "name": "新公司", "phone": phone } });
        let refused = api.post("asking", "/customers", again("13900139000")).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (409, "customer.duplicate")
        );
        let made = api.post("asking", "/customers", again("13800138000")).await;
        assert_eq!(made.status, 201, "{}", made.json);
    })
    .await;
}
