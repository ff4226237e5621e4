//! Raising and lowering a label while others write: whatever the order, nothing is written below the label one works at,
//! and nobody lowers a label they did not decide on.

use crate::access::cleared;
use crate::api::{Api, check};
use custos_kernel::policy::{DataScope, Label, Level, Role};
use futures::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::cmp::Ordering;

const ROUNDS: usize = 12;
const WRITERS: usize = 4;

/// The entries about one customer, in the order of the log.
async fn entries(store: &custos_store::Store, id: &str) -> Vec<Value> {
    let sql = "SELECT body FROM audit_entry ORDER BY idx";
    let rows = store.tamper_for_tests(sql, &[]).await.unwrap();
    let body = |row: &custos_store::Row| -> Value {
        serde_json::from_slice(row.bytes(0).unwrap()).unwrap()
    };
    let about = |entry: &Value| entry["resource"]["id"] == id && entry["outcome"] == "allowed";
    rows.iter().map(body).filter(about).collect()
}

fn level(entry: &Value, key: &str) -> Level {
    let name = entry["detail"][key][0]
        .as_str()
        .unwrap_or_else(|| panic!("{entry}"));
    Level::ALL
        .into_iter()
        .find(|level| level.name() == name)
        .unwrap()
}

async fn write(api: &Api, path: &str, number: usize) -> StatusCode {
    let read = api.get("owner", path).await;
    if read.status != 200 {
        return read.status;
    }
    let version = read.json["version"].as_i64().unwrap();
    let body = json!({ "fields": { "address": format!("西湖路{number}号") } });
    api.patch("owner", path, version, body).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_is_raised_and_lowered_at_once_lets_nothing_through() {
    check(async |installation, api| {
        let person = |name: &str, role| api.person(installation, name, role, DataScope::Own, None);
        person("security", Role::SecurityAdmin);
        let works_at = Label::of(Level::Internal);
        cleared(
            installation,
            api,
            "owner",
            (Label::of(Level::Secret), works_at),
        );
        let (mut written, mut raised, mut lowered) = (0, 0, 0);
        for round in 0..ROUNDS {
            let made = api
                .post(
                    "owner",
                    "/customers",
                    json!({ "fields": { "name": format!("第{round}家公司") } }),
                )
                .await;
            let id = made.id();
            let path = format!("/customers/{id}");
            let label = format!("{path}/label");
            let put = async |caller: &str, level: &str| {
                let body = json!({ "level": level });
                api.call(caller, Method::PUT, &label, &[], Some(body))
                    .await
                    .status
            };
            let writers = join_all((0..WRITERS).map(|number| write(api, &path, number)));
            let labels = join_all([
                put("owner", "confidential"),
                put("security", "internal"),
                put("owner", "secret"),
                put("security", "public"),
                put("security", "internal"),
            ]);
            let _ = tokio::join!(writers, labels);
            // Lowering goes as far as there is something to lower; its entry tells what the label was at last.
            let last = put("security", "public").await;

            let mut now = Level::Internal;
            for entry in entries(installation.store(), &id).await {
                match entry["action"].as_str().unwrap() {
                    "customer.update" => {
                        assert_eq!(now, works_at.level, "written while it was {now:?}: {entry}");
                        written += 1;
                    }
                    action @ ("customer.classify" | "customer.declassify") => {
                        assert_eq!(
                            level(&entry, "from"),
                            now,
                            "decided on another label: {entry}"
                        );
                        let to = level(&entry, "to");
                        let lowers = to.cmp(&now) == Ordering::Less;
                        assert_eq!(lowers, action == "customer.declassify", "{entry}");
                        let by_security = entry["actor"]["id"] != made.json["owner"]["id"];
                        assert!(by_security || !lowers, "lowered by its owner: {entry}");
                        *(if lowers { &mut lowered } else { &mut raised }) += 1;
                        now = to;
                    }
                    _ => {}
                }
            }
            assert_eq!(now, Level::Public, "the last try was answered {last}");
        }
        eprintln!(
            "{written} writes, {raised} labels raised and {lowered} lowered, in {ROUNDS} rounds"
        );
        assert!(written > 0 && raised > 0 && lowered > 0);
    })
    .await;
}
