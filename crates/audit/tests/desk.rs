//! The audit desk over HTTP, on both engines.
#![allow(clippy::unwrap_used, missing_docs)]

mod site;

use custos_audit::MIGRATIONS;
use custos_kernel::audit::{EvidenceReport, Expectations, verify_evidence};
use custos_kernel::policy::Role;
use custos_testkit::both;
use custos_values::Clock;
use http::StatusCode;
use serde_json::Value;
use site::{ask, desk, happen, json};
use std::io::Cursor;
use std::ops::ControlFlow;

fn indexes(page: &Value) -> Vec<i64> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["index"].as_i64().unwrap())
        .collect()
}

fn verify(file: &[u8]) -> EvidenceReport {
    verify_evidence(Cursor::new(file), Expectations::default(), &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_paged_newest_first_and_every_look_leaves_one_entry() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 9).await;
        let router = desk(installation, Role::AuditAdmin);
        // The organisation's making is entry 0.
        let page = json(&router, "GET", "/entries?limit=4").await;
        assert_eq!(indexes(&page), [9, 8, 7, 6]);
        assert_eq!(page["total"], 10);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = json(&router, "GET", &format!("/entries?limit=4&cursor={cursor}")).await;
        assert_eq!(indexes(&page), [5, 4, 3, 2]);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = json(&router, "GET", &format!("/entries?limit=4&cursor={cursor}")).await;
        assert_eq!(indexes(&page), [1, 0]);
        assert!(page["next_cursor"].is_null());
        let looks = json(&router, "GET", "/entries?action=audit_entry.list").await;
        assert_eq!(indexes(&looks), [12, 11, 10], "three looks, three entries");
        let look = &looks["items"][0];
        assert_eq!(look["actor"]["name"], "Zheng");
        assert_eq!(look["actor"]["kind"], "user");
        assert_eq!(look["detail"]["entries"], 2);
        assert_eq!(look["hash"].as_str().unwrap().len(), 64);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_and_nonsense_is_named() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 5).await;
        let middle = installation.clock().now();
        happen(installation, 3).await;
        let router = desk(installation, Role::AuditAdmin);
        for (filter, expected) in [
            ("action=thing.happen".to_owned(), 8),
            (
                "resource_type=thing&resource_id=07070707-0707-0707-0707-070707070707".to_owned(),
                8,
            ),
            (format!("action=thing.happen&from={middle}"), 4),
            (format!("action=thing.happen&to={middle}"), 4),
            ("outcome=denied".to_owned(), 0),
            (
                "actor_id=07070707-0707-0707-0707-070707070707".to_owned(),
                0,
            ),
            ("action=thing.happen&address=".to_owned(), 8),
        ] {
            let page = json(&router, "GET", &format!("/entries?{filter}")).await;
            assert_eq!(indexes(&page).len(), expected, "{filter}");
        }
        for (filter, field) in [
            ("from=yesterday", "from"),
            ("actor_id=7", "actor_id"),
            ("outcome=perhaps", "outcome"),
            ("address=localhost", "address"),
            ("cursor=-1", "cursor"),
        ] {
            let (status, body) = ask(&router, "GET", &format!("/entries?{filter}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{filter}");
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["fields"][0]["field"], field);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_comes_near_and_the_attempt_is_recorded() {
    both(&[MIGRATIONS], async |installation| {
        for role in Role::ALL
            .into_iter()
            .filter(|role| !matches!(role, Role::AuditAdmin | Role::ExternalAuditor))
        {
            let router = desk(installation, role);
            for (method, path) in [
                ("GET", "/entries"),
                ("GET", "/actions"),
                ("GET", "/checkpoint"),
                ("POST", "/verification"),
                ("GET", "/export"),
            ] {
                let (status, _) = ask(&router, method, path).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{role:?} {method} {path}");
            }
        }
        let router = desk(installation, Role::AuditAdmin);
        let denied = json(&router, "GET", "/entries?outcome=denied").await;
        assert_eq!(indexes(&denied).len(), 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intact_log_verifies_here_and_elsewhere() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 600).await;
        let router = desk(installation, Role::AuditAdmin);
        let verified = json(&router, "POST", "/verification").await;
        assert_eq!(verified["ok"], true, "{verified}");
        assert_eq!(verified["entries_checked"], 601);
        let checkpoint = json(&router, "GET", "/checkpoint").await;
        assert!(checkpoint["size"].as_u64().unwrap() >= 601);
        let (status, file) = ask(&router, "GET", "/export").await;
        assert_eq!(status, StatusCode::OK);
        let report = verify(&file);
        assert!(report.is_ok(), "{report:?}");
        assert_eq!(
            report.verifier_key,
            checkpoint["verifier_key"].as_str().unwrap()
        );
        // Its own entry is in the file.
        assert!(report.verification.size > checkpoint["size"].as_u64().unwrap());
        let (_, part) = ask(&router, "GET", "/export?from_index=300&to_index=310").await;
        let report = verify(&part);
        assert!(report.is_ok(), "{report:?}");
        assert_eq!((report.from, report.to), (256, 512));
        assert!(part.len() < file.len());
        let (status, _) = ask(&router, "GET", "/export?from_index=3&to_index=2").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let exports = json(&router, "GET", "/entries?action=audit_entry.export").await;
        assert_eq!(indexes(&exports).len(), 2);
        let checks = json(&router, "GET", "/entries?action=audit_entry.verify").await;
        assert_eq!(checks["items"][0]["detail"]["result"], "intact");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_altered_byte_is_found_and_located_here_and_elsewhere() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 300).await;
        installation.sequencer().flush().await.unwrap();
        let store = installation.store();
        let rows = store
            .tamper_for_tests("SELECT body FROM audit_entry WHERE idx = 77", &[])
            .await
            .unwrap();
        let mut body = rows[0].bytes(0).unwrap().to_vec();
        // The first digit of the time: still an entry, but another one.
        let digit = body.windows(5).position(|w| w == b"\"at\":").unwrap() + 5;
        body[digit] ^= 1;
        let update = "UPDATE audit_entry SET body = $1 WHERE idx = 77";
        store
            .tamper_for_tests(update, &[body.into()])
            .await
            .unwrap();
        let router = desk(installation, Role::AuditAdmin);
        let verified = json(&router, "POST", "/verification").await;
        assert_eq!(verified["ok"], false);
        assert_eq!(verified["findings"][0]["kind"], "entry_altered");
        assert_eq!(verified["findings"][0]["index"], 77);
        assert_eq!(verified["findings"].as_array().unwrap().len(), 1);
        let (_, file) = ask(&router, "GET", "/export").await;
        let report = verify(&file);
        assert_eq!(report.verification.findings.len(), 1, "{report:?}");
        assert_eq!(report.verification.findings[0].index(), Some(77));
        // One that is no entry any more is shown as such, in its place.
        let ruin = "UPDATE audit_entry SET body = $1 WHERE idx = 300";
        store
            .tamper_for_tests(ruin, &[b"{}".to_vec().into()])
            .await
            .unwrap();
        let page = json(&router, "GET", "/entries?limit=200").await;
        let items = page["items"].as_array().unwrap();
        let ruined = items.iter().find(|item| item["index"] == 300).unwrap();
        assert_eq!(ruined["readable"], false);
    })
    .await;
}
