//! A lead becomes a customer and a deal: all of it or nothing.

use super::sample::{customer, make, problems, stage};
use crate::api::{check, department};
use custos_kernel::policy::{DataScope, Role};
use http::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_becomes_a_customer_with_a_deal_and_says_so() {
    check(async |_, api| {
        let fields = json!({
            "name": "苏州恒远", "contact_name": "王芳", "phone": "13812345678", "source": "exhibition",
        });
        let lead = make(api, "sales", "/leads", fields).await;
        assert_eq!(lead["fields"]["phone"]["masked"], "138****5678");
        let path = format!("/leads/{}", lead["id"].as_str().unwrap());
        let body = json!({ "opportunity": { "fields": { "name": "首单", "amount": "5000" } } });
        let done = api.post("sales", &format!("{path}/conversion"), body.clone()).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.json);
        let id = done.json["customer_id"].as_str().unwrap();
        let customer = api.get("sales", &format!("/customers/{id}")).await.json;
        assert_eq!(customer["fields"]["name"], "苏州恒远");
        assert_eq!(customer["fields"]["source"], "exhibition");
        let after = api.get("sales", &path).await.json;
        assert_eq!(after["fields"]["status"], "converted");
        assert_eq!(after["fields"]["customer"], json!({ "id": id, "name": "苏州恒远" }));
        assert_eq!(after["fields"]["opportunity"]["name"], "首单");
        let again = api.post("sales", &format!("{path}/conversion"), body).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "lead.converted"));
        let timeline = api.get("sales", &format!("{path}/timeline")).await.json;
        assert_eq!(timeline["items"][0]["kind"], "converted", "{timeline}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_nothing_behind() {
    check(async |installation, api| {
        api.person(
            installation,
            "other",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        let theirs = customer(api, "other", "已有的公司").await;
        let lead = make(api, "sales", "/leads", json!({ "name": "已有的公司" })).await;
        let path = format!("/leads/{}/conversion", lead["id"].as_str().unwrap());
        let refused = api.post("sales", &path, json!({})).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "customer.duplicate")
        );
        let refused = api
            .post("sales", &path, json!({ "customer_id": theirs }))
            .await;
        assert_eq!(
            problems(&refused),
            [("customer_id".to_owned(), "reference.unknown".to_owned())]
        );
        let lost = stage(api, "sales", "lost").await;
        let deal = json!({ "fields": { "name": "商机", "stage": lost } });
        let body = json!({ "allow_duplicate": true, "opportunity": deal });
        let refused = api.post("sales", &path, body).await;
        let lacking = (
            "opportunity.fields.lost_reason".to_owned(),
            "field.required".to_owned(),
        );
        assert_eq!(problems(&refused), [lacking]);
        assert_eq!(api.get("sales", "/customers").await.json["total"], 0);
        assert_eq!(api.get("sales", "/opportunities").await.json["total"], 0);
        let unconverted = super::sample::change(
            api,
            "sales",
            "/leads",
            &lead,
            json!({ "status": "converted" }),
        )
        .await;
        let lacking = ("fields.customer".to_owned(), "field.required".to_owned());
        assert_eq!(problems(&unconverted), [lacking]);
    })
    .await;
}
