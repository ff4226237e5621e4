//! Years of the log: sealed, archived, removed, and what somebody with the database makes of it.
#![allow(clippy::unwrap_used, missing_docs)]

mod site;

use custos_audit::{ArchiveProblem, Desk, MIGRATIONS, RemovalRefused, YearView};
use custos_kernel::audit::{
    Evidence, Expectations, Finding, Relation, compare_evidence, verify_evidence,
};
use custos_kernel::policy::{Caller, DataScope, Job, Role};
use custos_store::{Value, year_begins};
use custos_testkit::{Installation, both};
use futures::future::join_all;
use serde_json::{Value as Json, json};
use site::{ask, desk_and_router, happen, json as get, send};
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

const CHINA: i64 = 8 * 3_600_000;

fn operator(installation: &Installation) -> Caller {
    Caller::system(Job::Operator, installation.org())
}

/// To the middle of a year, with entries there.
async fn live_through(installation: &Installation, year: i64, count: usize) {
    let clock = installation.clock();
    clock.set(year_begins(year, CHINA).plus_millis(180 * 86_400_000));
    happen(installation, count).await;
}

async fn years(desk: &Desk, installation: &Installation) -> Vec<YearView> {
    desk.years_of(&operator(installation)).await.unwrap()
}

async fn archive(desk: &Desk, installation: &Installation, view: &YearView) -> Vec<u8> {
    let caller = operator(installation);
    let file = desk
        .archive_for(&caller, &view.year)
        .await
        .unwrap()
        .unwrap();
    let written = tokio::task::spawn_blocking(move || {
        let mut out = Vec::new();
        file.write(&mut out).map(|()| out)
    });
    written.await.unwrap().unwrap()
}

async fn check(
    desk: &Desk,
    installation: &Installation,
    view: &YearView,
    file: Vec<u8>,
) -> Result<(), RemovalRefused> {
    let caller = operator(installation);
    desk.check_archive_for(&caller, &view.year, Cursor::new(file), |_, _| ())
        .await
}

/// A log with 2026 and 2027 sealed, and the desk.
async fn two_years(installation: &Installation) -> (Arc<Desk>, axum::Router, Vec<YearView>) {
    let auditor = installation.caller(Role::AuditAdmin, DataScope::All, None);
    let (desk, router) = desk_and_router(installation, auditor);
    live_through(installation, 2026, 700).await;
    live_through(installation, 2027, 300).await;
    live_through(installation, 2028, 5).await;
    assert_eq!(desk.seal_years(installation.org()).await.unwrap(), 2);
    let found = years(&desk, installation).await;
    (desk, router, found)
}

async fn keep_for(router: &axum::Router, years: i64, version: i64) {
    let (status, body) = send(
        router,
        "PUT",
        "/retention",
        Some(version),
        &json!({ "years": years }),
    )
    .await;
    // Without the product's rules about approvals nobody else is asked here.
    assert!(status.is_success(), "{}", String::from_utf8_lossy(&body));
}

async fn bodies(installation: &Installation) -> i64 {
    let rows = installation
        .store()
        .tamper_for_tests("SELECT COUNT(*) FROM audit_entry", &[])
        .await;
    rows.unwrap()[0].int(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_sealed_once_when_it_is_over_and_the_entry_states_size_and_root() {
    both(&[MIGRATIONS], async |installation| {
        let auditor = installation.caller(Role::AuditAdmin, DataScope::All, None);
        let (desk, router) = desk_and_router(installation, auditor);
        live_through(installation, 2026, 10).await;
        let over = year_begins(2027, CHINA);
        installation.clock().set(over.plus_millis(-1));
        assert_eq!(desk.seal_years(installation.org()).await.unwrap(), 0);
        installation.clock().set(over);
        let tries = (0..10).map(|_| desk.seal_years(installation.org()));
        let sealed: usize = join_all(tries).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(sealed, 1);
        let found = years(&desk, installation).await;
        let [YearView { year, removable }] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            (year.year, year.first, year.end, *removable),
            (2026, 0, 11, false)
        );
        let page = get(&router, "GET", "/entries?action=log_year.create").await;
        let [entry] = &page["items"].as_array().unwrap()[..] else {
            panic!("{page}")
        };
        assert_eq!(entry["index"], year.sealed_index);
        assert_eq!(
            (&entry["detail"]["year"], &entry["detail"]["size"]),
            (&json!(2026), &json!(11))
        );
        assert_eq!(
            entry["detail"]["root"],
            format!("sha256:{}", hex::encode(year.root))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_verifies_alone_and_continues_into_the_live_log() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, found) = two_years(installation).await;
        let key = get(&router, "GET", "/checkpoint").await["verifier_key"]
            .as_str()
            .unwrap()
            .to_owned();
        for view in &found {
            let file = archive(&desk, installation, view).await;
            let expected = Expectations {
                key: Some(&key),
                ..Expectations::default()
            };
            let report = verify_evidence(Cursor::new(&file[..]), expected, &mut |_, _| {
                ControlFlow::Continue(())
            });
            let report = report.unwrap();
            assert!(report.is_ok(), "{:?}", report.verification.findings);
            assert_eq!((report.from, report.to), (view.year.first, view.year.end));
            assert_eq!(
                report.verification.entries_checked,
                view.year.end - view.year.first
            );
            let (_, live) = ask(&router, "GET", "/export").await;
            let [old, new] = [&file[..], &live[..]]
                .map(|file| Evidence::open(Cursor::new(file), Some(&key)).unwrap());
            let relation = compare_evidence(old, new).unwrap();
            assert!(
                matches!(relation, Relation::Continues { .. }),
                "{relation:?}"
            );
            check(&desk, installation, view, file).await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_go_only_after_their_time_in_order_and_with_their_whole_archive() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, found) = two_years(installation).await;
        let caller = operator(installation);
        let [first, second] = [
            archive(&desk, installation, &found[0]).await,
            archive(&desk, installation, &found[1]).await,
        ];
        let remove = async |year: i64, file: &[u8]| {
            desk.remove_year(&caller, year, Cursor::new(file.to_vec()))
                .await
                .map(drop)
        };
        // For ever, until somebody says otherwise.
        assert!(matches!(
            remove(2026, &first).await,
            Err(RemovalRefused::TooEarly)
        ));
        keep_for(&router, 3, 0).await;
        assert!(matches!(
            remove(2026, &first).await,
            Err(RemovalRefused::TooEarly)
        ));
        live_through(installation, 2031, 1).await;
        let before = bodies(installation).await;
        assert!(matches!(
            remove(2027, &second).await,
            Err(RemovalRefused::OlderLeft)
        ));
        assert!(matches!(
            remove(2030, &first).await,
            Err(RemovalRefused::NotSealed)
        ));
        let wrong = |outcome| matches!(outcome, Err(RemovalRefused::Archive(_)));
        assert!(wrong(remove(2026, &second).await), "another year's archive");
        assert!(
            wrong(remove(2026, &first[..first.len() / 2]).await),
            "half an archive"
        );
        assert!(wrong(remove(2026, b"").await), "no archive");
        for at in [first.len() / 5, first.len() / 2, first.len() - 4000] {
            let mut altered = first.clone();
            // A byte of the padding between members is nobody's.
            let at = (at..).find(|at| altered[*at] != 0).unwrap();
            altered[at] ^= 1;
            assert!(wrong(remove(2026, &altered).await), "byte {at} altered");
        }
        let (_, evidence) = ask(&router, "GET", "/export?from_index=0&to_index=0").await;
        assert!(
            wrong(remove(2026, &evidence).await),
            "hashes without entries"
        );
        assert!(bodies(installation).await >= before, "nothing went");
        remove(2026, &first).await.unwrap();
        assert!(matches!(
            remove(2026, &first).await,
            Err(RemovalRefused::Removed)
        ));
        let report = installation.verify(installation.org()).await;
        assert!(report.is_ok(), "{:?}", report.findings);
        let verified = get(&router, "POST", "/verification").await;
        assert_eq!(
            (&verified["ok"], &verified["entries_removed"]),
            (&json!(true), &json!(found[0].year.end))
        );
        // What stays proves as before: evidence, and that the archive is its beginning.
        let (_, live) = ask(&router, "GET", "/export").await;
        let report = verify_evidence(
            Cursor::new(&live[..]),
            Expectations::default(),
            &mut |_, _| ControlFlow::Continue(()),
        );
        let report = report.unwrap();
        assert!(report.is_ok(), "{:?}", report.verification.findings);
        assert_eq!(report.from, found[0].year.end);
        let [old, new] =
            [&first[..], &live[..]].map(|file| Evidence::open(Cursor::new(file), None).unwrap());
        assert!(matches!(
            compare_evidence(old, new).unwrap(),
            Relation::Continues { .. }
        ));
        remove(2027, &second).await.unwrap();
        let page = get(&router, "GET", "/entries?action=thing.happen&limit=200").await;
        assert_eq!(page["items"].as_array().unwrap().len(), 6, "2028 and 2031");
        let listed = get(&router, "GET", "/years").await;
        let removed = listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| !it["removed_at"].is_null())
            .count();
        assert_eq!(removed, 2);
        let (status, _) = ask(&router, "GET", "/years/2026/archive").await;
        assert_eq!(status.as_u16(), 409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_broken_off_in_the_middle_goes_on_and_loses_nothing() {
    both(&[MIGRATIONS], async |installation| {
        let auditor = installation.caller(Role::AuditAdmin, DataScope::All, None);
        let (desk, router) = desk_and_router(installation, auditor.clone());
        live_through(installation, 2026, 4_500).await;
        live_through(installation, 2031, 5).await;
        assert_eq!(desk.seal_years(installation.org()).await.unwrap(), 1);
        keep_for(&router, 3, 0).await;
        let found = years(&desk, installation).await;
        let file = archive(&desk, installation, &found[0]).await;
        check(&desk, installation, &found[0], file).await.unwrap();
        // As a server that is killed after the first batch.
        let org = installation.org();
        let statement = removal(installation, found[0].year.end);
        installation
            .store()
            .begin_removal(&found[0].year, statement)
            .await
            .unwrap();
        let before = bodies(installation).await;
        assert!(installation.store().remove_further(org).await.unwrap());
        let between = bodies(installation).await;
        assert!((1..before).contains(&between));
        let report = installation.verify(org).await;
        assert!(report.is_ok(), "{:?}", report.findings);
        drop((desk, router));
        installation.reopen().await;
        let (desk, _) = desk_and_router(installation, auditor);
        desk.remove_further(org).await.unwrap();
        assert_eq!(bodies(installation).await, before - 4_501);
        let report = installation.verify(org).await;
        assert!(report.is_ok(), "{:?}", report.findings);
        assert!(!installation.store().remove_further(org).await.unwrap());
    })
    .await;
}

/// The entry that says entries were removed, as the desk writes it.
fn removal(installation: &Installation, upto: u64) -> custos_kernel::event::Event {
    use custos_kernel::audit::Detail;
    use custos_kernel::event::{Event, EventName, Occasion};
    const REMOVE: EventName = EventName::declared("log_year.delete", Occasion::Part);
    let event = Event::own::<custos_audit::YearResource>(&operator(installation), &REMOVE, None);
    event.with("upto", Detail::count(upto))
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_no_entry_of_the_log_says_were_removed_are_missing() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, _, found) = two_years(installation).await;
        let store = installation.store();
        let org = Value::from(&installation.org().as_bytes()[..]);
        let end = Value::Int(found[0].year.end as i64);
        // A database administrator takes the year away, and says that this is in order.
        let sql = "DELETE FROM audit_entry WHERE org_id = $1 AND idx < $2";
        store
            .tamper_for_tests(sql, &[org.clone(), end.clone()])
            .await
            .unwrap();
        for statement in [found[0].year.sealed_index as i64, 3, 900] {
            let sql = "DELETE FROM audit_removed WHERE org_id = $1";
            store
                .tamper_for_tests(sql, std::slice::from_ref(&org))
                .await
                .unwrap();
            let sql = "INSERT INTO audit_removed (org_id, upto, idx, done) VALUES ($1, $2, $3, 1)";
            store
                .tamper_for_tests(sql, &[org.clone(), end.clone(), Value::Int(statement)])
                .await
                .unwrap();
            let report = installation.verify(installation.org()).await;
            let missing =
                |finding: &Finding| matches!(finding, Finding::EntriesMissing { from: 0, .. });
            assert!(
                report.findings.iter().any(missing),
                "{statement}: {:?}",
                report.findings
            );
        }
        assert!(matches!(
            check(&desk, installation, &found[0], Vec::new()).await,
            Err(RemovalRefused::Archive(ArchiveProblem::Unusable(_)))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sealed_is_held_against_the_hashes_before_anything_is_removed() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, found) = two_years(installation).await;
        keep_for(&router, 3, 0).await;
        let file = archive(&desk, installation, &found[0]).await;
        live_through(installation, 2031, 1).await;
        let store = installation.store();
        let org = Value::from(&installation.org().as_bytes()[..]);
        // The year made longer, so that more would go than the archive has.
        let sql = "UPDATE audit_year SET end_idx = end_idx + 5 WHERE org_id = $1 AND year = 2026";
        store.tamper_for_tests(sql, &[org]).await.unwrap();
        let outcome = desk
            .remove_year(&operator(installation), 2026, Cursor::new(file))
            .await;
        assert!(
            matches!(
                outcome,
                Err(RemovalRefused::Archive(ArchiveProblem::OtherLog))
            ),
            "{outcome:?}"
        );
        let settings: Json = json!({ "years": 2 });
        let (status, _) = send(&router, "PUT", "/retention", Some(1), &settings).await;
        assert_eq!(status.as_u16(), 422, "shorter than the law asks for");
    })
    .await;
}
