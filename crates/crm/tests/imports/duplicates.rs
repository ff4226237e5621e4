//! Duplicates: against the database and within the file, skipped, merged or kept.

use crate::api::{Api, check, counts};
use http::StatusCode;
use serde_json::{Value, json};

async fn only_customer(api: &Api, caller: &str) -> Value {
    let list = api.get(caller, "/customers?limit=2").await.json;
    assert_eq!(list["total"], 1, "{list}");
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    api.get(caller, &format!("/customers/{id}")).await.json
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_fills_what_is_empty_and_overwrites_nothing() {
    check(async |_, api| {
        let made =
            json!({ "fields": { "name": "甲公司", "phone": "13800138001", "city": "杭州" } });
        assert_eq!(
            api.post("sales", "/customers", made).await.status,
            StatusCode::CREATED
        );
        let file = "名称,手机,邮箱,市,行业\n\
                    甲公司,,a@example.com,上海,\n\
                    甲有限公司,13800138001,b@example.com,,金融\n\
                    又名,13800138001,,,\n";
        let import = api
            .import("sales", file, json!({ "duplicates": "merge" }))
            .await;
        assert_eq!(counts(&import), [3, 0, 2, 1, 0]);
        let fields = only_customer(api, "sales").await["fields"].clone();
        assert_eq!(
            (&fields["city"], &fields["industry"]),
            (&json!("杭州"), &json!("金融"))
        );
        let found = |query: &str| format!("/customers?q={query}");
        assert_eq!(
            api.get("sales", &found("a%40example.com")).await.json["total"],
            1
        );
        assert_eq!(
            api.get("sales", &found("b%40example.com")).await.json["total"],
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_batch_are_merged_into_the_first() {
    check(async |_, api| {
        let file = "名称,手机,邮箱,行业\n\
                    甲公司,13800138001,,\n\
                    甲公司,,a@example.com,\n\
                    丙,,A@EXAMPLE.com,金融\n\
                    丁,138-0013-8001,,\n";
        let import = api
            .import("sales", file, json!({ "duplicates": "merge" }))
            .await;
        assert_eq!(counts(&import), [4, 1, 2, 1, 0]);
        let customer = only_customer(api, "sales").await;
        assert_eq!(customer["fields"]["industry"], "金融");
        assert_eq!(
            api.get("sales", "/customers?q=a%40example.com").await.json["total"],
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn skipping_and_keeping() {
    check(async |_, api| {
        let file = "名称,手机,座机\n甲公司,13800138001,\n乙公司,+86 138 0013 8001,\n丙公司,,0571-88888888\n丁公司,0571 8888 8888,\n";
        assert_eq!(counts(&api.import("sales", file, json!({})).await), [4, 2, 0, 2, 0]);
        assert_eq!(counts(&api.import("sales", file, json!({})).await), [4, 0, 0, 4, 0]);
        let kept = api.import("sales", file, json!({ "duplicates": "keep" })).await;
        assert_eq!(counts(&kept), [4, 4, 0, 0, 0]);
        assert_eq!(api.customers("sales").await, 6);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_one_number_twice_is_taken() {
    check(async |_, api| {
        let file = "名称,手机,座机\n甲公司,0571-88888888,0571-88888888\n";
        assert_eq!(
            counts(&api.import("sales", file, json!({})).await),
            [1, 1, 0, 0, 0]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_customer_is_left_alone_and_not_told_of() {
    check(async |_, api| {
        let made = json!({ "fields": { "name": "甲公司", "phone": "13800138001" } });
        let made = api.post("other", "/customers", made).await;
        let file = "名称,手机,邮箱\n甲公司,13800138001,a@example.com\n";
        let import = api
            .import("sales", file, json!({ "duplicates": "merge" }))
            .await;
        assert_eq!(counts(&import), [1, 0, 0, 1, 0]);
        let path = format!(
            "/imports/{}/rejected?skipped=true",
            import["id"].as_str().unwrap()
        );
        let file = api.get("sales", &path).await.text();
        assert!(file.contains("row.duplicate_not_yours"), "{file}");
        assert!(!file.contains(&made.id()));
        let customer = only_customer(api, "other").await;
        assert_eq!(customer["version"], 1);
        assert!(customer["fields"]["email"].is_null());
        assert_eq!(api.customers("sales").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_of_one_name_and_different_codes_are_different() {
    check(async |_, api| {
        let file = "名称,统一社会信用代码\n\
                    甲公司,91330106PQB79P9BB9\n\
                    甲公司,91330106E16MWEMTY9\n\
                    甲公司,\n\
                    甲公司,9151010765MQGK88D5\n";
        let import = api.import("sales", file, json!({})).await;
        // The third may be either of the first two, the fourth is neither.
        assert_eq!(counts(&import), [4, 3, 0, 1, 0]);
        let again = api.import("sales", file, json!({})).await;
        assert_eq!(counts(&again), [4, 0, 0, 4, 0]);
    })
    .await;
}
