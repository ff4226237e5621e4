//! States move as their tables say, and stages as the pipelines say.

use super::sample::{change, customer, make, problems, stage};
use crate::api::{check, department};
use custos_kernel::policy::{DataScope, Role};
use http::{Method, StatusCode};
use serde_json::json;

fn problem(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_are_told_with_the_moves_people_can_make() {
    check(async |_, api| {
        let objects = api.get("sales", "/objects").await.json;
        let items = objects["items"].as_array().unwrap();
        let lead = items.iter().find(|item| item["name"] == "lead").unwrap();
        assert_eq!(
            lead["state"]["states"][0]["next"],
            json!(["following", "invalid"])
        );
        assert_eq!(
            (&lead["path"], &lead["owned"]),
            (&json!("leads"), &json!(true))
        );
        let fields = lead["fields"].as_array().unwrap();
        let customer = fields
            .iter()
            .find(|field| field["name"] == "customer")
            .unwrap();
        assert_eq!(
            (&customer["object"], &customer["access"]),
            (&json!("customer"), &json!("read"))
        );
        let product = items.iter().find(|item| item["name"] == "product").unwrap();
        assert_eq!(product["fields"][0]["access"], "read");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_moves_only_where_its_table_leads() {
    check(async |_, api| {
        let customer = customer(api, "sales", "甲公司").await;
        let fields = json!({ "name": "合同", "customer": customer, "status": "active" });
        let refused = api
            .post("sales", "/contracts", json!({ "fields": fields }))
            .await;
        assert_eq!(
            problems(&refused),
            problem("fields.status", "state.not_at_first")
        );
        let made = make(
            api,
            "sales",
            "/contracts",
            json!({ "name": "合同", "customer": customer }),
        )
        .await;
        assert_eq!(made["fields"]["status"], "draft");
        let refused = change(
            api,
            "sales",
            "/contracts",
            &made,
            json!({ "status": "completed" }),
        )
        .await;
        assert_eq!(
            problems(&refused),
            problem("fields.status", "state.no_such_move")
        );
        let refused = change(
            api,
            "sales",
            "/contracts",
            &made,
            json!({ "status": "active" }),
        )
        .await;
        let mut lacking = problems(&refused);
        lacking.sort();
        let expected = [
            ("fields.amount".to_owned(), "field.required".to_owned()),
            ("fields.signed_at".to_owned(), "field.required".to_owned()),
        ];
        assert_eq!(lacking, expected);
        let fields = json!({ "status": "active", "amount": "100", "signed_at": "2026-01-01" });
        let moved = change(api, "sales", "/contracts", &made, fields).await;
        assert_eq!(moved.status, StatusCode::OK, "{}", moved.json);
        let emptied = change(
            api,
            "sales",
            "/contracts",
            &moved.json,
            json!({ "amount": null }),
        )
        .await;
        assert_eq!(
            problems(&emptied),
            problem("fields.amount", "field.required")
        );
        let refused = change(
            api,
            "sales",
            "/contracts",
            &moved.json,
            json!({ "number": "X" }),
        )
        .await;
        assert_eq!(
            problems(&refused),
            problem("fields.number", "field.not_writable")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_goes_through_the_stages_and_says_how_it_ended() {
    check(async |_, api| {
        let customer = customer(api, "sales", "甲公司").await;
        let fresh = make(
            api,
            "sales",
            "/opportunities",
            json!({ "name": "商机", "customer": customer }),
        )
        .await;
        assert_eq!(
            fresh["fields"]["stage"],
            stage(api, "sales", "contact").await
        );
        let proposal = stage(api, "sales", "proposal").await;
        let refused = change(
            api,
            "sales",
            "/opportunities",
            &fresh,
            json!({ "stage": proposal }),
        )
        .await;
        let lacking = problems(&refused);
        assert_eq!(lacking.len(), 2, "{lacking:?}");
        let lost = stage(api, "sales", "lost").await;
        let refused = change(
            api,
            "sales",
            "/opportunities",
            &fresh,
            json!({ "stage": lost }),
        )
        .await;
        assert_eq!(
            problems(&refused),
            problem("fields.lost_reason", "field.required")
        );
        let fields = json!({ "stage": lost, "lost_reason": "price" });
        let ended = change(api, "sales", "/opportunities", &fresh, fields)
            .await
            .json;
        assert_eq!(ended["fields"]["outcome"], "lost");
        assert!(ended["fields"]["closed_at"].is_string());
        let fields = json!({ "stage": stage(api, "sales", "contact").await });
        let again = change(api, "sales", "/opportunities", &ended, fields)
            .await
            .json;
        assert_eq!(again["fields"]["outcome"], "open");
        assert!(again["fields"]["closed_at"].is_null());
        let unknown = json!({ "stage": customer });
        let refused = change(api, "sales", "/opportunities", &again, unknown).await;
        assert_eq!(problems(&refused), problem("fields.stage", "stage.unknown"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_are_set_by_the_head_of_sales_and_keep_what_is_in_them() {
    check(async |installation, api| {
        api.person(
            installation,
            "head",
            Role::SalesLead,
            DataScope::All,
            Some(department(1)),
        );
        api.person(
            installation,
            "lead",
            Role::SalesLead,
            DataScope::Department,
            Some(department(1)),
        );
        let stages = json!([
            { "name": "立项", "kind": "open", "win_rate": 20, "stagnant_days": 10 },
            { "name": "中标", "kind": "won", "win_rate": 100 },
            { "name": "落标", "kind": "lost", "win_rate": 0, "needs": ["lost_reason"] },
        ]);
        let body = json!({ "name": "招投标", "stages": stages });
        let refused = api.post("lead", "/pipelines", body.clone()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let made = api.post("head", "/pipelines", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        let bad =
            json!({ "name": "", "stages": [{ "name": "一", "kind": "won", "win_rate": 101 }] });
        let refused = api.post("head", "/pipelines", bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let customer = customer(api, "head", "甲公司").await;
        let fields = json!({ "name": "标", "customer": customer, "pipeline": made.json["id"] });
        let deal = make(api, "head", "/opportunities", fields).await;
        assert_eq!(deal["fields"]["stage"], made.json["stages"][0]["id"]);
        let path = format!("/pipelines/{}", made.id());
        let refused = api.delete("head", &path, 1).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "pipeline.in_use")
        );
        let mut fewer = made.json["stages"].clone();
        fewer[0]["id"] = json!(null);
        let body = json!({ "name": "招投标", "stages": fewer });
        let refused = api
            .call(
                "head",
                Method::PUT,
                &path,
                &[("if-match", "\"1\"")],
                Some(body),
            )
            .await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "pipeline.in_use")
        );
        let deal = format!("/opportunities/{}", deal["id"].as_str().unwrap());
        assert_eq!(
            api.delete("head", &deal, 1).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            api.delete("head", &path, 1).await.status,
            StatusCode::NO_CONTENT
        );
    })
    .await;
}
