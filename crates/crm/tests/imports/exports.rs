//! Exports: what leaves, in which form, and what the log says of it.

use crate::api::{Api, check};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::io::{Cursor, Read};

async fn filled(api: &Api) {
    let file = "名称,手机,邮箱,级别,负责人,金额,备注\n\
                甲公司,13800138001,a@example.com,A类,sales,12.50,\"=1+1\"\n\
                乙公司,13800138002,b@example.com,B类,other,,\"一\n二\"\n\
                丙公司,13800138003,,A类,lead,,\n";
    api.import("lead", file, json!({})).await;
}

fn request(format: &str, filter: Value) -> Value {
    let columns = ["name", "phone", "level", "amount", "notes", "owner"];
    json!({ "format": format, "filter": filter, "columns": columns, "reason": "季度盘点" })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_decides_and_formulas_are_harmless() {
    check(async |_, api| {
        filled(api).await;
        let csv = api
            .post("lead", "/customers/exports", request("csv", json!({})))
            .await;
        assert_eq!(csv.status, StatusCode::OK, "{}", csv.json);
        let disposition = csv.headers["content-disposition"].to_str().unwrap();
        assert!(
            disposition.starts_with("attachment; filename=\"customers-"),
            "{disposition}"
        );
        let expected = "\u{FEFF}name,phone,level,amount,notes,owner\r\n\
                        甲公司,138 0013 8001,a,12.50 CNY,'=1+1,sales\r\n\
                        乙公司,138 0013 8002,b,,\"一\n二\",other\r\n\
                        丙公司,138 0013 8003,a,,,lead\r\n";
        // Rows made within one millisecond have no order of their own.
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
            lines[1..].sort();
            lines
        };
        assert_eq!(sorted(&csv.text()), sorted(expected));
        for (filter, count) in [
            (json!({ "level": "a" }), 2),
            (json!({ "q": "丙" }), 1),
            (json!({ "q": "13800138002" }), 1),
            (json!({ "owner_id": api.staff.id("other").to_string() }), 1),
            (json!({ "level": "d" }), 0),
        ] {
            let part = api
                .post("lead", "/customers/exports", request("csv", filter))
                .await
                .text();
            assert_eq!(part.matches("公司").count(), count, "{part}");
        }
        let xlsx = api
            .post("lead", "/customers/exports", request("xlsx", json!({})))
            .await;
        let mut zip = Vec::new();
        Cursor::new(&xlsx.bytes).read_to_end(&mut zip).unwrap();
        assert!(zip.starts_with(b"PK"));
        let again = api.upload("sales", xlsx.bytes).await.json;
        assert_eq!(again["columns"][0]["samples"].as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_export_does_not_and_reasons_are_needed() {
    check(async |_, api| {
        filled(api).await;
        let refused = api
            .post("sales", "/customers/exports", request("csv", json!({})))
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        for (name, value) in [
            ("reason", json!(" x ")),
            ("columns", json!([])),
            ("columns", json!(["password"])),
            ("columns", json!(["name", "org_id"])),
        ] {
            let mut bad = request("csv", json!({}));
            bad[name] = value;
            let refused = api.post("lead", "/customers/exports", bad).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        let mut unknown = request("csv", json!({}));
        unknown["filter"] = json!({ "nonsense": "1" });
        let refused = api.post("lead", "/customers/exports", unknown).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_customers_leave_completely() {
    check(async |_, api| {
        api.import("lead", crate::runs::customers(3_000), json!({ "duplicates": "keep" })).await;
        for format in ["csv", "xlsx"] {
            let file = api.post("lead", "/customers/exports", request(format, json!({}))).await;
            let import = api.upload("lead", file.bytes).await.json;
            let options = json!({ "mapping": [{ "column": 0, "field": "name" }, { "column": 1, "field": "phone" }] });
            let path = format!("/imports/{}/start", import["id"].as_str().unwrap());
            assert_eq!(api.post("lead", &path, options).await.status, StatusCode::ACCEPTED);
            let import = api.wait("lead", import["id"].as_str().unwrap()).await;
            assert_eq!(crate::api::counts(&import), [3_000, 0, 0, 3_000, 0]);
        }
    })
    .await;
}

/// No database, no entry; no entry, no byte.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_entry_nothing_leaves() {
    check(async |installation, api| {
        filled(api).await;
        installation.store().close().await.unwrap();
        let refused = api
            .post("lead", "/customers/exports", request("csv", json!({})))
            .await;
        assert!(refused.status.is_server_error(), "{}", refused.status);
        assert!(!refused.text().contains("公司"));
        installation.reopen().await;
    })
    .await;
}

/// A customer that cannot be opened, far behind the first piece of the file.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_cannot_be_finished_is_no_shorter_file() {
    check(async |installation, api| {
        api.import("lead", crate::runs::customers(3_000), json!({}))
            .await;
        let store = installation.store();
        let last = store.tamper_for_tests("SELECT id FROM customer ORDER BY id DESC LIMIT 1", &[]);
        let id = last.await.unwrap()[0].bytes(0).unwrap().to_vec();
        let break_it = "UPDATE customer SET fields = $1 WHERE id = $2";
        let values = [vec![1, 2, 3].into(), id.into()];
        store.tamper_for_tests(break_it, &values).await.unwrap();
        for format in ["csv", "xlsx"] {
            let json = [("content-type", "application/json")];
            let body = request(format, json!({})).to_string();
            let path = "/customers/exports";
            let response = api.raw("lead", Method::POST, path, &json, body).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert!(response.into_body().collect().await.is_err(), "{format}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_and_days_of_a_workbook_are_read_back() {
    check(async |_, api| {
        let sums = ["12.50", "-3.07", "USD 8.25", "90071992547409.91"];
        for (number, amount) in sums.iter().enumerate() {
            let file = format!("名称,金额,下次联系时间\n{number}号公司,{amount},2026-03-19\n");
            api.import("lead", file, json!({})).await;
        }
        let columns = ["name", "amount", "next_contact_at", "created_at"];
        let export =
            json!({ "format": "xlsx", "filter": {}, "columns": columns, "reason": "季度盘点" });
        let file = api.post("lead", "/customers/exports", export).await;
        let import = api.upload("lead", file.bytes).await.json;
        let fields = columns.iter().take(3).enumerate();
        let mapping: Vec<_> = fields
            .map(|(column, field)| json!({ "column": column, "field": field }))
            .collect();
        let path = format!("/imports/{}/preview", import["id"].as_str().unwrap());
        let options = json!({ "mapping": mapping, "duplicates": "keep" });
        let preview = api.post("lead", &path, options).await.json;
        let mut read: Vec<_> = preview["rows"].as_array().unwrap().iter().collect();
        read.sort_by_key(|row| row["fields"]["name"].as_str().unwrap().to_owned());
        let shown = [
            "12.50 CNY",
            "-3.07 CNY",
            "8.25 USD",
            "90071992547409.91 CNY",
        ];
        for (row, amount) in read.iter().zip(shown) {
            assert_eq!(row["fields"]["amount"], amount, "{preview}");
            assert_eq!(row["fields"]["next_contact_at"], "2026-03-19");
            assert_eq!(row["notes"], json!([]));
        }
        assert_eq!(read.len(), sums.len());
    })
    .await;
}
