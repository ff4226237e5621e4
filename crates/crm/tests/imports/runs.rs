//! Stopping and going on: cancelled, interrupted by a restart, at any moment, no row is lost or taken twice.

use crate::api::{Api, check, counts, fixture};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A file of so many customers that have nothing in common.
pub fn customers(count: u32) -> String {
    let rows = (0..count).map(|n| format!("客户{n}号有限公司,139{n:08},u{n}@example.com\n"));
    format!("名称,手机,邮箱\n{}", rows.collect::<String>())
}

async fn act(api: &Api, id: &str, what: &str) -> (StatusCode, Value) {
    let answer = api
        .send(
            "sales",
            Method::POST,
            &format!("/imports/{id}/{what}"),
            &[],
            "",
        )
        .await;
    (answer.status, answer.json)
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_at_random_and_resumed_it_ends_as_if_nothing_had_been() {
    check(async |_, api| {
        let id = api
            .start("sales", customers(6_000), json!({ "duplicates": "keep" }))
            .await;
        let mut stops = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(20 + 37 * stops % 190)).await;
            let (status, _) = act(api, &id, "cancel").await;
            let import = api.wait("sales", &id).await;
            match import["state"].as_str() {
                Some("cancelled") => {
                    assert_eq!(status, StatusCode::ACCEPTED);
                    assert_eq!(api.customers("sales").await, counts(&import)[1]);
                    stops += 1;
                    assert_eq!(act(api, &id, "resume").await.0, StatusCode::ACCEPTED);
                }
                Some("finished") => break,
                _ => panic!("{import}"),
            }
        }
        let import = api.wait("sales", &id).await;
        assert_eq!(counts(&import), [6_000, 6_000, 0, 0, 0]);
        assert_eq!(api.customers("sales").await, 6_000);
        let (status, refused) = act(api, &id, "resume").await;
        assert_eq!(
            (status, &refused["code"]),
            (StatusCode::CONFLICT, &json!("import.state"))
        );
        assert!(stops > 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_interrupts_and_the_import_goes_on_where_it_was() {
    check(async |installation, api| {
        let file = fixture("客户资料-gb18030.csv");
        let id = api.start("sales", file, json!({})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        api.crm.stop_imports().await;
        let restarted = api.restarted(installation).await;
        let import = restarted.wait("sales", &id).await;
        if import["state"] != "finished" {
            assert_eq!(import["state"], "interrupted");
            assert_eq!(restarted.customers("sales").await, counts(&import)[1]);
            assert_eq!(act(&restarted, &id, "resume").await.0, StatusCode::ACCEPTED);
        }
        let import = restarted.wait("sales", &id).await;
        assert_eq!(counts(&import), [2360, 1994, 0, 316, 50]);
        assert_eq!(restarted.customers("sales").await, 1994);
        restarted.crm.stop_imports().await;
    })
    .await;
}

/// A worker that was left behind by a takeover must not write.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_never_take_the_same_row_twice() {
    check(async |installation, api| {
        let id = api
            .start("sales", customers(5_000), json!({ "duplicates": "keep" }))
            .await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        // Another server marks the import as interrupted and goes on while the first one is still at it.
        let second = api.restarted(installation).await;
        let (status, _) = act(&second, &id, "resume").await;
        assert!(matches!(
            status,
            StatusCode::ACCEPTED | StatusCode::CONFLICT
        ));
        let import = second.wait("sales", &id).await;
        assert_eq!(import["state"], "finished", "{import}");
        assert_eq!(counts(&import), [5_000, 5_000, 0, 0, 0]);
        api.crm.stop_imports().await;
        second.crm.stop_imports().await;
        let third = api.restarted(installation).await;
        assert_eq!(third.customers("sales").await, 5_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_and_old_files_are_gone() {
    check(async |installation, api| {
        let files = || std::fs::read_dir(&api.files).unwrap().count();
        let deleted = api.import("sales", customers(10), json!({})).await;
        let kept = api.import("sales", customers(20), json!({})).await;
        let path = |import: &Value| format!("/imports/{}", import["id"].as_str().unwrap());
        assert_eq!(files(), 2);
        assert_eq!(
            api.delete("sales", &path(&deleted)).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            api.get("sales", &path(&deleted)).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(files(), 1);
        assert_eq!(api.crm.purge_imports(installation.org()).await.unwrap(), 0);
        installation.clock().advance(31 * 86_400_000);
        assert_eq!(api.crm.purge_imports(installation.org()).await.unwrap(), 1);
        assert_eq!(files(), 0);
        assert_eq!(
            counts(&api.get("sales", &path(&kept)).await.json),
            [20, 10, 0, 10, 0]
        );
        let rejected = api.get("sales", &format!("{}/rejected", path(&kept))).await;
        assert_eq!(
            (rejected.status, rejected.code()),
            (StatusCode::CONFLICT, "import.file_gone")
        );
        // A file nobody knows, as a killed upload leaves it.
        let stray = api
            .files
            .join("019b8bab-0680-7095-a5b8-2ae172ea0e91.sealed");
        std::fs::write(&stray, b"x").unwrap();
        api.crm.recover_imports(installation.org()).await.unwrap();
        assert!(!stray.exists());
    })
    .await;
}
