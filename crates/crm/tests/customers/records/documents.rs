//! Quotes and orders: totals are those of the lines, whoever says otherwise.

use super::sample::{change, customer, make, problems};
use crate::api::{check, department};
use custos_kernel::policy::{DataScope, Role};
use http::StatusCode;
use serde_json::{Value, json};

fn line(name: &str, quantity: &str, minor: i64, rates: [&str; 2]) -> Value {
    json!({
        "name": name, "unit": "台", "quantity": quantity, "price": { "minor": minor, "currency": "CNY" },
        "discount": rates[0], "tax_rate": rates[1],
    })
}

fn minor(record: &Value, field: &str) -> i64 {
    record["fields"][field]["minor"]
        .as_i64()
        .unwrap_or_else(|| panic!("{field} {record}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_adds_up_and_cannot_be_told_another_total() {
    check(async |_, api| {
        let customer = customer(api, "sales", "甲公司").await;
        // 3 × 33.33 less 10 %, 13 % tax; 1.5 × 0.99, 6 % tax: rounded by line, by hand.
        let lines = [
            line("服务器", "3", 3_333, ["10", "13"]),
            line("线缆", "1.5", 99, ["0", "6"]),
        ];
        let fields = json!({ "name": "报价", "customer": customer, "lines": { "lines": lines } });
        let quote = make(api, "sales", "/quotes", fields).await;
        assert_eq!(minor(&quote, "subtotal"), 9_999 + 149);
        assert_eq!(minor(&quote, "discount_total"), 1_000);
        assert_eq!(minor(&quote, "tax_total"), 1_170 + 9);
        assert_eq!(minor(&quote, "total"), 8_999 + 1_170 + 149 + 9);
        let shown = &quote["fields"]["lines"]["lines"];
        let of_line = ["net", "tax", "gross"].map(|name| shown[0][name]["minor"].clone());
        assert_eq!(of_line, [json!(8_999), json!(1_170), json!(10_169)]);
        let told = change(api, "sales", "/quotes", &quote, json!({ "total": "1" })).await;
        assert_eq!(
            problems(&told),
            [("fields.total".to_owned(), "field.not_writable".to_owned())]
        );
        let fewer = json!({ "lines": { "lines": [line("线缆", "2", 99, ["0", "0"])] } });
        let fewer = change(api, "sales", "/quotes", &quote, fewer).await.json;
        assert_eq!(minor(&fewer, "total"), 198);
        let half = change(api, "sales", "/quotes", &fewer, json!({ "discount": "50" }))
            .await
            .json;
        assert_eq!(minor(&half, "total"), 99);
        let none = change(api, "sales", "/quotes", &half, json!({ "lines": null }))
            .await
            .json;
        assert!(none["fields"]["total"].is_null());
        let refused = change(api, "sales", "/quotes", &none, json!({ "status": "sent" })).await;
        assert_eq!(problems(&refused).len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_are_named_and_products_in_use_stay() {
    check(async |installation, api| {
        api.person(
            installation,
            "lead",
            Role::SalesLead,
            DataScope::All,
            Some(department(1)),
        );
        let customer = customer(api, "lead", "甲公司").await;
        let product = make(
            api,
            "lead",
            "/products",
            json!({ "name": "服务器", "tax_rate": "13" }),
        )
        .await;
        let try_with = async |changed: (&str, Value)| {
            let mut bad = line("服务器", "1", 100, ["0", "0"]);
            bad[changed.0] = changed.1;
            let lines = json!({ "lines": [line("好的", "1", 1, ["0", "0"]), bad] });
            let fields = json!({ "name": "单", "customer": customer, "lines": lines });
            api.post("lead", "/orders", json!({ "fields": fields }))
                .await
        };
        for (field, value) in [
            ("quantity", json!("-1")),
            ("quantity", json!("many")),
            ("discount", json!("101")),
            ("tax_rate", json!("x")),
            ("name", json!(" ")),
            ("price", json!({ "minor": -1, "currency": "CNY" })),
            ("price", json!({ "minor": 1, "currency": "USD" })),
            ("price", json!({ "minor": i64::MAX, "currency": "CNY" })),
            ("product", json!("019b8a00-0000-7000-8000-0000000000ff")),
        ] {
            let refused = try_with((field, value.clone())).await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{field} {value} {}",
                refused.json
            );
            assert_eq!(
                refused.json["fields"][0]["field"], "fields.lines",
                "{field} {value}"
            );
        }
        let made = try_with(("product", product["id"].clone())).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        let path = format!("/products/{}", product["id"].as_str().unwrap());
        let refused = api.delete("lead", &path, 1).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "record.referenced")
        );
    })
    .await;
}
