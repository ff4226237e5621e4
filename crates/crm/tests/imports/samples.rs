//! Every sample file to its end: the counts are those its description names.

use crate::api::{check, counts, fixture};
use serde_json::{Value, json};

/// Warnings as `code field rows`.
fn warnings(import: &Value) -> String {
    let warnings = import["warnings"].as_array().unwrap().iter();
    let warnings = warnings.map(|warning| {
        let param = |name: &str| warning["params"][name].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {} {}",
            warning["code"].as_str().unwrap(),
            param("field"),
            param("rows")
        )
    });
    warnings.collect::<Vec<_>>().join(", ")
}

/// 2,000 customers and one that ten rows with a repaired mail address share; 300 near duplicates, nine of those ten
/// rows and seven accidents of the generator; 50 rows that cannot be taken. Counted independently.
#[tokio::test(flavor = "multi_thread")]
async fn chinese_text_with_sixty_defects() {
    check(async |_, api| {
        let import = api
            .import("sales", fixture("客户资料-gb18030.csv"), json!({}))
            .await;
        assert_eq!(counts(&import), [2360, 1994, 0, 316, 50]);
        assert_eq!(warnings(&import), "owner.unknown owner_name 2360");
        assert_eq!(api.customers("sales").await, 1994);
        let id = import["id"].as_str().unwrap();
        let file = api
            .get("sales", &format!("/imports/{id}/rejected?format=csv"))
            .await
            .text();
        for code in [
            "name: field.required",
            "phone: phone.mobile_length",
            "uscc: uscc.check_digit",
            "id_number: id_number.birth_date",
            "amount: amount.not_a_number",
        ] {
            assert_eq!(file.matches(code).count(), 10, "{code}\n{file}");
        }
        // The same file again makes nobody new.
        let again = api
            .import("sales", fixture("客户资料-gb18030.csv"), json!({}))
            .await;
        assert_eq!(counts(&again), [2360, 0, 0, 2310, 50]);
        // The workbook holds the first 800 of its rows.
        let workbook = api
            .import("sales", fixture("客户资料-标题行在第二行.xlsx"), json!({}))
            .await;
        let [read, created, updated, _, _] = counts(&workbook);
        assert_eq!((read, created, updated), (800, 0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_check_digits_are_taken_if_one_says_so() {
    check(async |_, api| {
        let options = json!({ "uscc_check": "accept", "duplicates": "keep" });
        let import = api
            .import("sales", fixture("客户资料-gb18030.csv"), options)
            .await;
        assert_eq!(counts(&import), [2360, 2320, 0, 0, 40]);
        assert!(warnings(&import).contains("uscc.check_digit uscc 10"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_in_english() {
    check(async |_, api| {
        for (name, expected) in [
            ("people-1000.csv", [1000, 1000, 0, 0, 0]),
            ("organizations-1000.csv", [1000, 961, 0, 39, 0]),
            ("leads-duplicates-1000.csv", [1000, 542, 0, 458, 0]),
            ("enterprise-customers-150.csv", [150, 131, 0, 19, 0]),
            // Dates such as `Q1 2016` are no dates.
            ("messy-company-data-1000.csv", [1000, 54, 0, 558, 388]),
        ] {
            let import = api.import("sales", fixture(name), json!({})).await;
            assert_eq!(counts(&import), expected, "{name}");
        }
        let import = api
            .import(
                "sales",
                fixture("customers-10000.csv"),
                json!({ "duplicates": "keep" }),
            )
            .await;
        assert_eq!(counts(&import), [10_000, 10_000, 0, 0, 0]);
    })
    .await;
}
