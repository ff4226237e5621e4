//! Every sample file to its end: the counts are those its description names.

use crate::api::{Api, check, counts, fixture};
use custos_testkit::Installation;
use serde_json::json;

/// Imports a sample; its counts and its warnings as `code field rows`.
async fn imported(api: &Api, name: &str, options: serde_json::Value) -> ([u64; 5], String) {
    let import = api.import("sales", fixture(name), options).await;
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
    (counts(&import), warnings.collect::<Vec<_>>().join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_text_with_sixty_defects() {
    check(async |_: &mut Installation, api: &Api| {
        let (found, warnings) = imported(api, "客户资料-gb18030.csv", json!({})).await;
        panic!("{found:?} {warnings}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_in_english() {
    check(async |_: &mut Installation, api: &Api| {
        for name in [
            "customers-10000.csv",
            "people-1000.csv",
            "organizations-1000.csv",
            "leads-duplicates-1000.csv",
            "enterprise-customers-150.csv",
            "messy-company-data-1000.csv",
        ] {
            let started = std::time::Instant::now();
            let (found, warnings) = imported(api, name, json!({})).await;
            eprintln!("{name} {found:?} {warnings} {:?}", started.elapsed());
        }
        panic!();
    })
    .await;
}
