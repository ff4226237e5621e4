//! What a person can do with customers.

use crate::api::{Api, check, department};
use custos_kernel::policy::{DataScope, Role};
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn make(api: &Api, caller: &str, name: &str, phone: &str) -> String {
    let body = json!({ "fields": { "name": name, "phone": phone } });
    let made = api.post(caller, "/customers", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    made.id()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_made_shown_masked_changed_and_removed() {
    check(async |_, api| {
        let fields = json!({
            "name": "杭州云栖智造科技有限公司", "phone": "138 0013 8000", "email": "Li＠Example.com",
            "level": "A", "amount": "1,234.50", "notes": "第一行\n第二行", "id_number": "11010519491231002X"
        });
        let made = api.post("sales", "/customers", json!({ "fields": fields })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        let shown = &made.json["fields"];
        assert_eq!(shown["phone"], json!({ "masked": "138****8000" }));
        assert_eq!(shown["amount"], json!({ "minor": 123_450, "currency": "CNY" }));
        assert_eq!(shown["level"], "a");
        assert_eq!(shown["notes"], "第一行\n第二行");
        assert!(!made.json.to_string().contains("13800138000"));
        assert!(!made.json.to_string().contains("19491231"));
        let path = format!("/customers/{}", made.id());
        let changed = api.patch("sales", &path, 1, json!({ "fields": { "phone": "13900139000", "level": null } })).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.json);
        assert_eq!(changed.json["version"], 2);
        assert_eq!(changed.headers["etag"], "\"2\"");
        assert_eq!(changed.json["fields"]["level"], Value::Null);
        let stale = api.patch("sales", &path, 1, json!({ "fields": { "city": "x" } })).await;
        assert_eq!((stale.status, stale.code()), (StatusCode::PRECONDITION_FAILED, "record.stale"));
        let careless = api.call("sales", Method::PATCH, &path, &[], Some(json!({ "fields": {} }))).await;
        assert_eq!(careless.status, StatusCode::PRECONDITION_REQUIRED);
        let refused = api.delete("sales", &path, 2).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_of_a_form_is_named_at_once() {
    check(async |_, api| {
        let fields = json!({ "phone": "1386775453", "email": "nobody", "level": "z", "colour": "red", "uscc": "91330106PQB79P9BB8" });
        let refused = api.post("sales", "/customers", json!({ "fields": fields })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let named: Vec<&str> = refused.json["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
        for field in ["name", "phone", "email", "level", "colour", "uscc"] {
            assert!(named.contains(&format!("fields.{field}").as_str()), "{field} in {named:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reveal_needs_a_reason_and_is_in_the_log_before_it_answers() {
    check(async |installation, api| {
        let id = make(api, "sales", "甲公司", "13800138000").await;
        let path = format!("/customers/{id}/disclosures");
        let bare = api
            .post("sales", &path, json!({ "field": "phone", "reason": " " }))
            .await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        let open = api
            .post(
                "sales",
                &path,
                json!({ "field": "name", "reason": "just looking" }),
            )
            .await;
        assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = api
            .post(
                "sales",
                &path,
                json!({ "field": "phone", "reason": "客户要求回电" }),
            )
            .await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.json);
        assert!(
            told.json["value"]
                .as_str()
                .unwrap()
                .replace([' ', '-'], "")
                .contains("13800138000")
        );
        let timeline = api.get("sales", &format!("/customers/{id}/timeline")).await;
        assert_eq!(timeline.json["items"][0]["kind"], "revealed");
        assert_eq!(timeline.json["items"][0]["changes"], json!(["phone"]));
        assert!(installation.verify(installation.org()).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_creation_makes_one_customer() {
    check(async |_, api| {
        let body = || Some(json!({ "fields": { "name": "乙公司" } }));
        let key = [("idempotency-key", "form-1")];
        let first = api
            .call("sales", Method::POST, "/customers", &key, body())
            .await;
        let again = api
            .call(
                "sales",
                Method::POST,
                "/customers?allow_duplicate=true",
                &key,
                body(),
            )
            .await;
        assert_eq!(first.id(), again.id());
        assert_eq!(api.get("sales", "/customers").await.json["total"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_are_found_and_tell_nothing_of_hidden_customers() {
    check(async |installation, api| {
        api.person(
            installation,
            "other",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        make(api, "other", "丙科技有限公司", "13700137000").await;
        let body = json!({ "fields": { "name": "丁公司", "phone": "+86 137-0013-7000" } });
        let refused = api.post("sales", "/customers", body.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "customer.duplicate")
        );
        let found = api
            .post("sales", "/customers/duplicate-check", body.clone())
            .await;
        let told = &found.json["matches"][0];
        assert_eq!((&told["id"], &told["name"]), (&Value::Null, &Value::Null));
        assert_eq!(told["on"], json!(["phone"]));
        assert_eq!(told["owner"]["name"], "somebody");
        let own = api
            .post("other", "/customers/duplicate-check", body.clone())
            .await;
        assert_eq!(own.json["matches"][0]["name"], "丙科技有限公司");
        let forced = api
            .post("sales", "/customers?allow_duplicate=true", body)
            .await;
        assert_eq!(forced.status, StatusCode::CREATED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_and_follow_ups_belong_to_their_customer() {
    check(async |_, api| {
        let id = make(api, "sales", "戊公司", "13600136000").await;
        let contacts = format!("/customers/{id}/contacts");
        let fields = json!({ "name": "欧阳静", "phone": "13512345678" });
        let made = api
            .post(
                "sales",
                &contacts,
                json!({ "fields": fields, "is_primary": true }),
            )
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        let one = format!("{contacts}/{}", made.id());
        let changed = api
            .patch("sales", &one, 1, json!({ "fields": { "title": "总监" } }))
            .await;
        assert_eq!(changed.json["fields"]["title"], "总监");
        let told = api
            .post(
                "sales",
                &format!("{one}/disclosures"),
                json!({ "field": "phone", "reason": "call back" }),
            )
            .await;
        assert!(told.json["value"].as_str().unwrap().contains("5678"));
        let found = api.get("sales", "/customers?q=13512345678").await;
        assert_eq!(found.json["items"][0]["id"], id.as_str());
        let follow_up =
            json!({ "kind": "call", "content": "谈了价格", "next_contact_at": "2026-02-01" });
        let added = api
            .post("sales", &format!("/customers/{id}/activities"), follow_up)
            .await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.json);
        let shown = api.get("sales", &format!("/customers/{id}")).await;
        assert_eq!(shown.json["fields"]["next_contact_at"], "2026-02-01");
        let timeline = api
            .get("sales", &format!("/customers/{id}/timeline?limit=2"))
            .await;
        assert_eq!(timeline.json["items"][0]["content"], "谈了价格");
        let mut kinds = Vec::new();
        let mut cursor = timeline.json["next_cursor"].clone();
        kinds.extend(timeline.json["items"].as_array().unwrap().clone());
        while let Some(next) = cursor.as_str() {
            let page = api
                .get(
                    "sales",
                    &format!("/customers/{id}/timeline?limit=2&cursor={next}"),
                )
                .await;
            kinds.extend(page.json["items"].as_array().unwrap().clone());
            cursor = page.json["next_cursor"].clone();
        }
        assert_eq!(kinds.last().unwrap()["kind"], "created");
        let removed = api.delete("sales", &one, 2).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.json);
        assert_eq!(
            api.get("sales", "/customers?q=13512345678").await.json["total"],
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_gives_a_customer_away_and_no_longer_sees_it_when_out_of_scope() {
    check(async |installation, api| {
        api.person(
            installation,
            "lead",
            Role::SalesLead,
            DataScope::Department,
            Some(department(1)),
        );
        let stranger = api.person(
            installation,
            "far",
            Role::Sales,
            DataScope::Own,
            Some(department(9)),
        );
        let id = make(api, "sales", "己公司", "13600136001").await;
        let path = format!("/customers/{id}");
        let refused = api
            .patch(
                "sales",
                &path,
                1,
                json!({ "owner_id": stranger.to_string() }),
            )
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let given = api
            .patch(
                "lead",
                &path,
                1,
                json!({ "owner_id": stranger.to_string() }),
            )
            .await;
        assert_eq!(given.status, StatusCode::NO_CONTENT, "{}", given.json);
        assert_eq!(api.get("lead", &path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(api.get("far", &path).await.status, StatusCode::OK);
    })
    .await;
}
