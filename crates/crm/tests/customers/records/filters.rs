//! Filters in groups, and what is refused.

use super::chain::urlencode;
use super::sample::{customer, deal};
use crate::api::{Api, check};
use http::StatusCode;
use serde_json::{Value, json};

async fn names(api: &Api, filter: &Value) -> Vec<String> {
    let filter = urlencode(&filter.to_string());
    let page = api
        .get(
            "sales",
            &format!("/opportunities?sort=amount&filter={filter}"),
        )
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.json);
    let items = page.json["items"].as_array().unwrap();
    let names = items.iter().map(|item| item["fields"]["name"].as_str());
    names.map(|name| name.unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_conditions_choose_and_bad_ones_are_named() {
    check(async |_, api| {
        let first = customer(api, "sales", "甲公司").await;
        let second = customer(api, "sales", "乙公司").await;
        for (name, customer, minor) in [
            ("一", &first, 100),
            ("二", &second, 200),
            ("三", &first, 300),
        ] {
            deal(api, "sales", customer, name, minor).await;
        }
        let of_first = json!({ "field": "customer", "in": [first] });
        assert_eq!(names(api, &of_first).await, ["一", "三"]);
        let small = json!({ "field": "amount", "to": 150 });
        let either = json!({ "any": [{ "field": "customer", "in": [second] }, small] });
        assert_eq!(names(api, &either).await, ["一", "二"]);
        let both = json!({ "all": [of_first, { "not": small }] });
        assert_eq!(names(api, &both).await, ["三"]);
        assert_eq!(
            names(api, &json!({ "any": [] })).await,
            Vec::<String>::new()
        );
        assert_eq!(
            names(api, &json!({ "field": "kind", "in": [null] }))
                .await
                .len(),
            3
        );
        for (filter, code) in [
            ("{", "list.filter_malformed"),
            (r#"{"field":"notes","in":["x"]}"#, "list.filter_unknown"),
            (r#"{"field":"nothing","in":["x"]}"#, "list.filter_unknown"),
            (
                r#"{"field":"amount","from":"soon"}"#,
                "list.filter_malformed",
            ),
            (
                &format!("{}{}", r#"{"not":"#.repeat(40), "}".repeat(40)),
                "list.filter_malformed",
            ),
        ] {
            let path = format!("/opportunities?filter={}", urlencode(filter));
            let refused = api.get("sales", &path).await;
            assert_eq!(
                (refused.status, refused.code()),
                (StatusCode::BAD_REQUEST, code),
                "{filter}"
            );
        }
        let found = api.get("sales", "/opportunities?q=%E4%B8%89").await;
        assert_eq!(found.json["total"], 1);
    })
    .await;
}
