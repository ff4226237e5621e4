//! Follow-ups and comments on records, and what becomes of them.

use super::sample::{customer, deal, make};
use crate::api::{check, department};
use custos_kernel::policy::{DataScope, Role};
use http::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_moves_the_next_contact_and_a_comment_does_not() {
    check(async |_, api| {
        let customer = customer(api, "sales", "甲公司").await;
        let deal = deal(api, "sales", &customer, "商机", 100).await;
        let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
        let visit =
            json!({ "kind": "visit", "content": "拜访了采购部", "next_contact_at": "2026-05-06" });
        let added = api
            .post("sales", &format!("{path}/activities"), visit)
            .await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.json);
        let now = api.get("sales", &path).await.json;
        assert_eq!(now["fields"]["next_contact_at"], "2026-05-06");
        let comment = json!({ "kind": "comment", "content": "价格再谈谈" });
        api.post("sales", &format!("{path}/activities"), comment)
            .await;
        let again = api.get("sales", &path).await.json;
        assert_eq!(again["version"], now["version"]);
        let timeline = api.get("sales", &format!("{path}/timeline")).await.json;
        let items = timeline["items"].as_array().unwrap();
        let kinds: Vec<&str> = items
            .iter()
            .map(|item| item["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds.len(), 3, "{timeline}");
        for kind in ["visit", "comment", "created"] {
            assert!(kinds.contains(&kind), "{timeline}");
        }
        let refused = json!({ "kind": "shout", "content": "x" });
        let refused = api
            .post("sales", &format!("{path}/activities"), refused)
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_go_with_a_customer_that_is_erased_for_good() {
    check(async |installation, api| {
        let at = Some(department(1));
        api.person(installation, "lead", Role::SalesLead, DataScope::All, at);
        let lead = make(api, "lead", "/leads", json!({ "name": "要忘记的公司" })).await;
        let path = format!("/leads/{}", lead["id"].as_str().unwrap());
        let body = json!({ "opportunity": { "fields": { "name": "商机" } } });
        let done = api
            .post("lead", &format!("{path}/conversion"), body)
            .await
            .json;
        let deal = format!(
            "/opportunities/{}",
            done["opportunity_id"].as_str().unwrap()
        );
        let note = json!({ "kind": "note", "content": "要忘记的话" });
        api.post("lead", &format!("{deal}/activities"), note).await;
        let kept = customer(api, "lead", "留下的公司").await;
        let other = super::sample::deal(api, "lead", &kept, "留下的商机", 1).await;
        let customer = format!("/customers/{}", done["customer_id"].as_str().unwrap());
        let version = api.get("lead", &customer).await.json["version"]
            .as_i64()
            .unwrap();
        let tag = format!("\"{version}\"");
        let body = Some(json!({ "basis": "request" }));
        let erased = api
            .call(
                "lead",
                Method::POST,
                &format!("{customer}/erasure"),
                &[("if-match", &tag)],
                body,
            )
            .await;
        assert!(
            erased.status.is_success(),
            "{} {}",
            erased.status,
            erased.json
        );
        for gone in [&path, &deal, &customer] {
            assert_eq!(
                api.get("lead", gone).await.status,
                StatusCode::NOT_FOUND,
                "{gone}"
            );
        }
        assert_eq!(api.get("lead", "/leads").await.json["total"], 0);
        let left = api.get("lead", "/opportunities").await.json;
        assert_eq!(
            (&left["total"], &left["items"][0]["id"]),
            (&json!(1), &other["id"])
        );
        let counted = async |table: &str| {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            let mut read = installation.store().read().await.unwrap();
            let rows = read.before_sign_in(&sql, &[]).await.unwrap();
            rows[0].int(0).unwrap()
        };
        assert_eq!(counted("record").await, 1);
        assert_eq!(counted("activity").await, 0);
        assert_eq!(counted("record_link").await, 1);
    })
    .await;
}
