//! Files of unusual shape: whatever they hold, every row is accounted for.

use crate::api::{check, counts, fixture, suggested};
use http::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_table_are_refused_and_leave_nothing() {
    check(async |_, api| {
        for (content, code) in [
            (b"".to_vec(), "file.empty"),
            (b"\n\n\n".to_vec(), "file.empty"),
            (vec![0, 159, 146, 150, 0, 0, 1, 2], "file.not_text"),
            (
                b"<html><body><table></table></body></html>".to_vec(),
                "file.markup",
            ),
            (
                fixture("客户资料-标题行在第二行.xlsx")[..20_000].to_vec(),
                "file.damaged_workbook",
            ),
        ] {
            let refused = api.upload("sales", content).await;
            assert_eq!(
                (refused.status, refused.code()),
                (StatusCode::UNPROCESSABLE_ENTITY, code)
            );
        }
        assert_eq!(std::fs::read_dir(&api.files).unwrap().count(), 0);
        assert_eq!(api.get("sales", "/imports").await.json["total"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_damaged_files_is_accounted_for() {
    check(async |_, api| {
        let whole = fixture("客户资料-gb18030.csv");
        let truncated = whole[..whole.len() / 3].to_vec();
        let line = |n: u32| format!("甲{n}公司,139{n:08},多数行是一种编码，只有一行例外\n");
        let most: String = (0..60).map(line).collect();
        let odd = b"\xB8\xA3\xD6\xDD,13800138002,\n";
        let head = "名称,手机,备注\n".as_bytes();
        let mixed = [
            head,
            most.as_bytes(),
            odd,
            "丙公司,13800138003,\n".as_bytes(),
        ]
        .concat();
        let quoted =
            "名称,备注\n\"甲\n公司\",\"一\n二\"\"三\"\n乙公司,\"没有结束\n丙公司,好\n丁公司,好\n"
                .as_bytes()
                .to_vec();
        let repeated = "名称,手机,手机,名称\n甲公司,13800138001,13800138002,又名\n"
            .as_bytes()
            .to_vec();
        let header_only = "名称,手机\n".as_bytes().to_vec();
        let odd = "少公司
多公司,13800138001,多,余
";
        let ragged = [
            "名称,手机,备注
",
            &most,
            odd,
        ]
        .concat()
        .into_bytes();
        let wide = {
            let header: Vec<String> = (0..199)
                .map(|n| {
                    format!(
                        "自定义字段{}",
                        char::from(b'a' + (n % 26) as u8)
                            .to_string()
                            .repeat(n / 26 + 1)
                    )
                })
                .collect();
            let row = |name: &str| format!("{name}{}\n", ",12".repeat(199));
            format!(
                "名称,{}\n{}{}",
                header.join(","),
                row("甲公司"),
                row("乙公司")
            )
            .into_bytes()
        };
        for (name, content, expected) in [
            ("truncated", truncated, None),
            ("mixed encodings", mixed, Some([62, 61, 0, 0, 1])),
            ("quoted line ends", quoted, Some([4, 3, 0, 0, 1])),
            ("repeated headers", repeated, Some([1, 1, 0, 0, 0])),
            ("header only", header_only, Some([0, 0, 0, 0, 0])),
            ("ragged", ragged, Some([62, 61, 0, 0, 1])),
            ("wide", wide, Some([2, 2, 0, 0, 0])),
        ] {
            let import = api
                .import("sales", content, json!({ "duplicates": "keep" }))
                .await;
            let found = counts(&import);
            assert_eq!(found, expected.unwrap_or(found), "{name}");
            assert!(found[0] > 0 || name == "header only", "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_detected_can_be_corrected() {
    check(async |_, api| {
        let content = "导出于昨天;\n公司,联系方式\n甲;乙,13800138001\n"
            .as_bytes()
            .to_vec();
        let import = api.upload("sales", content).await.json;
        let path = format!("/imports/{}", import["id"].as_str().unwrap());
        let patch = json!({ "source": { "delimiter": ",", "header_row": 2 }, "preset": "fxiaoke" });
        let corrected = api.json("sales", Method::PATCH, &path, patch).await;
        assert_eq!(corrected.status, StatusCode::OK, "{}", corrected.json);
        assert_eq!(corrected.json["source"]["header_row"], 2);
        assert_eq!(corrected.json["preset"], "fxiaoke");
        assert_eq!(corrected.json["columns"][0]["header"], "公司");
        let unknown = json!({ "source": { "encoding": "klingon" } });
        let refused = api.json("sales", Method::PATCH, &path, unknown).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "file.unknown_encoding")
        );
        let started = api
            .start_uploaded("sales", &corrected.json, json!({}))
            .await;
        assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.json);
        let import = api.wait("sales", import["id"].as_str().unwrap()).await;
        assert_eq!(counts(&import), [1, 1, 0, 0, 0]);
        let late = api
            .json(
                "sales",
                Method::PATCH,
                &path,
                json!({ "preset": "generic" }),
            )
            .await;
        assert_eq!(
            (late.status, late.code()),
            (StatusCode::CONFLICT, "import.state")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mappings_that_make_no_sense_are_refused() {
    check(async |_, api| {
        let import = api
            .upload("sales", "名称,手机\n甲公司,13800138001\n")
            .await
            .json;
        let path = format!("/imports/{}/start", import["id"].as_str().unwrap());
        let map = |pairs: &[(u32, &str)]| -> serde_json::Value {
            pairs
                .iter()
                .map(|(column, field)| json!({ "column": column, "field": field }))
                .collect()
        };
        for (mapping, code) in [
            (map(&[]), "import.mapping.name_missing"),
            (map(&[(1, "phone")]), "import.mapping.name_missing"),
            (map(&[(0, "name"), (1, "name")]), "import.mapping.duplicate"),
            (
                map(&[(0, "name"), (0, "phone")]),
                "import.mapping.duplicate",
            ),
            (
                map(&[(0, "name"), (9, "phone")]),
                "import.mapping.column_unknown",
            ),
            (
                map(&[(0, "name"), (1, "nonsense")]),
                "import.mapping.field_unknown",
            ),
        ] {
            let refused = api
                .post("sales", &path, json!({ "mapping": mapping }))
                .await;
            assert_eq!(
                (refused.status, refused.code()),
                (StatusCode::UNPROCESSABLE_ENTITY, code)
            );
        }
        assert_eq!(suggested(&import), map(&[(0, "name"), (1, "phone")]));
    })
    .await;
}
