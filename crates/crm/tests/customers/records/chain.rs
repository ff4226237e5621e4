//! From lead to payment: records refer to each other, keep their customer and leave no orphan.

use super::sample::{change, customer, deal, make, problems};
use crate::api::{check, department};
use custos_kernel::policy::{DataScope, Role};
use http::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_becomes_a_contract_that_is_paid_and_invoiced() {
    check(async |_, api| {
        let customer = customer(api, "sales", "杭州智云科技有限公司").await;
        let deal = deal(api, "sales", &customer, "年度采购", 1_200_000).await;
        assert_eq!(deal["fields"]["number"], "SJ-202601-0001");
        assert_eq!(deal["fields"]["outcome"], "open");
        let named = json!({ "id": customer, "name": "杭州智云科技有限公司" });
        assert_eq!(deal["fields"]["customer"], named);
        let amount = json!({ "minor": 1_200_000, "currency": "CNY" });
        let fields = json!({
            "name": "年度采购合同", "customer": customer, "opportunity": deal["id"],
            "amount": amount, "signed_at": "2026-03-01",
        });
        let contract = make(api, "sales", "/contracts", fields).await;
        assert_eq!(contract["fields"]["opportunity"]["name"], "年度采购");
        let half = json!({ "minor": 600_000, "currency": "CNY" });
        let fields = json!({
            "name": "首付款", "customer": customer, "contract": contract["id"], "amount": half,
            "due_at": "2026-04-01",
        });
        let plan = make(api, "sales", "/payment-plans", fields).await;
        let fields = json!({
            "customer": customer, "contract": contract["id"], "plan": plan["id"], "amount": half,
            "paid_at": "2026-04-02", "method": "transfer",
        });
        let payment = make(api, "sales", "/payments", fields).await;
        assert_eq!(payment["fields"]["number"], "HK-202601-0001");
        assert_eq!(payment["fields"]["plan"]["name"], "首付款");
        let fields = json!({
            "customer": customer, "contract": contract["id"], "kind": "vat_special",
            "title": "杭州智云科技有限公司", "amount": half,
        });
        make(api, "sales", "/invoices", fields).await;
        let filter = json!({ "field": "contract", "in": [contract["id"]] }).to_string();
        let path = format!("/payments?filter={}", urlencode(&filter));
        let page = api.get("sales", &path).await;
        assert_eq!(page.json["total"], 1, "{}", page.json);
        assert_eq!(
            page.json["items"][0]["fields"]["contract"]["name"],
            "年度采购合同"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_removed_that_others_refer_to() {
    check(async |installation, api| {
        api.person(
            installation,
            "lead",
            Role::SalesLead,
            DataScope::All,
            Some(department(1)),
        );
        let customer = customer(api, "lead", "宁波海纳").await;
        let deal = deal(api, "lead", &customer, "试用", 100).await;
        let fields = json!({ "name": "合同", "customer": customer, "opportunity": deal["id"] });
        let contract = make(api, "lead", "/contracts", fields).await;
        let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
        let refused = api.delete("lead", &path, 1).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "record.referenced")
        );
        let refused = api
            .delete("lead", &format!("/customers/{customer}"), 1)
            .await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "record.referenced")
        );
        let contract = format!("/contracts/{}", contract["id"].as_str().unwrap());
        assert_eq!(
            api.delete("lead", &contract, 1).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            api.delete("lead", &path, 1).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(api.get("lead", &path).await.status, StatusCode::NOT_FOUND);
        let gone = api
            .delete("lead", &format!("/customers/{customer}"), 1)
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.json);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_stays_with_its_customer_and_refers_to_records_of_the_same() {
    check(async |_, api| {
        let first = customer(api, "sales", "甲公司").await;
        let second = customer(api, "sales", "乙公司").await;
        let mine = deal(api, "sales", &first, "甲的商机", 100).await;
        let fields = json!({ "name": "合同", "customer": second, "opportunity": mine["id"] });
        let refused = api
            .post("sales", "/contracts", json!({ "fields": fields }))
            .await;
        let expected = [(
            "fields.opportunity".to_owned(),
            "reference.other_customer".to_owned(),
        )];
        assert_eq!(problems(&refused), expected);
        let moved = change(
            api,
            "sales",
            "/opportunities",
            &mine,
            json!({ "customer": second }),
        )
        .await;
        let expected = [("fields.customer".to_owned(), "field.fixed".to_owned())];
        assert_eq!(problems(&moved), expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_makes_one_record_and_one_number() {
    check(async |_, api| {
        let customer = customer(api, "sales", "重复公司").await;
        let body = json!({ "fields": { "name": "一次", "customer": customer } });
        let key = [("idempotency-key", "k-1")];
        let mut ids = Vec::new();
        for _ in 0..2 {
            let made = api
                .call(
                    "sales",
                    http::Method::POST,
                    "/opportunities",
                    &key,
                    Some(body.clone()),
                )
                .await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
            assert_eq!(made.json["fields"]["number"], "SJ-202601-0001");
            ids.push(made.id());
        }
        assert_eq!(ids[0], ids[1]);
        let next = deal(api, "sales", &customer, "二", 1).await;
        assert_eq!(next["fields"]["number"], "SJ-202601-0002");
    })
    .await;
}

pub fn urlencode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
