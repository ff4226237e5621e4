//! Who sees an import, whose customers become whose, and what is on disk.

use crate::api::{Api, check, counts, fixture};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;

fn files_show(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|content| {
            content
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_file_is_on_disk_in_clear() {
    check(async |installation, api| {
        let import = api
            .import("sales", fixture("客户资料-gb18030.csv"), json!({}))
            .await;
        let path = format!(
            "/imports/{}/rejected?format=xlsx",
            import["id"].as_str().unwrap()
        );
        assert_eq!(api.get("sales", &path).await.status, StatusCode::OK);
        let import = api
            .import(
                "sales",
                fixture("customers-10000.csv")[..60_000].to_vec(),
                json!({}),
            )
            .await;
        assert!(counts(&import)[1] > 300);
        for text in [
            "张三的客户",
            "万迅电脑传媒",
            "14788961126",
            "jingfu@gmail.com",
            "91330106PQB79P9BB9",
            "530722196608215665",
            "krausebelinda@bradshaw.biz",
            "对方说",
        ] {
            assert!(!installation.dump_shows(text), "{text}");
            assert!(!files_show(&api.files, text), "{text}");
        }
        assert!(installation.verify(installation.org()).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_sees_or_touches_an_import() {
    check(async |_, api| {
        let id = api
            .start("sales", fixture("people-1000.csv"), json!({}))
            .await;
        let detected = api.upload("sales", "名称\n甲公司\n").await.id();
        for caller in ["other", "lead"] {
            assert_eq!(api.get(caller, "/imports").await.json["total"], 0);
            for id in [&id, &detected] {
                let path = format!("/imports/{id}");
                let options = json!({ "mapping": [{ "column": 0, "field": "name" }] });
                let mut seen = vec![
                    api.get(caller, &path).await.status,
                    api.get(caller, &format!("{path}/rejected")).await.status,
                    api.delete(caller, &path).await.status,
                    api.json(caller, Method::PATCH, &path, json!({ "preset": "zoho" }))
                        .await
                        .status,
                    api.post(caller, &format!("{path}/preview"), options.clone())
                        .await
                        .status,
                    api.post(caller, &format!("{path}/start"), options)
                        .await
                        .status,
                ];
                for what in ["cancel", "resume"] {
                    let path = format!("{path}/{what}");
                    seen.push(api.send(caller, Method::POST, &path, &[], "").await.status);
                }
                assert!(
                    seen.iter().all(|status| *status == StatusCode::NOT_FOUND),
                    "{seen:?}"
                );
            }
        }
        assert_eq!(
            api.upload("auditor", "名称\n甲公司\n").await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(api.wait("sales", &id).await["state"], "finished");
    })
    .await;
}

async fn owners(api: &Api, caller: &str) -> Vec<(String, String)> {
    let list = api.get(caller, "/customers?limit=20&sort=name").await.json;
    let pair = |item: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&item["fields"]["name"]), text(&item["owner"]["name"]))
    };
    list["items"].as_array().unwrap().iter().map(pair).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_column_gives_customers_only_to_whom_one_may() {
    check(async |_, api| {
        let file = "名称,负责人\nA,other\nB,nobody\nC,\n";
        let import = api.import("sales", file, json!({})).await;
        assert_eq!(counts(&import), [3, 3, 0, 0, 0]);
        let warnings = import["warnings"].to_string();
        assert!(
            warnings.contains("owner.not_permitted") && warnings.contains("owner.unknown"),
            "{warnings}"
        );
        let mine = |names: [&str; 3], owner: [&str; 3]| {
            let pairs = names.iter().zip(owner);
            pairs
                .map(|(name, owner)| ((*name).to_owned(), owner.to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            owners(api, "sales").await,
            mine(["A", "B", "C"], ["sales", "sales", "sales"])
        );
        let file = "名称,负责人\nD,other\nE,nobody\nF,\n";
        let other = api.staff.id("other").to_string();
        api.import(
            "lead",
            file,
            json!({ "owner_id": api.staff.id("sales").to_string() }),
        )
        .await;
        assert_eq!(api.customers("sales").await, 5);
        assert_eq!(api.customers("other").await, 1);
        let import = api.upload("sales", file).await.json;
        let refused = api
            .start_uploaded("sales", &import, json!({ "owner_id": other }))
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_says_what_the_import_then_does() {
    check(async |_, api| {
        api.post(
            "sales",
            "/customers",
            json!({ "fields": { "name": "旧客户", "phone": "13800138000" } }),
        )
        .await;
        let file = "名称,手机,邮箱,级别,成交金额(万元)\n\
                    新客户,138 0013 8001,a＠example。com,A类,1.5\n\
                    旧,13800138000,,,\n\
                    又新,13800138001,,,\n\
                    ,13800138003,,,\n\
                    坏号码,138001,,,\n";
        let import = api.upload("sales", file).await.json;
        let path = format!("/imports/{}/preview", import["id"].as_str().unwrap());
        let mapping = crate::api::suggested(&import);
        let preview = api
            .post("sales", &path, json!({ "mapping": mapping }))
            .await
            .json;
        let outcomes: Vec<_> = preview["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["outcome"].as_str().unwrap())
            .collect();
        assert_eq!(outcomes, ["create", "skip", "skip", "reject", "reject"]);
        assert_eq!(preview["duplicates_in_sample"], 2);
        let first = &preview["rows"][0];
        assert_eq!(first["fields"]["level"], "a");
        assert_eq!(first["fields"]["email"], "a@example.com");
        assert_eq!(first["fields"]["amount"], "15000.00 CNY");
        assert_eq!(first["notes"][0]["severity"], "repair");
        let import = api.start_uploaded("sales", &import, json!({})).await.json;
        let import = api.wait("sales", import["id"].as_str().unwrap()).await;
        assert_eq!(counts(&import), [5, 1, 0, 2, 2]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_twice_is_one_import() {
    check(async |_, api| {
        let key = [("idempotency-key", "upload-1")];
        let send = || api.send("sales", Method::POST, "/imports", &key, "名称\n甲公司\n");
        let (first, second) = (send().await, send().await);
        assert_eq!(first.id(), second.id());
        assert_eq!(std::fs::read_dir(&api.files).unwrap().count(), 1);
    })
    .await;
}
